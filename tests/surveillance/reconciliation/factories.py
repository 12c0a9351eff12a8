"""Bare rows of matches and documents, for tests that need a row rather than a story."""

from hashlib import sha256

import factory
from factory.django import DjangoModelFactory

from surveillance.models import (
    ExamDocument,
    ExamMatch,
    IntakeFeed,
    IntakeItem,
    IntakeMessage,
    ItemStatus,
)
from tests.factories import NOW, PatientFactory, UserFactory
from tests.surveillance.factories import FollowUpFactory, ImagingExamFactory


class ReportItemFactory(DjangoModelFactory):
    """One report of one message of a feed of the site."""

    class Meta:
        model = IntakeItem

    class Params:
        of = factory.SubFactory(PatientFactory)

    site = factory.SelfAttribute("of.site")
    position = 0
    kind = "REPORT"
    key = factory.Sequence(lambda n: f"R{n}")
    status = ItemStatus.APPLIED
    created_at = NOW

    @factory.lazy_attribute
    def message(self) -> IntakeMessage:
        feed, _created = IntakeFeed.objects.get_or_create(
            site=self.site,
            name="RIS",
            defaults={"format": "HL7V2", "sending_facility": self.site.slug},
        )
        return IntakeMessage.objects.create(
            feed=feed,
            site=self.site,
            format="HL7V2",
            message_type="ORU^R01",
            control_id=self.key,
            digest="0" * 64,
            received_at=NOW,
            raw=b"",
        )


class ExamMatchFactory(DjangoModelFactory):
    """A likely match of an exam on file. Trait: certain."""

    class Meta:
        model = ExamMatch

    class Params:
        certain = factory.Trait(verdict="CERTAIN", source="CODED")

    follow_up = factory.SubFactory(FollowUpFactory)
    lesion = factory.SelfAttribute("follow_up.lesion")
    patient = factory.SelfAttribute("follow_up.patient")
    site = factory.SelfAttribute("patient.site")
    exam = factory.SubFactory(ImagingExamFactory, patient=factory.SelfAttribute("..patient"))
    item = factory.SubFactory(ReportItemFactory, of=factory.SelfAttribute("..patient"))
    verdict = "LIKELY"
    source = "NOTHING"
    reader_version = "test"
    decided_at = NOW


class ExamDocumentFactory(DjangoModelFactory):
    """A page of text."""

    class Meta:
        model = ExamDocument

    patient = factory.SubFactory(PatientFactory)
    item = factory.SubFactory(ReportItemFactory, of=factory.SelfAttribute("..patient"))
    media_type = "text/plain"
    content = b"Report."
    digest = sha256(b"Report.").hexdigest()
    recorded_at = NOW
    recorded_by = factory.SubFactory(UserFactory)
