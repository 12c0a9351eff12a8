"""Append-only rows refuse change and deletion: in Python, and in the database behind its back."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from patients.models import AppendOnlyModel, AppendOnlyViolation, AuditEvent, AuditSeal, Patient
from surveillance.models import (
    CaptureAnswer,
    ContactAttempt,
    Disowning,
    ExamMatchAnswer,
    FailsafeAlert,
    FailsafeRun,
    FollowUp,
    FormerIdentifier,
    ImagingExam,
    Lesion,
    LesionAssessment,
    LesionEvent,
    LesionObservation,
    Letter,
    LetterBatch,
    LetterEvent,
    MessageTemplateUse,
    MessageTemplateVersion,
    PatientNote,
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
from tests.surveillance.capture.factories import CapturedReportFactory
from tests.surveillance.factories import (
    CdsFeedbackFactory,
    DeclinationFactory,
    EscalationAnswerFactory,
    OutsideCareFactory,
    OutsideCareReviewFactory,
)
from tests.surveillance.reconciliation.factories import ExamDocumentFactory, ExamMatchFactory

pytestmark = pytest.mark.django_db


def lesion() -> Lesion:
    return Lesion.objects.create(
        patient=PatientFactory(), label="L1", origin_mrn="M1", recorded_at=NOW
    )


def exam(patient: Patient) -> ImagingExam:
    return ImagingExam.objects.create(
        patient=patient,
        site=patient.site,
        accession="A1",
        performed_on=TODAY,
        modality="US",
        content_digest="0" * 64,
        recorded_at=NOW,
    )


def observation() -> LesionObservation:
    of = lesion()
    return LesionObservation.objects.create(exam=exam(of.patient), lesion=of, size_mm=8)


def assessment() -> LesionAssessment:
    return LesionAssessment.objects.create(
        lesion=lesion(),
        as_of=TODAY,
        assessed_at=NOW,
        cause="exam",
        protocol_version="1",
        rule="R01",
        recommendation="SURVEILLANCE_IMAGING",
        risk="AT_RISK",
        escalation_class="AT_RISK",
        stop=False,
        answer={},
        inputs={},
        inputs_digest="0" * 64,
    )


def follow_up() -> FollowUp:
    decided = assessment()
    return FollowUp.objects.create(
        lesion=decided.lesion,
        patient=decided.lesion.patient,
        site=decided.lesion.patient.site,
        assessment=decided,
        kind="IMAGING",
        recommendation="SURVEILLANCE_IMAGING",
        escalation_class="AT_RISK",
        earliest_on=TODAY,
        target_on=TODAY,
        latest_on=TODAY,
        owed_since=TODAY,
        opened_at=NOW,
        sort_key=1,
    )


def letter() -> Letter:
    patient = PatientFactory()
    batch = LetterBatch.objects.create(site=patient.site, size=1, digest="0" * 64, prepared_at=NOW)
    return Letter.objects.create(
        batch=batch,
        sequence=1,
        patient=patient,
        template="PATIENT_REMINDER",
        language="en",
        recipient="Alex Sample",
        address="1 Example Street",
        subject="S",
        body="B",
        digest="0" * 64,
    )


def words() -> dict[str, Any]:
    return {
        "site": SiteFactory(),
        "template": "PATIENT_REMINDER",
        "medium": "EMAIL",
        "language": "en",
        "number": 1,
    }


def disowning() -> Disowning:
    user = UserFactory()
    return Disowning.objects.create(
        follow_up=follow_up(), tier=0, user=user, for_whom=user, passed_to=UserFactory(), at=NOW
    )


def former_identifier() -> FormerIdentifier:
    patient = PatientFactory()
    return FormerIdentifier.objects.create(
        site=patient.site, mrn="OLD-1", patient=patient, recorded_at=NOW
    )


ROWS: dict[str, Callable[[], models.Model]] = {
    "patients.RiskProfile": lambda: RiskProfileFactory(),
    "patients.AfpResult": lambda: AfpResultFactory(),
    "patients.AuditEvent": lambda: AuditEvent.objects.create(
        at=NOW, site="s", actor="system", action="a", subject_type="t", subject_id="1"
    ),
    "patients.AuditSeal": lambda: AuditSeal.objects.create(
        site="s", number=1, event_id=1, digest="0" * 64, sealed_at=NOW
    ),
    "surveillance.ImagingExam": lambda: exam(PatientFactory()),
    "surveillance.LesionObservation": observation,
    "surveillance.LesionEvent": lambda: LesionEvent.objects.create(
        lesion=lesion(),
        kind="PATHOLOGY",
        value="MALIGNANT",
        occurred_on=TODAY,
        author="Dr A",
        recorded_at=NOW,
    ),
    "surveillance.LesionAssessment": assessment,
    "surveillance.ContactAttempt": lambda: ContactAttempt.objects.create(
        patient=PatientFactory(), channel="PHONE", outcome="NO_ANSWER", attempted_at=NOW
    ),
    "surveillance.FailsafeRun": lambda: FailsafeRun.objects.create(started_at=NOW, finished_at=NOW),
    "surveillance.FailsafeAlert": lambda: FailsafeAlert.objects.create(
        code="sweep_silent",
        kind="RAISED",
        path="EMAIL",
        recipient="operators",
        since=NOW,
        at=NOW,
        dedupe_key="a",
    ),
    "surveillance.Letter": letter,
    "surveillance.LetterEvent": lambda: LetterEvent.objects.create(
        letter=letter(), kind="RETURNED", occurred_on=TODAY, recorded_at=NOW
    ),
    "surveillance.MessageTemplateVersion": lambda: MessageTemplateVersion.objects.create(
        **words(), subject="s", body="b", written_at=NOW, written_by=UserFactory()
    ),
    "surveillance.MessageTemplateUse": lambda: MessageTemplateUse.objects.create(
        **words(), since=NOW, chosen_by=UserFactory()
    ),
    "surveillance.Declination": lambda: DeclinationFactory(),
    "surveillance.PatientNote": lambda: PatientNote.objects.create(
        patient=PatientFactory(), text="Prefers mornings.", written_at=NOW
    ),
    "surveillance.OutsideCare": lambda: OutsideCareFactory(),
    "surveillance.OutsideCareReview": lambda: OutsideCareReviewFactory(),
    "surveillance.EscalationAnswer": lambda: EscalationAnswerFactory(),
    "surveillance.Disowning": disowning,
    "surveillance.ExamMatch": lambda: ExamMatchFactory(),
    "surveillance.ExamMatchAnswer": lambda: ExamMatchAnswer.objects.create(
        match=ExamMatchFactory(), answer="CONFIRMED", answered_at=NOW, answered_by=UserFactory()
    ),
    "surveillance.ExamDocument": lambda: ExamDocumentFactory(),
    "surveillance.CdsFeedback": lambda: CdsFeedbackFactory(),
    "surveillance.FormerIdentifier": former_identifier,
    "surveillance.CapturedReport": lambda: CapturedReportFactory(),
    "surveillance.CaptureAnswer": lambda: CaptureAnswer.objects.create(
        report=CapturedReportFactory(), state="TRACKED", answered_at=NOW, answered_by=UserFactory()
    ),
}
RETRACTION = {"retracted_at", "retracted_by", "retracted_reason"}
MUTABLE = {
    "patients.AfpResult": {"patient"},
    "surveillance.CapturedReport": {"patient"},
    "surveillance.CdsFeedback": {"patient"},
    "surveillance.ImagingExam": {"patient"} | RETRACTION,
    "surveillance.LesionEvent": RETRACTION,
    "surveillance.ContactAttempt": {"patient"} | RETRACTION,
    "surveillance.Letter": {"patient"},
    "surveillance.Declination": {"patient"},
    "surveillance.PatientNote": {"patient"},
    "surveillance.OutsideCare": {"patient"},
    "surveillance.ExamMatch": {"patient"},
    "surveillance.ExamDocument": {"patient"},
}
"""Beside a retraction only the patient may change: merging two records re-points their facts."""

every_append_only_model = pytest.mark.parametrize("label", sorted(ROWS))


def run(statement: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def touch(row: models.Model, field: Any) -> None:
    """Write a column's own value over it, behind Django's back."""
    pk = row._meta.pk
    assert pk is not None
    table, column, key = row._meta.db_table, field.column, pk.column
    stored = pk.get_db_prep_value(row.pk, connection)
    run(f'UPDATE "{table}" SET "{column}" = "{column}" WHERE "{key}" = %s', stored)


def test_every_append_only_model_is_tested_here() -> None:
    assert {m._meta.label for m in apps.get_models() if issubclass(m, AppendOnlyModel)} == set(ROWS)


@every_append_only_model
class TestInPython:
    def test_stored_row_is_not_saved_again(self, label: str) -> None:
        row = ROWS[label]()

        with pytest.raises(AppendOnlyViolation, match="never updated"):
            row.save()

    def test_stored_row_is_not_saved_in_part(self, label: str) -> None:
        row = ROWS[label]()
        field = next(f.name for f in row._meta.fields if not f.primary_key)

        with pytest.raises(AppendOnlyViolation, match="never updated"):
            row.save(update_fields=[field])

    def test_copy_with_the_same_key_overwrites_nothing(self, label: str) -> None:
        row = ROWS[label]()
        copy = type(row)(**{f.attname: getattr(row, f.attname) for f in row._meta.fields})

        with pytest.raises((AppendOnlyViolation, DatabaseError)), transaction.atomic():
            copy.save()

    def test_stored_row_is_not_deleted(self, label: str) -> None:
        row = ROWS[label]()

        with pytest.raises(AppendOnlyViolation, match="never deleted"):
            row.delete()

    def test_query_set_changes_and_deletes_nothing(self, label: str) -> None:
        row = ROWS[label]()
        rows = type(row)._default_manager.all()
        name = next(f.name for f in row._meta.fields if not f.primary_key)

        for change in (
            lambda: rows.update(**{name: None}),
            lambda: rows.bulk_update([row], [name]),
            lambda: rows.bulk_create(
                [row], update_conflicts=True, update_fields=[name], unique_fields=["pk"]
            ),
            lambda: rows.delete(),
        ):
            with pytest.raises(AppendOnlyViolation):
                change()


@every_append_only_model
class TestInTheDatabase:
    def test_frozen_columns_refuse_update(self, label: str) -> None:
        row = ROWS[label]()
        frozen = [f for f in row._meta.fields if f.name not in MUTABLE.get(label, set())]

        for field in frozen:
            with pytest.raises(DatabaseError, match="only ever added"):
                touch(row, field)

    def test_mutable_columns_may_change(self, label: str) -> None:
        row = ROWS[label]()

        for name in MUTABLE.get(label, set()):
            touch(row, row._meta.get_field(name))

    def test_rows_refuse_delete(self, label: str) -> None:
        row = ROWS[label]()

        with pytest.raises(DatabaseError, match="only ever added"):
            run(f'DELETE FROM "{row._meta.db_table}"')


def test_retraction_is_whole_or_not_at_all() -> None:
    row = exam(PatientFactory())
    rows: models.QuerySet[ImagingExam] = models.QuerySet(ImagingExam).filter(pk=row.pk)

    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(retracted_at=NOW)

    rows.update(retracted_at=NOW, retracted_reason="wrong patient", retracted_by=UserFactory())
    assert not ImagingExam.objects.standing().exists()


@pytest.mark.parametrize("name", ["earliest_on", "target_on", "latest_on", "kind", "owed_since"])
def test_window_of_a_follow_up_never_moves(name: str) -> None:
    row = follow_up()

    with pytest.raises(DatabaseError, match="only ever added"):
        touch(row, row._meta.get_field(name))


def test_follow_up_is_never_deleted() -> None:
    row = follow_up()

    with pytest.raises(DatabaseError, match="only ever added"):
        run(f'DELETE FROM "{row._meta.db_table}"')


def test_follow_ups_served_by_a_contact_attempt_stay_as_recorded() -> None:
    served = follow_up()
    attempt = ContactAttempt.objects.create(
        patient=served.patient, channel="PHONE", outcome="NO_ANSWER", attempted_at=NOW
    )
    attempt.follow_ups.add(served)

    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
        attempt.follow_ups.remove(served)

    assert list(attempt.follow_ups.all()) == [served]
