"""Bare rows of captured reports, for tests that need a row rather than a story."""

import factory
from factory.django import DjangoModelFactory

from surveillance.models import CapturedReport, Clarification
from tests.factories import NOW, TODAY, PatientFactory
from tests.surveillance.reconciliation.factories import ReportItemFactory


class CapturedReportFactory(DjangoModelFactory):
    """A report on a patient who is on file, read and waiting."""

    class Meta:
        model = CapturedReport

    patient = factory.SubFactory(PatientFactory)
    site = factory.SelfAttribute("patient.site")
    item = factory.SubFactory(ReportItemFactory, of=factory.SelfAttribute("..patient"))
    accession = factory.SelfAttribute("item.key")
    performed_on = TODAY
    said_at = captured_at = NOW
    text = "A calcification of the liver."
    reader_version = "1"
    mentions_calcification = True
    recommends_follow_up = True
    reading = factory.LazyFunction(dict)


class ClarificationFactory(DjangoModelFactory):
    """An open question to the radiologist."""

    class Meta:
        model = Clarification

    report = factory.SubFactory(CapturedReportFactory)
    site = factory.SelfAttribute("report.site")
    lacks_modality = True
    lacks_interval = False
    opened_at = due_at = NOW
