"""The stock admin: clinical records are read, at one's own sites, and looking is recorded."""

import re

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.urls import reverse

from patients.admin.access import ClinicalAdmin, ReadOnlyAdmin
from patients.models import AuditEvent, AuditSeal, Patient, Role
from patients.workflows.grant_role import grant_role
from surveillance.models import (
    CdsFeedback,
    ContactAttempt,
    Disowning,
    EhrSystem,
    Escalation,
    EscalationAnswer,
    FollowUp,
    Lesion,
    LesionAssessment,
    LesionEvent,
    LesionObservation,
    Letter,
    LetterBatch,
    LetterEvent,
    MessageTemplateUse,
    MessageTemplateVersion,
    Notification,
    OutsideCare,
    OutsideCareReview,
    PatientMerge,
    PatientNote,
    RegistryImport,
    SweepRun,
)
from tests.factories import (
    NOW,
    TODAY,
    AfpResultFactory,
    PatientFactory,
    RiskProfileFactory,
    SiteFactory,
    UserFactory,
)
from tests.surveillance.factories import (
    DeclinationFactory,
    EscalationAnswerFactory,
    EscalationFactory,
    FollowUpFactory,
    ImagingExamFactory,
    LesionAssessmentFactory,
    LesionEventFactory,
    LesionFactory,
    LesionObservationFactory,
    OutsideCareFactory,
    OutsideCareReviewFactory,
)

pytestmark = pytest.mark.django_db
READ_ONLY = {
    model: page for model, page in admin.site._registry.items() if isinstance(page, ReadOnlyAdmin)
}


def care_of(patient):
    return OutsideCareFactory(follow_up__lesion__patient=patient)


def a_print_run(site):
    return LetterBatch.objects.create(site=site, size=1, digest="0" * 64, prepared_at=NOW)


def a_letter_to(patient):
    return Letter.objects.create(
        batch=a_print_run(patient.site),
        sequence=1,
        patient=patient,
        template="PATIENT_REMINDER",
        language="en",
        recipient="Ada Okafor",
        address="1 Example Street",
        subject="Please call us",
        body="Please call us.",
        digest="0" * 64,
    )


def feedback_about(patient):
    ehr = EhrSystem.objects.create(site=patient.site, name="St Brigid EHR")
    return CdsFeedback.objects.create(
        ehr=ehr, service="s", card=ehr.pk, patient=patient, outcome="accepted",
        said_at=NOW, recorded_at=NOW,
    )  # fmt: skip


