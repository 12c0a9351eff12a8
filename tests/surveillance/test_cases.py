"""Rows become facts: everything that is on record, and nothing that is not known yet."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients.models import PatientStatus
from surveillance.answers import case_as_json, inputs_digest
from surveillance.cases import build_case, build_cases
from surveillance.models import LesionEventKind, OverrideKind, ReportStatus
from surveillance.protocol.facts import SurveillanceCase
from surveillance.protocol.terms import (
    Conclusion,
    Contraindication,
    LesionKind,
    LesionStatus,
    LiRads,
    MdtOutcome,
    Modality,
    PathologyResult,
    Tri,
)
from tests.factories import (
    NOW,
    TODAY,
    AfpResultFactory,
    PatientFactory,
    RiskProfileFactory,
    UserFactory,
)
from tests.surveillance.factories import (
    FollowUpFactory,
    ImagingExamFactory,
    LesionAssessmentFactory,
    LesionEventFactory,
    LesionFactory,
    LesionObservationFactory,
)

pytestmark = pytest.mark.django_db

YESTERDAY = date(2026, 8, 30)
TOMORROW = date(2026, 9, 1)


def test_patient_without_profile_is_unknown_in_everything():
    lesion = LesionFactory()

    patient = build_case(lesion, as_of=TODAY).patient

    assert patient.birth_date == lesion.patient.birth_date
    assert {patient.cirrhosis, patient.normal_liver_function, patient.pregnant} == {Tri.UNKNOWN}
    assert patient.provenance == {}


def test_profile_in_force_is_the_newest_effective_by_that_day():
    lesion = LesionFactory(patient__low_risk=True)
    RiskProfileFactory(patient=lesion.patient, cirrhotic=True, effective_on=YESTERDAY)
    RiskProfileFactory(patient=lesion.patient, hepatitis_b=True, effective_on=TOMORROW)

    told = {
        day: (facts.cirrhosis, facts.chronic_hbv)
        for day in (date(2026, 8, 29), YESTERDAY, TODAY, TOMORROW)
        if (facts := build_case(lesion, as_of=day).patient)
    }

    assert told == {
        date(2026, 8, 29): (Tri.NO, Tri.NO),
        YESTERDAY: (Tri.YES, Tri.NO),
        TODAY: (Tri.YES, Tri.NO),
        TOMORROW: (Tri.NO, Tri.YES),
    }


def test_later_recorded_profile_wins_when_both_are_effective_from_one_day():
    lesion = LesionFactory(patient__low_risk=True)
    earlier = datetime(2026, 8, 30, 8, tzinfo=UTC)
    RiskProfileFactory(
        patient=lesion.patient, cirrhotic=True, effective_on=YESTERDAY, recorded_at=NOW
    )
    RiskProfileFactory(
        patient=lesion.patient, low_risk=True, effective_on=YESTERDAY, recorded_at=earlier
    )

    assert build_case(lesion, as_of=TODAY).patient.cirrhosis is Tri.YES


def test_provenance_names_source_day_and_author_of_what_is_known():
    author = UserFactory(first_name="Ada", last_name="Nurse")
    lesion = LesionFactory()
    RiskProfileFactory(
        patient=lesion.patient, cirrhosis=Tri.YES, source="clinic letter", recorded_by=author
    )

    provenance = build_case(lesion, as_of=TODAY).patient.provenance

    assert set(provenance) == {"cirrhosis"}
    assert provenance["cirrhosis"].source == "clinic letter"
    assert provenance["cirrhosis"].recorded_on == date(2020, 1, 1)
    assert provenance["cirrhosis"].recorded_by == "Ada Nurse"


def test_provenance_day_is_the_sites_day():
    lesion = LesionFactory(patient__site__time_zone="America/Los_Angeles")
    late_evening = datetime(2026, 8, 31, 2, tzinfo=UTC)
    RiskProfileFactory(patient=lesion.patient, cirrhosis=Tri.YES, recorded_at=late_evening)

    provenance = build_case(lesion, as_of=TODAY).patient.provenance

    assert provenance["cirrhosis"].recorded_on == YESTERDAY


@pytest.mark.parametrize(
    ("as_of", "told"),
    [
        pytest.param(YESTERDAY, Tri.YES, id="day before"),
        pytest.param(TODAY, Tri.YES, id="the expected day"),
        pytest.param(TOMORROW, Tri.UNKNOWN, id="day after"),
    ],
)
def test_pregnancy_is_no_longer_known_after_the_expected_delivery(as_of, told):
    lesion = LesionFactory()
    RiskProfileFactory(patient=lesion.patient, pregnant=Tri.YES, expected_delivery_on=TODAY)

    assert build_case(lesion, as_of=as_of).patient.pregnant is told


def test_contraindications_and_low_egfr_are_told():
    lesion = LesionFactory()
    RiskProfileFactory(
        patient=lesion.patient, contraindications=["MRI_DEVICE"], egfr=Decimal("22.5")
    )

    patient = build_case(lesion, as_of=TODAY).patient

    assert patient.contraindications == {Contraindication.MRI_DEVICE, Contraindication.EGFR_LT_30}


def test_egfr_of_thirty_is_no_contraindication():
    lesion = LesionFactory()
    RiskProfileFactory(patient=lesion.patient, egfr=Decimal("30.0"))

    assert build_case(lesion, as_of=TODAY).patient.contraindications == frozenset()


def test_signs_of_heart_failure_are_told_with_their_day():
    lesion = LesionFactory()
    RiskProfileFactory(
        patient=lesion.patient, cardiac_failure_signs=Tri.YES, cardiac_failure_signs_on=YESTERDAY
    )
    AfpResultFactory(patient=lesion.patient, value_ng_ml=None, rising=True)

    case = build_case(lesion, as_of=TODAY)

    written = case_as_json(case)["patient"]
    assert case.patient.cardiac_failure_signs_on == YESTERDAY
    assert written["cardiac_failure_signs_on"] == "2026-08-30"
    assert written["afp"][0]["value_ng_ml"] is None


def test_afp_results_are_told_by_day_and_never_before_they_were_taken():
    lesion = LesionFactory()
    AfpResultFactory(patient=lesion.patient, taken_on=YESTERDAY, value_ng_ml=Decimal("45.50"))
    AfpResultFactory(patient=lesion.patient, taken_on=date(2026, 1, 5), rising=True)
    AfpResultFactory(patient=lesion.patient, taken_on=TOMORROW, value_ng_ml=900)

    afp = build_case(lesion, as_of=TODAY).patient.afp

    assert [(one.on, str(one.value), one.rising) for one in afp] == [
        (date(2026, 1, 5), "3", True),
        (YESTERDAY, "45.5", False),
    ]


def test_exam_is_told_as_it_concerns_this_lesion():
    row = LesionObservationFactory(
        exam__performed_on=YESTERDAY,
        exam__modality=Modality.CT_MULTIPHASE,
        exam__report_status=ReportStatus.PRELIMINARY,
        exam__whole_liver=False,
        exam__accession="A1",
        size_mm=Decimal("10.00"),
        aphe=Tri.YES,
        lirads=LiRads.LR_3,
        conclusion=Conclusion.INDETERMINATE,
        kind=LesionKind.CYSTIC,
        septations=Tri.UNKNOWN,
    )

    [exam] = build_case(row.lesion, as_of=TODAY).exams

    assert (exam.on, exam.modality, exam.ref) == (YESTERDAY, Modality.CT_MULTIPHASE, "A1")
    assert str(exam.size_mm) == "10"
    assert (exam.final, exam.whole_liver) == (False, False)
    assert (exam.aphe, exam.washout) == (Tri.YES, Tri.UNKNOWN)
    assert (exam.lirads, exam.conclusion) == (LiRads.LR_3, Conclusion.INDETERMINATE)
    assert (exam.kind, exam.isolation) == (LesionKind.CYSTIC, None)
    assert (exam.septations, exam.thick_wall) == (Tri.UNKNOWN, None)


@pytest.mark.parametrize(
    ("exam", "finding"),
    [
        pytest.param(False, True, id="whole exam limited"),
        pytest.param(True, False, id="limited for this lesion"),
    ],
)
def test_exam_is_inadequate_when_either_says_so(exam, finding):
    row = LesionObservationFactory(exam__adequate=exam, adequate=finding)

    assert not build_case(row.lesion, as_of=TODAY).exams[0].adequate


def test_retracted_and_later_exams_are_not_told():
    lesion = LesionFactory()
    told = LesionObservationFactory(lesion=lesion, exam__performed_on=YESTERDAY)
    LesionObservationFactory(lesion=lesion, exam__performed_on=TOMORROW)
    LesionObservationFactory(
        lesion=lesion, exam__retracted_at=NOW, exam__retracted_reason="wrong patient"
    )

    exams = build_case(lesion, as_of=TODAY).exams

    assert [exam.ref for exam in exams] == [told.exam.accession]


def test_exams_come_in_the_order_in_which_they_were_done():
    lesion = LesionFactory()
    for day in (date(2026, 5, 1), date(2026, 1, 31), date(2026, 2, 28)):
        exam = ImagingExamFactory(patient=lesion.patient, performed_on=day)
        LesionObservationFactory(lesion=lesion, exam=exam)

    days = [exam.on for exam in build_case(lesion, as_of=TODAY).exams]

    assert days == sorted(days)


def test_events_are_told_unless_retracted_or_still_to_come():
    lesion = LesionFactory(symptomatic=Tri.NO)
    kind = LesionEventKind
    LesionEventFactory(lesion=lesion, author="Dr A")
    LesionEventFactory(lesion=lesion, kind=kind.PATHOLOGY, value="NONDIAGNOSTIC")
    LesionEventFactory(lesion=lesion, kind=kind.SYMPTOMS, value="YES")
    LesionEventFactory(
        lesion=lesion, kind=kind.CHARACTERISATION_WAIVER, value="WAIVED", evidence="pregnancy"
    )
    LesionEventFactory(
        lesion=lesion,
        kind=kind.REMOVED_OR_TREATED,
        value="REMOVED",
        retracted_at=NOW,
        retracted_reason="other lesion",
    )
    LesionEventFactory(lesion=lesion, kind=kind.PATHOLOGY, value="MALIGNANT", occurred_on=TOMORROW)

    facts = build_case(lesion, as_of=TODAY).lesion

    assert [(one.outcome, one.author) for one in facts.mdt_decisions] == [
        (MdtOutcome.CONTINUE_SURVEILLANCE, "Dr A")
    ]
    assert [one.result for one in facts.pathology] == [PathologyResult.NONDIAGNOSTIC]
    assert facts.symptomatic is Tri.NO
    assert [one.value for one in facts.symptoms] == [Tri.YES]
    assert [one.reason for one in facts.waivers] == ["pregnancy"]
    assert (facts.status, facts.status_on) == (LesionStatus.PRESENT, None)


def test_waiver_signed_in_a_pregnancy_holds_until_its_expected_end():
    lesion = LesionFactory()
    born_on = date(2026, 8, 28)
    RiskProfileFactory(
        patient=lesion.patient,
        pregnant=Tri.YES,
        expected_delivery_on=born_on,
        effective_on=date(2026, 1, 1),
    )
    RiskProfileFactory(patient=lesion.patient, pregnant=Tri.NO, effective_on=YESTERDAY)
    for day in (date(2026, 3, 1), TODAY):
        LesionEventFactory(
            lesion=lesion,
            kind=LesionEventKind.CHARACTERISATION_WAIVER,
            value="WAIVED",
            occurred_on=day,
        )

    waivers = build_case(lesion, as_of=TODAY).lesion.waivers

    assert [one.until for one in waivers] == [born_on, None]


def test_removal_is_told_with_its_day():
    event = LesionEventFactory(
        kind=LesionEventKind.REMOVED_OR_TREATED, value="TREATED", occurred_on=YESTERDAY
    )

    facts = build_case(event.lesion, as_of=TODAY).lesion

    assert (facts.status, facts.status_on) == (LesionStatus.REMOVED_OR_TREATED, YESTERDAY)


def test_status_of_the_patient_is_told():
    patient = PatientFactory(status=PatientStatus.DECEASED, status_on=YESTERDAY)

    assert build_case(LesionFactory(patient=patient), as_of=TODAY).patient.status == "DECEASED"


def test_open_lesions_count_this_one_and_those_with_an_open_follow_up():
    lesion = LesionFactory()
    FollowUpFactory(lesion=LesionFactory(patient=lesion.patient))
    FollowUpFactory(
        lesion=LesionFactory(patient=lesion.patient), closed_at=NOW, outcome="NO_LONGER_OWED"
    )

    assert build_case(lesion, as_of=TODAY).open_lesions == 2


@pytest.mark.parametrize(
    ("expires_on", "stands"),
    [
        pytest.param(None, True, id="no expiry"),
        pytest.param(TODAY, True, id="last day"),
        pytest.param(YESTERDAY, False, id="expired"),
    ],
)
def test_override_is_told_until_it_expires(expires_on, stands):
    computed = LesionAssessmentFactory()
    clinician = UserFactory(first_name="Ida", last_name="Hep")
    LesionAssessmentFactory(
        lesion=computed.lesion,
        overrides=computed,
        override_kind=OverrideKind.SOONER,
        override_reason="anxious",
        override_expires_on=expires_on,
        assessed_by=clinician,
    )

    override = build_case(computed.lesion, as_of=TODAY).override

    assert (override is not None) is stands
    if override is not None:
        assert (override.author, override.reason) == ("Ida Hep", "anxious")


def test_many_lesions_cost_as_many_queries_as_one():
    few = [_rich_lesion()]
    many = [_rich_lesion() for _ in range(6)]

    assert _queries(few) == _queries(many) <= 8


def test_building_together_equals_building_one_by_one():
    lesions = [_rich_lesion() for _ in range(3)] + [LesionFactory()]

    assert build_cases(lesions, as_of=TODAY) == [
        build_case(lesion, as_of=TODAY) for lesion in lesions
    ]


def test_digest_does_not_depend_on_the_day_but_on_every_fact():
    case = build_case(_rich_lesion(), as_of=TODAY)

    later = replace(case, as_of=TOMORROW)
    another = replace(case, patient=replace(case.patient, cirrhosis=Tri.UNKNOWN))

    assert _digest(case) == _digest(later)
    assert _digest(case) != _digest(another)


def _rich_lesion():
    lesion = LesionFactory(patient__cirrhotic=True)
    AfpResultFactory(patient=lesion.patient)
    LesionObservationFactory(lesion=lesion)
    LesionEventFactory(lesion=lesion)
    FollowUpFactory(lesion=lesion)
    return lesion


def _queries(lesions) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        build_cases(lesions, as_of=TODAY)
    return len(queries)


def _digest(case: SurveillanceCase) -> str:
    return inputs_digest(case_as_json(case))
