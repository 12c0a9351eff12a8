"""Two records become one, and are taken apart again."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps

from patients.history import save_with_history
from patients.models import (
    AfpResult,
    AuditEvent,
    Patient,
    PatientStatus,
    RiskProfile,
    Tri,
)
from surveillance.models import (
    ContactAttempt,
    ContactChannel,
    ContactOutcome,
    FollowUp,
    FormerIdentifier,
    ImagingExam,
    IntakeItem,
    Lesion,
    LesionAssessment,
    Letter,
    LetterBatch,
    Notification,
    PatientMerge,
)
from surveillance.protocol.terms import LiRads, ObligationKind
from surveillance.workflows.log_contact import log_contact
from surveillance.workflows.merge_patients import PatientsNotMergeable, merge_patients
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.register_lesion import register_lesion
from surveillance.workflows.repoint_records import MOVED
from surveillance.workflows.retract_exam import retract_exam
from surveillance.workflows.unmerge_patients import MergeNotSeparable, unmerge_patients
from surveillance.workflows.update_risk import update_risk
from surveillance.workflows.write_note import write_note
from tests.factories import (
    NOW,
    TODAY,
    AfpResultFactory,
    PatientFactory,
    RiskProfileFactory,
)
from tests.surveillance.capture.factories import CapturedReportFactory
from tests.surveillance.factories import (
    CdsFeedbackFactory,
    DeclinationFactory,
    OutsideCareFactory,
    finding,
    report,
    risk_facts,
)
from tests.surveillance.reconciliation.factories import ExamDocumentFactory, ExamMatchFactory

LAST_WEEK = date(2026, 8, 24)
LATER = NOW + timedelta(days=10)


@pytest.fixture
def duplicate(ward):
    """A low-risk record of the same person, with one of everything that may move."""
    patient = PatientFactory(site=ward.site, low_risk=True)
    lesion = register_lesion(patient=patient, label=ward.lesion.label, by=None, now=NOW)
    told = report(finding(lesion, lirads=LiRads.LR_3), on=LAST_WEEK, accession="DUP")
    record_exam(patient=patient, report=told, by=None, now=NOW)
    log_contact(
        patient=patient,
        follow_ups=FollowUp.objects.open().filter(patient=patient),
        channel=ContactChannel.PHONE,
        outcome=ContactOutcome.AGREED,
        by=ward.navigator,
        now=NOW,
    )
    AfpResultFactory(patient=patient)
    DeclinationFactory(patient=patient)
    write_note(patient=patient, text="Prefers mornings.", by=ward.navigator, now=NOW)
    OutsideCareFactory(follow_up=FollowUp.objects.open().filter(patient=patient).first())
    Notification.objects.create(
        site=ward.site,
        channel="EMAIL",
        template="PATIENT_REMINDER",
        dedupe_key="d",
        patient=patient,
        created_at=NOW,
        not_before=NOW,
    )
    run = LetterBatch.objects.create(site=ward.site, size=1, digest="0" * 64, prepared_at=NOW)
    Letter.objects.create(batch=run, sequence=1, patient=patient, digest="0" * 64)
    exam = ImagingExam.objects.get(patient=patient)
    match = ExamMatchFactory(
        follow_up=FollowUp.objects.open().filter(patient=patient).first(), exam=exam
    )
    ExamDocumentFactory(patient=patient, item=match.item)
    CapturedReportFactory(patient=patient)
    CdsFeedbackFactory(patient=patient)
    return patient


def merged(ward, duplicate, **said):
    values: dict[str, Any] = {"reason": "same person", "by": ward.navigator, "now": NOW} | said
    return merge_patients(survivor=ward.cirrhotic, duplicate=duplicate, **values)


def undone(ward, merge, now=LATER):
    return unmerge_patients(merge=merge, by=ward.navigator, now=now)


def relations_to_patient():
    """Every foreign key to Patient, history copies apart."""
    return {
        (model, field.name)
        for model in apps.get_models()
        if not model.__name__.startswith("Historical")
        for field in model._meta.concrete_fields
        if field.related_model is Patient
    }


STAY = {
    (RiskProfile, "patient"): "says what was known of which record",
    (Patient, "merged_into"): "the merge itself",
    (PatientMerge, "survivor"): "the merge itself",
    (PatientMerge, "duplicate"): "the merge itself",
    (FormerIdentifier, "patient"): "leads to the survivor, as the record does",
    (IntakeItem, "patient"): "says to which record it was taken in",
}


def test_every_table_that_points_to_a_patient_moves_or_is_known_to_stay():
    assert relations_to_patient() == {(model, "patient") for model in MOVED} | set(STAY)


def test_everything_of_the_duplicate_moves_to_the_survivor(ward, duplicate):
    before = {model: model._default_manager.filter(patient=duplicate).count() for model in MOVED}

    merge = merged(ward, duplicate)

    assert all(before.values()), before
    for model, count in before.items():
        assert not model._default_manager.filter(patient=duplicate).exists(), model
        assert model._default_manager.filter(patient=ward.cirrhotic).count() >= count
        assert len(merge.moved[model.__name__]) == count
    duplicate.refresh_from_db()
    assert duplicate.merged_into == ward.cirrhotic
    assert duplicate.history.filter(history_change_reason="merged").count() == 1


def test_merge_is_on_record_for_both(ward, duplicate):
    merge = merged(ward, duplicate)

    assert (merge.survivor, merge.duplicate, merge.merged_by) == (
        ward.cirrhotic,
        duplicate,
        ward.navigator,
    )
    events = AuditEvent.objects.filter(action="patients_merged")
    assert {event.patient_id for event in events} == {
        str(ward.cirrhotic.pk),
        str(duplicate.pk),
    }


def test_more_dangerous_facts_win(ward, duplicate):
    RiskProfileFactory(
        patient=duplicate,
        chronic_hbv=Tri.YES,
        prior_hcc=Tri.UNKNOWN,
        normal_liver_parenchyma=Tri.YES,
        contraindications=["MRI_DEVICE"],
        effective_on=LAST_WEEK,
    )

    merged(ward, duplicate)

    combined = RiskProfile.objects.filter(patient=ward.cirrhotic).latest("sequence")
    assert (combined.cirrhosis, combined.chronic_hbv) == (Tri.YES, Tri.YES)
    assert combined.prior_hcc == Tri.UNKNOWN
    assert combined.normal_liver_parenchyma == Tri.NO
    assert combined.contraindications == ["MRI_DEVICE"]


def test_moved_lesion_is_decided_about_with_the_combined_risk(ward, duplicate):
    lesion = Lesion.objects.get(patient=duplicate)
    before = FollowUp.objects.open().get(lesion=lesion, kind=ObligationKind.IMAGING)

    merged(ward, duplicate)

    after = FollowUp.objects.open().get(lesion=lesion, kind=ObligationKind.IMAGING)
    assert (before.escalation_class, after.escalation_class) == ("LOW", "AT_RISK")
    assert after.patient == ward.cirrhotic
    newest = LesionAssessment.objects.filter(lesion=lesion, overrides=None).newest_first()[0]
    assert newest.inputs["patient"]["cirrhosis"] == "yes"


def test_newest_contact_of_both_is_shown(ward, duplicate):
    merged(ward, duplicate)

    ward.cirrhotic.refresh_from_db()
    duplicate.refresh_from_db()
    assert ward.cirrhotic.last_contact_outcome == "AGREED"
    assert duplicate.last_contact_at is None


def test_afp_result_that_both_have_stays_where_it_is(ward, duplicate):
    AfpResultFactory(patient=ward.cirrhotic)

    merged(ward, duplicate)

    assert AfpResult.objects.filter(patient=duplicate).count() == 1
    assert AfpResult.objects.filter(patient=ward.cirrhotic).count() == 1


def test_merging_the_same_two_again_changes_nothing(ward, duplicate):
    first = merged(ward, duplicate)
    profiles, events = RiskProfile.objects.count(), AuditEvent.objects.count()

    assert merged(ward, duplicate, now=LATER) == first

    assert (RiskProfile.objects.count(), AuditEvent.objects.count()) == (profiles, events)


def test_report_sent_again_under_the_old_record_is_recognised(ward, duplicate):
    lesion = Lesion.objects.get(patient=duplicate)
    told = report(finding(lesion, lirads=LiRads.LR_3), on=LAST_WEEK, accession="DUP")
    merged(ward, duplicate)

    again = record_exam(patient=duplicate, report=told, by=None, now=LATER)

    assert not again.created
    assert register_lesion(patient=duplicate, label=lesion.label, by=None, now=LATER) == lesion


def test_impossible_merges_are_refused(ward, duplicate):
    refused = [
        PatientFactory(),
        ward.cirrhotic,
        PatientFactory(site=ward.site, status=PatientStatus.DECEASED, status_on=TODAY),
        PatientFactory(site=ward.site, merged_into=PatientFactory(site=ward.site)),
    ]

    for other in refused:
        with pytest.raises(PatientsNotMergeable):
            merged(ward, other)
    with pytest.raises(PatientsNotMergeable):
        merged(ward, duplicate, reason=" ")

    assert not PatientMerge.objects.exists()


def test_nothing_moved_when_the_decision_fails(ward, duplicate, monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("the last write fails")

    monkeypatch.setattr(LesionAssessment.objects.__class__, "bulk_create", broken)

    with pytest.raises(RuntimeError):
        merged(ward, duplicate)

    duplicate.refresh_from_db()
    assert duplicate.merged_into is None
    assert Lesion.objects.filter(patient=duplicate).count() == 1
    assert not PatientMerge.objects.exists()


def test_undoing_moves_back_exactly_what_was_moved(ward, duplicate):
    before = _whose()

    merge = undone(ward, merged(ward, duplicate))

    after = _whose()
    assert {row: after[row] for row in before} == before
    duplicate.refresh_from_db()
    assert duplicate.merged_into is None
    assert (merge.undone_at, merge.undone_by) == (LATER, ward.navigator)


def test_undoing_gives_each_record_its_own_risk_and_decisions(ward, duplicate):
    lesion = Lesion.objects.get(patient=duplicate)
    RiskProfileFactory(patient=duplicate, chronic_hbv=Tri.YES, effective_on=LAST_WEEK)

    undone(ward, merged(ward, duplicate))

    survivors = RiskProfile.objects.filter(patient=ward.cirrhotic).in_force(LATER.date())[0]
    assert (survivors.cirrhosis, survivors.chronic_hbv) == (Tri.YES, Tri.NO)
    newest = LesionAssessment.objects.filter(lesion=lesion, overrides=None).newest_first()[0]
    assert "cirrhosis" not in newest.inputs["patient"]
    assert newest.inputs["patient"]["chronic_hbv"] == "yes"


def test_risk_recorded_since_the_merge_is_kept(ward, duplicate):
    merge = merged(ward, duplicate)
    update_risk(
        patient=ward.cirrhotic,
        facts=risk_facts(ald=Tri.YES),
        effective_on=TODAY,
        source="letter",
        by=None,
        now=NOW + timedelta(days=1),
    )

    undone(ward, merge)

    in_force = RiskProfile.objects.filter(patient=ward.cirrhotic).in_force(LATER.date())[0]
    assert (in_force.ald, in_force.cirrhosis) == (Tri.YES, Tri.NO)


def test_survivor_without_a_profile_knows_nothing_again(ward, duplicate):
    nobody = PatientFactory(site=ward.site)
    merge = merge_patients(
        survivor=nobody, duplicate=duplicate, reason="same person", by=None, now=NOW
    )

    undone(ward, merge)

    in_force = RiskProfile.objects.filter(patient=nobody).in_force(LATER.date())[0]
    assert in_force.cirrhosis == Tri.UNKNOWN


def test_what_was_recorded_since_follows_its_lesion(ward, duplicate):
    lesion = Lesion.objects.get(patient=duplicate)
    merge = merged(ward, duplicate)
    told = report(finding(lesion, "9", lirads=LiRads.LR_3), on=TODAY, accession="NEW")
    exam = record_exam(patient=ward.cirrhotic, report=told, by=None, now=LATER).exam

    undone(ward, merge)

    exam.refresh_from_db()
    assert exam.patient == duplicate
    assert not FollowUp.objects.filter(lesion=lesion).exclude(patient=duplicate).exists()


def test_exam_of_lesions_of_both_must_be_retracted_first(ward, duplicate):
    lesion = Lesion.objects.get(patient=duplicate)
    merge = merged(ward, duplicate)
    told = report(finding(lesion), finding(ward.lesion), on=TODAY, accession="BOTH")
    record_exam(patient=ward.cirrhotic, report=told, by=None, now=LATER)

    with pytest.raises(MergeNotSeparable):
        undone(ward, merge)

    merge.refresh_from_db()
    assert merge.undone_at is None


def test_retracted_exam_of_both_records_stays_and_no_longer_stands_in_the_way(ward, duplicate):
    lesion = Lesion.objects.get(patient=duplicate)
    merge = merged(ward, duplicate)
    told = report(finding(lesion), finding(ward.lesion), on=TODAY, accession="BOTH")
    both = record_exam(patient=ward.cirrhotic, report=told, by=None, now=LATER).exam
    retract_exam(exam=both, reason="Of two people", by=ward.navigator, now=LATER)

    undone(ward, merge)

    both.refresh_from_db()
    lesion.refresh_from_db()
    assert (both.patient, lesion.patient) == (ward.cirrhotic, duplicate)


def test_undoing_twice_changes_nothing(ward, duplicate):
    merge = merged(ward, duplicate)
    undone(ward, merge)
    profiles = RiskProfile.objects.count()

    undone(ward, merge, now=LATER + timedelta(days=1))

    merge.refresh_from_db()
    assert merge.undone_at == LATER
    assert RiskProfile.objects.count() == profiles


def test_two_may_be_merged_again_after_undoing(ward, duplicate):
    first = merged(ward, duplicate)
    undone(ward, first)

    assert merged(ward, duplicate, now=LATER + timedelta(days=1)) != first


def test_chain_of_merges_is_undone_from_its_beginning(ward, duplicate):
    third = PatientFactory(site=ward.site, low_risk=True)
    lesion = register_lesion(patient=third, label="T", by=None, now=NOW)
    inner = merge_patients(survivor=duplicate, duplicate=third, reason="same", by=None, now=NOW)
    merged(ward, duplicate)
    lesion.refresh_from_db()
    assert lesion.patient == ward.cirrhotic

    undone(ward, inner)

    lesion.refresh_from_db()
    assert lesion.patient == third
    assert ImagingExam.objects.get(accession="DUP").patient == ward.cirrhotic
    assert ContactAttempt.objects.get().patient == ward.cirrhotic


def _whose():
    return {
        (model, pk): owner
        for model in MOVED
        for pk, owner in model._default_manager.values_list("pk", "patient_id")
    }


def test_survivor_without_a_birth_date_learns_it_and_gives_it_back(ward, duplicate) -> None:
    born = duplicate.birth_date
    ward.cirrhotic.birth_date = None
    save_with_history(ward.cirrhotic, reason="test", by=None, now=NOW, fields=["birth_date"])

    merge = merged(ward, duplicate)
    learned = Patient.objects.get(pk=ward.cirrhotic.pk).birth_date
    kinds = {row.kind for row in FollowUp.objects.open().filter(patient=ward.cirrhotic)}
    undone(ward, merge)

    assert (learned, Patient.objects.get(pk=ward.cirrhotic.pk).birth_date) == (born, None)
    assert "IMAGING" in kinds