def row_at(site, model):
    """One row of the model at that site."""
    patient = PatientFactory(site=site)
    words = {"template": "PATIENT_REMINDER", "medium": "SMS", "language": "es", "number": 1}
    makers = {
        "patients.Patient": lambda: patient,
        "patients.RiskProfile": lambda: RiskProfileFactory(patient=patient),
        "patients.AfpResult": lambda: AfpResultFactory(patient=patient),
        "patients.AuditEvent": lambda: AuditEvent.objects.create(
            at=NOW, site=site.slug, actor="system", action="viewed"
        ),
        "patients.AuditSeal": lambda: AuditSeal.objects.create(
            site=site.slug, number=1, event_id=1, digest="0" * 64, sealed_at=NOW
        ),
        "surveillance.Lesion": lambda: LesionFactory(patient=patient),
        "surveillance.ImagingExam": lambda: ImagingExamFactory(patient=patient),
        "surveillance.LesionObservation": lambda: LesionObservationFactory(lesion__patient=patient),
        "surveillance.LesionEvent": lambda: LesionEventFactory(lesion__patient=patient),
        "surveillance.LesionAssessment": lambda: LesionAssessmentFactory(lesion__patient=patient),
        "surveillance.FollowUp": lambda: FollowUpFactory(lesion__patient=patient),
        "surveillance.ContactAttempt": lambda: ContactAttempt.objects.create(
            patient=patient, channel="PHONE", outcome="NO_ANSWER", attempted_at=NOW
        ),
        "surveillance.Escalation": lambda: EscalationFactory(follow_up__lesion__patient=patient),
        "surveillance.EscalationAnswer": lambda: EscalationAnswerFactory(
            escalation__follow_up__lesion__patient=patient
        ),
        "surveillance.OutsideCare": lambda: care_of(patient),
        "surveillance.OutsideCareReview": lambda: OutsideCareReviewFactory(
            outside_care=care_of(patient)
        ),
        "surveillance.PatientNote": lambda: PatientNote.objects.create(
            patient=patient, text="Prefers mornings.", written_at=NOW
        ),
        "surveillance.Declination": lambda: DeclinationFactory(patient=patient),
        "surveillance.Disowning": lambda: Disowning.objects.create(
            follow_up=FollowUpFactory(lesion__patient=patient),
            tier=0,
            user=(user := UserFactory()),
            for_whom=user,
            passed_to=user,
            at=NOW,
        ),
        "surveillance.Notification": lambda: Notification.objects.create(
            site=site,
            channel="IN_APP",
            template="ESCALATION_RAISED",
            dedupe_key="key",
            patient=patient,
            created_at=NOW,
            not_before=NOW,
        ),
        "surveillance.LetterBatch": lambda: a_print_run(site),
        "surveillance.Letter": lambda: a_letter_to(patient),
        "surveillance.LetterEvent": lambda: LetterEvent.objects.create(
            letter=a_letter_to(patient), kind="RETURNED", occurred_on=TODAY, recorded_at=NOW
        ),
        "surveillance.PatientMerge": lambda: PatientMerge.objects.create(
            survivor=patient, duplicate=PatientFactory(site=site), reason="same", merged_at=NOW
        ),
        "surveillance.RegistryImport": lambda: RegistryImport.objects.create(
            site=site, file_name="a.csv", file_digest="0" * 64, status="FINISHED", uploaded_at=NOW
        ),
        "surveillance.MessageTemplateVersion": lambda: MessageTemplateVersion.objects.create(
            site=site, body="b", written_at=NOW, written_by=UserFactory(), **words
        ),
        "surveillance.MessageTemplateUse": lambda: MessageTemplateUse.objects.create(
            site=site, since=NOW, chosen_by=UserFactory(), **words
        ),
        "surveillance.CdsFeedback": lambda: feedback_about(patient),
        "surveillance.SweepRun": lambda: SweepRun.objects.create(kind="CHASE", started_at=NOW),
    }
    return makers[model._meta.label]()


