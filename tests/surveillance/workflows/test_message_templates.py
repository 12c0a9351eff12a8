"""Words of messages: written as a draft, previewed with a patient's data, put in use, withdrawn."""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError

from patients.models import AuditEvent, Role, Site
from surveillance.delivery.built_in import Words, built_in
from surveillance.delivery.texts import version_in_use
from surveillance.models import (
    MessageTemplateUse,
    MessageTemplateVersion,
    NotificationTemplate,
    TextKind,
)
from surveillance.protocol.message_terms import MessageLanguage, MessageMedium
from surveillance.workflows import choose_template_words as choosing
from surveillance.workflows import preview_message_template as previewing
from surveillance.workflows import write_message_template as writing
from surveillance.workflows.administrators_only import NotAnAdministrator
from surveillance.workflows.preview_message_template import NoSuchPatient, preview_message_template
from surveillance.workflows.put_template_in_use import NotPreviewed, put_template_in_use
from surveillance.workflows.refuse_faulty_text import TextRefused
from surveillance.workflows.withdraw_message_template import withdraw_message_template
from surveillance.workflows.write_message_template import NoSuchText, write_message_template
from tests.factories import NOW, MembershipFactory, PatientFactory, SiteFactory
from tests.surveillance.chase.scenes import a_clinic, a_follow_up
from tests.surveillance.chase.scenes import a_patient as one_in_care

pytestmark = pytest.mark.django_db

DIGEST = TextKind(NotificationTemplate.DAILY_DIGEST, MessageMedium.STAFF, MessageLanguage.EN)
EMAIL = TextKind(NotificationTemplate.APPOINTMENT_REMINDER, MessageMedium.EMAIL, MessageLanguage.EN)
PLAIN = Words("A note from {site}", "You have a visit {when}. Call us: {phone}.")


@pytest.fixture
def site() -> Site:
    place: Site = SiteFactory(name="St Brigid", phone="555 0100")
    return place


@pytest.fixture
def administrator(site: Site) -> User:
    return an_administrator(site)


def an_administrator(site: Site) -> User:
    user: User = MembershipFactory(site=site, role=Role.ADMINISTRATOR).user
    return user


def written(site: Site, by: User, **changed: Any) -> MessageTemplateVersion:
    said: dict[str, Any] = {"kind": EMAIL, "words": PLAIN} | changed
    return write_message_template(site=site, by=by, now=NOW, **said)


def previewed(version: MessageTemplateVersion, by: User) -> MessageTemplateVersion:
    patient = PatientFactory(site=version.site)
    preview_message_template(version=version, mrn=patient.mrn, by=by, now=NOW)
    return version


def used(site: Site, by: User, **changed: Any) -> MessageTemplateVersion:
    version = previewed(written(site, by, **changed), by)
    put_template_in_use(version=version, by=by, now=NOW)
    return version


def deeds(action: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=action))