def address(model, verb, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{verb}", args=args)


@pytest.fixture
def site():
    call_command("sync_roles")
    return SiteFactory(slug="north")


def signed_in(client, site, role, **account):
    user = UserFactory(**account)
    grant_role(user=user, site=site, role=role, by=None, now=NOW)
    user.refresh_from_db()
    client.force_login(user)
    return user


@pytest.fixture(params=["ADMINISTRATOR", "AUDITOR", "superuser"])
def reader(request, client, site):
    """Whoever may enter the admin: even a superuser changes no clinical record."""
    is_superuser = request.param == "superuser"
    role = Role.AUDITOR if is_superuser else Role(request.param)
    return signed_in(client, site, role, is_superuser=is_superuser)


def every_read_only_model(test):
    models = sorted(READ_ONLY, key=lambda model: model._meta.label)
    return pytest.mark.parametrize("model", models, ids=lambda model: model._meta.label)(test)


def test_every_clinical_model_is_shown_read_only():
    """An EHR is no record of a patient: see test_ehr_admin.py."""
    clinical = {m for m in admin.site._registry if m._meta.app_label == "surveillance"}

    assert len(clinical) == 25
    assert clinical - set(READ_ONLY) == {EhrSystem}


@every_read_only_model
def test_clinical_row_is_shown_and_nothing_else(model, reader, client, site):
    row = row_at(site, model)

    assert client.get(address(model, "changelist")).status_code == 200
    assert client.get(address(model, "change", row.pk)).status_code == 200
    assert client.get(address(model, "add")).status_code == 403
    assert client.post(address(model, "change", row.pk), {}).status_code == 403
    assert client.get(address(model, "delete", row.pk)).status_code == 403
    assert client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert model._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize(
    "model",
    [m for m, page in READ_ONLY.items() if isinstance(page, ClinicalAdmin)],
    ids=lambda model: model._meta.label,
)
def test_row_of_another_site_is_not_there(model, reader, client):
    elsewhere = row_at(SiteFactory(slug="south"), model)

    listed = client.get(address(model, "changelist"))
    shown = client.get(address(model, "change", elsewhere.pk))

    assert str(elsewhere.pk) not in re.findall(r"/([\w-]+)/change/", listed.content.decode())
    assert shown.status_code == 302, "the admin's way of saying that there is no such row"


def test_nurse_does_not_enter_the_admin(client, site):
    signed_in(client, site, Role.NURSE_NAVIGATOR)

    assert client.get(reverse("admin:index")).status_code == 302


def test_former_auditor_does_not_enter_the_admin(client, site):
    auditor = signed_in(client, site, Role.AUDITOR)
    assert client.get(reverse("admin:index")).status_code == 200

    from_group = auditor.groups.get()
    auditor.groups.remove(from_group)
    call_command("sync_roles")
    assert auditor.groups.get() == from_group, "the table decides, not a hand"


class TestLesionPage:
    def test_shows_the_history_with_the_reasons_of_each_decision(self, client, site):
        signed_in(client, site, Role.AUDITOR)
        lesion = LesionFactory(patient__site=site, label="L7")
        LesionObservationFactory(lesion=lesion, conclusion="INDETERMINATE")
        LesionAssessmentFactory(
            lesion=lesion,
            answer={
                "reasons": ["The patient has cirrhosis."],
                "citations": [{"key": "S13", "quote": "Every 6 months."}],
            },
        )

        page = client.get(address(type(lesion), "change", lesion.pk)).content.decode()

        assert "Lesion L7 registered" in page
        assert "MRI, extracellular contrast: 8 mm" in page
        assert "The patient has cirrhosis." in page
        assert "S13: “Every 6 months.”" in page
        assert "Rule R69" in page

    def test_escapes_what_people_wrote(self, client, site):
        signed_in(client, site, Role.AUDITOR)
        lesion = LesionFactory(patient__site=site)
        LesionEventFactory(lesion=lesion, evidence="<script>alert(1)</script>")

        page = client.get(address(type(lesion), "change", lesion.pk)).content.decode()

        assert "&lt;script&gt;alert(1)" in page

    def test_records_who_looked(self, client, site):
        auditor = signed_in(client, site, Role.AUDITOR)
        lesion = LesionFactory(patient__site=site)

        client.get(address(type(lesion), "change", lesion.pk))

        seen = AuditEvent.objects.get(action="viewed")
        assert (seen.actor, seen.patient_id) == (f"user:{auditor.pk}", str(lesion.patient_id))
        assert seen.detail == {"page": "admin lesion"}

    def test_foreign_lesion_is_not_recorded_as_seen(self, client, site):
        signed_in(client, site, Role.AUDITOR)
        lesion = LesionFactory()

        client.get(address(type(lesion), "change", lesion.pk))

        assert not AuditEvent.objects.filter(action="viewed").exists()

    @pytest.mark.parametrize("verb", ["change", "history", "changelist"])
    def test_has_no_inline_script(self, client, site, verb):
        """The content security policy of the whole site forbids them."""
        signed_in(client, site, Role.AUDITOR)
        lesion = LesionFactory(patient__site=site)
        args = [] if verb == "changelist" else [lesion.pk]

        response = client.get(address(type(lesion), verb, *args))

        page = response.content.decode()
        assert "default-src 'self'" in response["Content-Security-Policy"]
        assert not re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", page)
        assert not re.findall(r"\son\w+=", page)


class TestLetters:
    def test_letter_is_shown_as_printed_and_who_read_it_is_recorded(self, client, site):
        auditor = signed_in(client, site, Role.AUDITOR)
        letter = a_letter_to(PatientFactory(site=site))

        page = client.get(address(Letter, "change", letter.pk)).content.decode()

        assert "Please call us." in page
        assert "1 Example Street" in page
        seen = AuditEvent.objects.get(action="viewed")
        assert (seen.actor, seen.patient_id) == (f"user:{auditor.pk}", str(letter.patient_id))

    def test_print_run_names_no_patient(self, client, site):
        signed_in(client, site, Role.AUDITOR)
        letter = a_letter_to(PatientFactory(site=site))

        client.get(address(LetterBatch, "change", letter.batch_id))

        assert not AuditEvent.objects.filter(action="viewed").exists()


class TestPatientHistory:
    def test_is_shown_and_recorded_as_seen(self, client, site):
        signed_in(client, site, Role.AUDITOR)
        patient = PatientFactory(site=site)

        assert client.get(address(Patient, "history", patient.pk)).status_code == 200
        assert AuditEvent.objects.filter(action="viewed").count() == 1

    def test_of_another_site_is_not_there(self, client, site):
        signed_in(client, site, Role.AUDITOR)
        elsewhere = PatientFactory()

        assert client.get(address(Patient, "history", elsewhere.pk)).status_code == 404
        version = address(Patient, "simple_history", elsewhere.pk, elsewhere.history.get().pk)
        assert client.get(version).status_code == 404

    def test_earlier_version_is_read_but_never_written_back(self, client, site):
        """simple-history would save it on POST, whoever asks."""
        signed_in(client, site, Role.ADMINISTRATOR)
        patient = PatientFactory(site=site, phone="1")
        first = patient.history.get()
        patient.phone = "2"
        patient.save()
        version = address(Patient, "simple_history", patient.pk, first.pk)

        assert client.get(version).status_code == 200
        assert client.post(version, {}).status_code == 403
        assert Patient.objects.get().phone == "2"


@pytest.mark.parametrize(
    "model",
    [
        FollowUp,
        LesionAssessment,
        LesionEvent,
        LesionObservation,
        Escalation,
        EscalationAnswer,
        OutsideCare,
        OutsideCareReview,
        Disowning,
    ],
)
def test_row_of_a_lesion_leads_to_its_history_and_record(client, site, model) -> None:
    signed_in(client, site, Role.AUDITOR)
    row = row_at(site, model)

    page = client.get(address(model, "change", row.pk)).content.decode()

    lesion, patient = Lesion.objects.get(), Patient.objects.get()
    assert f'href="/lesions/{lesion.pk}/"' in page
    assert f'href="/patients/{patient.pk}/"' in page
    assert ("Compute it again" in page) is (model is LesionAssessment)


@pytest.mark.parametrize(
    ("model", "words", "role", "is_led"),
    [
        (MessageTemplateVersion, "Write message texts", Role.ADMINISTRATOR, True),
        (MessageTemplateVersion, "Write message texts", Role.AUDITOR, False),
        (AuditSeal, "Check the chain", Role.AUDITOR, True),
    ],
)
def test_list_leads_to_where_the_work_is_done(client, site, model, words, role, is_led) -> None:
    signed_in(client, site, role)

    page = client.get(address(model, "changelist")).content.decode()

    assert (words in page) is is_led


def test_lesion_shows_the_newest_and_leads_to_all_of_its_history(client, site) -> None:
    signed_in(client, site, Role.AUDITOR)
    lesion = row_at(site, Lesion)
    for _ in range(25):
        LesionObservationFactory(lesion=lesion, exam__patient=lesion.patient)

    page = client.get(address(Lesion, "change", lesion.pk)).content.decode()

    assert page.count('<div class="module">') == 20
    assert f'href="/lesions/{lesion.pk}/"' in page