class TestWriting:
    def test_keeps_a_draft_and_changes_nothing_that_is_sent(
        self, site: Site, administrator: User
    ) -> None:
        version = written(site, administrator)

        assert (version.number, version.kind, version.written_by) == (1, EMAIL, administrator)
        assert Words(version.subject, version.body) == PLAIN
        assert version_in_use(site, EMAIL) is None

    def test_is_audited_without_the_words(self, site: Site, administrator: User) -> None:
        version = written(site, administrator)

        [deed] = deeds("message_template_written")
        assert (deed.subject_id, deed.actor) == (str(version.pk), f"user:{administrator.pk}")
        assert deed.detail == {
            "template": "APPOINTMENT_REMINDER",
            "medium": "EMAIL",
            "language": "en",
            "number": 1,
        }

    def test_of_the_same_words_twice_is_one_version(self, site: Site, administrator: User) -> None:
        assert written(site, administrator) == written(site, administrator)
        assert len(deeds("message_template_written")) == 1

    def test_counts_versions_of_each_text_at_each_site(
        self, site: Site, administrator: User
    ) -> None:
        other = PLAIN._replace(body="Your visit is {when}. Call {phone}.")
        elsewhere = SiteFactory()
        spanish = EMAIL._replace(language=MessageLanguage.ES)

        first, second = written(site, administrator), written(site, administrator, words=other)
        third = written(site, administrator)
        in_spanish = written(
            site, administrator, kind=spanish, words=Words("Hola", "Llame al {phone}.")
        )
        there = written(elsewhere, an_administrator(elsewhere))

        assert [one.number for one in (first, second, third, in_spanish, there)] == [1, 2, 3, 1, 1]

    def test_is_refused_with_every_fault(self, site: Site, administrator: User) -> None:
        with pytest.raises(TextRefused) as refused:
            written(site, administrator, words=Words("Your liver", "Come {when} {mrn}."))

        assert refused.value.code == "text_refused"
        assert refused.value.details["faults"] == [
            "unknown_placeholder",
            "no_way_to_answer",
            "says_why",
        ]
        assert not MessageTemplateVersion.objects.exists()
        assert not AuditEvent.objects.exists()

    def test_measures_a_text_message_with_the_names_of_the_site(self, administrator: User) -> None:
        long = SiteFactory(name="St Brigid " * 15)
        kind = EMAIL._replace(medium=MessageMedium.SMS)
        words = built_in(kind)

        with pytest.raises(TextRefused, match="3 parts; at most 2"):
            written(long, an_administrator(long), kind=kind, words=Words("", words.body * 2))

    def test_of_a_text_that_there_is_not_is_refused(self, site: Site, administrator: User) -> None:
        staff_spanish = TextKind(
            NotificationTemplate.REPORT_MISSING, MessageMedium.STAFF, MessageLanguage.ES
        )

        with pytest.raises(NoSuchText):
            written(site, administrator, kind=staff_spanish)

    def test_is_undone_when_it_cannot_be_audited(
        self, site: Site, administrator: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(writing, "record_event", fails)

        with pytest.raises(IntegrityError):
            written(site, administrator)

        assert not MessageTemplateVersion.objects.exists()


class TestPreviewing:
    def test_fills_in_the_data_of_a_patient(self, administrator: User) -> None:
        clinic = a_clinic(name="St Brigid", phone="555 0100")
        by = an_administrator(clinic.site)
        patient = one_in_care(clinic)
        for label, day in (("L1", date(2026, 12, 1)), ("L2", date(2026, 11, 9))):
            a_follow_up(clinic, patient=patient, label=label, booked_for=day)
        version = written(clinic.site, by)

        text = preview_message_template(version=version, mrn=f" {patient.mrn}", by=by, now=NOW)

        assert text.subject == "A note from St Brigid"
        assert text.body == "You have a visit on Monday 9 November 2026. Call us: 555 0100.\n"

    def test_leads_staff_to_the_patient(self, site: Site, administrator: User) -> None:
        staff = TextKind(
            NotificationTemplate.REPORT_MISSING, MessageMedium.STAFF, MessageLanguage.EN
        )
        version = written(site, administrator, kind=staff, words=Words("Look", "Open: {link}"))
        patient = PatientFactory(site=site)

        text = preview_message_template(version=version, mrn=patient.mrn, by=administrator, now=NOW)

        assert f"/patients/{patient.pk}/" in text.body

    def test_shows_a_digest_with_cases(self, site: Site, administrator: User) -> None:
        words = Words("Your cases", "{cases}: {link}")
        version = written(site, administrator, kind=DIGEST, words=words)
        patient = PatientFactory(site=site)

        text = preview_message_template(version=version, mrn=patient.mrn, by=administrator, now=NOW)

        assert text.body.startswith("2 cases wait for your answer: http")

    def test_is_on_record_as_a_look_at_that_patient(self, site: Site, administrator: User) -> None:
        version = written(site, administrator)
        patient = PatientFactory(site=site)

        preview_message_template(version=version, mrn=patient.mrn, by=administrator, now=NOW)

        [deed] = deeds("message_template_previewed")
        assert (deed.patient_id, deed.subject_id) == (str(patient.pk), str(version.pk))
        assert patient.mrn not in str(deed.detail)

    def test_knows_only_patients_of_the_site(self, site: Site, administrator: User) -> None:
        version = written(site, administrator)
        elsewhere = PatientFactory()

        with pytest.raises(NoSuchPatient) as refused:
            preview_message_template(version=version, mrn=elsewhere.mrn, by=administrator, now=NOW)

        assert refused.value.details["field"] == "mrn"
        assert elsewhere.mrn not in refused.value.message
        assert not deeds("message_template_previewed")

    def test_shows_nothing_when_it_cannot_be_audited(
        self, site: Site, administrator: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        version = written(site, administrator)
        monkeypatch.setattr(previewing, "record_event", fails)

        with pytest.raises(IntegrityError):
            previewed(version, administrator)


class TestPuttingInUse:
    def test_makes_the_version_the_one_that_is_sent(self, site: Site, administrator: User) -> None:
        version = used(site, administrator)

        assert version_in_use(site, EMAIL) == version
        [deed] = deeds("message_template_put_in_use")
        assert deed.subject_id == str(version.pk)

    def test_twice_is_once(self, site: Site, administrator: User) -> None:
        version = used(site, administrator)

        put_template_in_use(version=version, by=administrator, now=NOW)

        assert MessageTemplateUse.objects.count() == 1
        assert len(deeds("message_template_put_in_use")) == 1

    def test_is_refused_without_a_preview(self, site: Site, administrator: User) -> None:
        version = written(site, administrator)

        with pytest.raises(NotPreviewed):
            put_template_in_use(version=version, by=administrator, now=NOW)

        assert version_in_use(site, EMAIL) is None

    def test_takes_neither_the_preview_of_another_nor_of_another_version(
        self, site: Site, administrator: User
    ) -> None:
        first = previewed(written(site, administrator), administrator)
        colleague = an_administrator(site)
        second = written(site, administrator, words=PLAIN._replace(subject="Hello"))

        for version, by in ((first, colleague), (second, administrator)):
            with pytest.raises(NotPreviewed):
                put_template_in_use(version=version, by=by, now=NOW)

    def test_of_an_earlier_version_brings_it_back(self, site: Site, administrator: User) -> None:
        first = used(site, administrator)
        used(site, administrator, words=PLAIN._replace(subject="Hello"))

        put_template_in_use(version=first, by=administrator, now=NOW)

        assert version_in_use(site, EMAIL) == first
        assert MessageTemplateUse.objects.count() == 3

    def test_asks_todays_rules_again(self, site: Site, administrator: User) -> None:
        stored = MessageTemplateVersion.objects.create(
            site=site,
            **EMAIL._asdict(),
            number=1,
            subject="Your liver",
            body="{phone}",
            written_at=NOW,
            written_by=administrator,
        )

        with pytest.raises(TextRefused, match="liver"):
            put_template_in_use(version=previewed(stored, administrator), by=administrator, now=NOW)

    def test_is_undone_when_it_cannot_be_audited(
        self, site: Site, administrator: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        version = previewed(written(site, administrator), administrator)
        monkeypatch.setattr(choosing, "record_event", fails)

        with pytest.raises(IntegrityError):
            put_template_in_use(version=version, by=administrator, now=NOW)

        assert version_in_use(site, EMAIL) is None


class TestWithdrawing:
    def test_goes_back_to_the_built_in_words(self, site: Site, administrator: User) -> None:
        version = used(site, administrator)

        withdraw_message_template(site=site, kind=EMAIL, by=administrator, now=NOW)

        assert version_in_use(site, EMAIL) is None
        assert MessageTemplateVersion.objects.get() == version
        [deed] = deeds("message_template_withdrawn")
        assert deed.detail["version"] == 0

    def test_twice_is_once_and_of_the_built_in_words_nothing(
        self, site: Site, administrator: User
    ) -> None:
        untouched = withdraw_message_template(site=site, kind=EMAIL, by=administrator, now=NOW)
        used(site, administrator)
        for _ in range(2):
            withdraw_message_template(site=site, kind=EMAIL, by=administrator, now=NOW)

        assert untouched is None
        assert len(deeds("message_template_withdrawn")) == 1

    def test_is_undone_when_it_cannot_be_audited(
        self, site: Site, administrator: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        version = used(site, administrator)
        monkeypatch.setattr(choosing, "record_event", fails)

        with pytest.raises(IntegrityError):
            withdraw_message_template(site=site, kind=EMAIL, by=administrator, now=NOW)

        assert version_in_use(site, EMAIL) == version


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_administrators_change_texts(site: Site, administrator: User, role: Role) -> None:
    by = MembershipFactory(site=site, role=role).user
    version = written(site, administrator)

    for act in every_verb(site, version, by):
        with pytest.raises(NotAnAdministrator):
            act()


def test_an_administrator_changes_only_texts_of_their_own_site(
    site: Site, administrator: User
) -> None:
    of_elsewhere = an_administrator(SiteFactory())
    version = written(site, administrator)

    for act in every_verb(site, version, of_elsewhere):
        with pytest.raises(NotAnAdministrator):
            act()


def every_verb(site: Site, version: MessageTemplateVersion, by: User) -> list[Any]:
    patient = PatientFactory(site=site)
    return [
        lambda: written(site, by),
        lambda: preview_message_template(version=version, mrn=patient.mrn, by=by, now=NOW),
        lambda: put_template_in_use(version=version, by=by, now=NOW),
        lambda: withdraw_message_template(site=site, kind=EMAIL, by=by, now=NOW),
    ]


def fails(*_args: object, **_named: object) -> None:
    raise IntegrityError("the audit trail cannot be written")
