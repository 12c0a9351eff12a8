"""What is owed, since when, and what settles it (8.1-8.5, 5.8)."""

from typing import Any

import pytest

from surveillance.protocol.facts import ExamFacts, SurveillanceCase
from surveillance.protocol.fulfilment import fulfils
from surveillance.protocol.recommend import recommend
from surveillance.protocol.recommendation import Obligation, Recommendation, Window
from surveillance.protocol.terms import (
    Conclusion,
    EscalationClass,
    Isolation,
    LesionKind,
    LiRads,
    MdtOutcome,
    Modality,
    ObligationKind,
    PathologyResult,
    RecommendationKind,
)
from tests.protocol.scenarios import (
    CHILD,
    CIRRHOTIC,
    COMPLEX_CYST,
    MALIGNANCY,
    SPOT,
    UNKNOWN,
    YES,
    biopsy,
    case,
    ct,
    day,
    exam,
    limited_us,
    lr3,
    met,
    mri,
    us,
    waiver,
    watch,
)

IMAGING, REFERRAL, REVIEW = ObligationKind


def days(window: Window | None) -> tuple[str, str, str]:
    assert window is not None
    return tuple(  # type: ignore[return-value]
        each.isoformat() for each in (window.earliest, window.target, window.latest)
    )


def owed(answer: Recommendation) -> dict[ObligationKind, Obligation]:
    return {each.kind: each for each in answer.obligations}


def verdict(
    before: SurveillanceCase, row: ExamFacts, kind: RecommendationKind | None = None
) -> tuple[bool, str]:
    """Does `row` settle the imaging that `before` leaves owed?"""
    imaging = owed(recommend(before))[IMAGING]
    found = fulfils(row, before, IMAGING, kind or imaging.recommendation, imaging.window)
    return found.fulfilled, found.reason


# ---------------------------------------------------------------- since when


def test_characterisation_is_owed_since_the_first_exam() -> None:
    answer = recommend(case(us("2026-01-10", "14"), us("2026-02-20", "14"), who=CIRRHOTIC))

    assert days(answer.window) == ("2026-01-10", "2026-02-07", "2026-03-07")


def test_stricter_need_begins_when_it_arises_and_keeps_the_running_date() -> None:
    answer = recommend(case(us("2026-01-10", "9"), us("2026-03-10", "10.2"), who=CIRRHOTIC))

    assert answer.rule == "R56"
    assert days(answer.window) == ("2026-03-10", "2026-04-07", "2026-04-10")


def test_laxer_rule_keeps_the_stricter_date_until_somebody_looks() -> None:
    answer = recommend(case(us("2026-01-10", "10.2"), us("2026-01-30", "9.5"), who=CIRRHOTIC))

    assert answer.rule == "R57"
    assert days(answer.window) == ("2026-01-10", "2026-02-21", "2026-03-07")


def test_change_of_kind_before_contrast_keeps_the_start() -> None:
    answer = recommend(
        case(
            us("2026-01-10", "5"), us("2026-02-10", "5", kind=LesionKind.NODULE_OR_MASS), what=SPOT
        )
    )

    assert answer.rule == "R55"
    assert days(answer.window) == ("2026-02-10", "2026-03-24", "2026-05-10")


def test_next_window_counts_from_the_exam_not_from_the_due_date() -> None:
    early = recommend(case(lr3("2026-02-10"), lr3("2026-04-01"), who=CIRRHOTIC))
    late = recommend(case(lr3("2026-02-10"), lr3("2026-09-30"), who=CIRRHOTIC))

    assert days(early.window) == ("2026-07-01", "2026-08-01", "2026-10-01")
    assert days(late.window) == ("2026-12-30", "2027-01-30", "2027-03-30")


def test_target_moves_to_six_months_after_the_first_year() -> None:
    answer = recommend(case(lr3("2026-02-10"), lr3("2026-08-10"), lr3("2027-02-10"), who=CIRRHOTIC))

    assert days(answer.window) == ("2027-05-10", "2027-08-10", "2027-08-10")


def test_mdt_decision_starts_the_imaging_need_anew_after_a_referral() -> None:
    ceus = exam("2026-03-01", Modality.CEUS, "15", lirads=LiRads.LR_5)
    answer = recommend(
        case(
            us("2026-01-10", "15"),
            ceus,
            who=CIRRHOTIC,
            what={"mdt_decisions": (watch("2026-03-11"),)},
            as_of="2026-03-12",
        )
    )

    assert answer.rule == "R56"
    assert days(answer.window) == ("2026-03-11", "2026-04-08", "2026-05-06")


def test_mdt_decision_inside_one_need_changes_no_date() -> None:
    what = {"mdt_decisions": (met("2026-02-01", MdtOutcome.TREAT),)}
    answer = recommend(case(us("2026-01-10", "15"), who=CIRRHOTIC, what=what, as_of="2026-02-02"))

    assert days(answer.window) == ("2026-01-10", "2026-02-07", "2026-03-07")


def test_malignant_biopsy_counts_from_its_day() -> None:
    what = {"pathology": (biopsy("2026-01-05", PathologyResult.MALIGNANT),)}
    answer = recommend(case(us("2026-01-10", "15"), what=what))

    assert days(answer.window) == ("2026-01-05", "2026-01-19", "2026-02-02")


def test_waiver_replaces_characterisation_and_lapses_on_its_day() -> None:
    pregnant = CIRRHOTIC | {"pregnant": YES}
    what = {"waivers": (waiver("2026-01-20", until="2026-07-20"),)}

    held = recommend(case(us("2026-01-10", "15"), who=pregnant, what=what, as_of="2026-07-20"))
    lapsed = recommend(case(us("2026-01-10", "15"), who=CIRRHOTIC, what=what, as_of="2026-07-21"))

    assert held.rule == "R69"
    assert days(held.window) == ("2026-04-10", "2026-05-10", "2026-07-10")
    assert lapsed.rule == "R56"
    assert lapsed.window is not None
    assert lapsed.window.latest == day("2026-07-10")


def test_needless_waiver_changes_nothing() -> None:
    what = {"waivers": (waiver("2026-03-01"),)}
    seen = mri("2026-02-10", "14", lirads=LiRads.LR_1)

    assert recommend(case(seen, what=what, as_of="2026-03-02")).rule == "R60"


def test_waiver_of_another_kind_no_longer_holds() -> None:
    what = SPOT | {"waivers": (waiver("2026-01-20"),)}
    changed = us("2026-03-10", "15", kind=LesionKind.NODULE_OR_MASS)

    assert recommend(case(us("2026-01-10", "15"), changed, who=CIRRHOTIC, what=what)).rule == "R56"


def test_eighteenth_birthday_starts_adult_needs_and_keeps_running_dates() -> None:
    who = CHILD | {"birth_date": day("2008-03-01")}
    answer = recommend(case(us("2026-01-10", "14"), who=who, as_of="2026-03-05"))

    assert answer.rule == "R55"
    assert days(answer.window) == ("2026-03-01", "2026-04-10", "2026-04-10")


# ---------------------------------------------------------------- referrals


def test_referral_keeps_imaging_beside_it() -> None:
    answer = recommend(case(mri("2026-01-10", "14", aphe=YES, washout=YES), who=CIRRHOTIC))

    found = owed(answer)
    assert set(found) == {REFERRAL, IMAGING}
    assert found[REFERRAL].recommendation is RecommendationKind.MDT_REFERRAL
    assert days(found[IMAGING].window) == ("2026-01-10", "2026-03-10", "2026-04-10")
    assert found[IMAGING].escalation_class is EscalationClass.AT_RISK


def test_safety_net_is_renewed_by_an_adequate_exam() -> None:
    answer = recommend(
        case(
            mri("2026-01-10", "14", lirads=LiRads.LR_5),
            mri("2026-03-10", "14", lirads=LiRads.LR_5),
            who=CIRRHOTIC,
        )
    )

    assert days(answer.window) == ("2026-01-10", "2026-01-24", "2026-02-07")
    assert owed(answer)[IMAGING].window.latest == day("2026-06-10")


def test_referral_stays_owed_when_an_exam_leads_to_another_rule() -> None:
    exams = (lr3("2026-01-10", "10"), lr3("2026-07-10", "13"), lr3("2026-10-10", "13"))
    answer = recommend(case(*exams, who=CIRRHOTIC))
    decided = recommend(
        case(
            *exams,
            who=CIRRHOTIC,
            what={"mdt_decisions": (watch("2026-10-12"),)},
            as_of="2026-10-12",
        )
    )

    assert answer.rule == "R69"
    assert owed(answer)[REFERRAL].recommendation is RecommendationKind.BIOPSY_CONSIDERATION
    assert owed(answer)[REFERRAL].window.latest == day("2026-08-07")
    assert REFERRAL not in owed(decided)


def test_limited_exam_that_warns_does_not_postpone() -> None:
    limited = mri("2026-08-05", "14", lirads=LiRads.LR_5, adequate=False)
    answer = recommend(case(lr3("2026-02-10"), limited, who=CIRRHOTIC))

    assert answer.rule == "R30"
    assert answer.window is not None
    assert answer.window.latest == day("2026-08-10")


def test_child_in_evaluation_has_serial_ultrasound_too() -> None:
    who = CHILD | {"torch_evaluated": UNKNOWN}
    found = owed(recommend(case(us("2026-01-10", "4"), who=who, what=SPOT)))

    assert found[REFERRAL].recommendation is RecommendationKind.PAED_EVALUATION
    assert found[IMAGING].recommendation is RecommendationKind.PAED_SERIAL_US
    assert days(found[IMAGING].window) == ("2026-04-10", "2026-07-10", "2026-07-10")


def test_review_is_asked_when_data_are_missing() -> None:
    answer = recommend(case(us("2026-01-10", "15"), who={"cirrhosis": UNKNOWN}, as_of="2026-01-20"))

    review = owed(answer)[REVIEW]
    assert days(review.window) == ("2026-01-20", "2026-01-27", "2026-02-03")
    assert review.escalation_class is EscalationClass.AT_RISK
    assert "cirrhosis" in answer.missing


def test_review_of_a_low_case_is_in_the_low_class() -> None:
    answer = recommend(
        case(
            us("2026-01-10", "5"),
            who={"pregnant": YES},
            what=SPOT | {"isolation": Isolation.UNCERTAIN, "symptomatic": YES},
        )
    )

    assert owed(answer)[REVIEW].escalation_class is EscalationClass.LOW


def test_missing_symptoms_are_one_review() -> None:
    answer = recommend(case(us("2026-01-10", "4"), what=SPOT | {"symptomatic": UNKNOWN}))

    assert answer.rule == "R53"
    assert list(owed(answer)) == [REVIEW]


# ---------------------------------------------------------------- what settles it


AT_RISK_LARGE = case(lr3("2026-02-10"), who=CIRRHOTIC, as_of="2026-05-01")
AT_RISK_SMALL = case(
    us("2026-01-10", "7"), lr3("2026-02-10", "7"), who=CIRRHOTIC, as_of="2026-05-01"
)
UNCHARACTERISED = case(us("2026-01-10", "15"), who=CIRRHOTIC)
LOW_SINGLE = case(
    us("2026-01-10", "7"), mri("2026-02-10", "7", lirads=LiRads.LR_3), as_of="2026-05-01"
)
CANCER_CHECK = case(
    mri("2026-02-10", "4", conclusion=Conclusion.ISOLATED_CALCIFICATION),
    who=MALIGNANCY,
    what=SPOT,
    as_of="2026-05-01",
)
ROUTINE = case(mri("2026-02-10", "14", lirads=LiRads.LR_1), who=CIRRHOTIC, as_of="2026-05-01")
CANCER = case(us("2026-01-10", "8"), who=MALIGNANCY)


@pytest.mark.parametrize(
    ("before", "row"),
    [
        pytest.param(AT_RISK_LARGE, lr3("2026-07-01"), id="same modality"),
        pytest.param(AT_RISK_LARGE, lr3("2026-03-01"), id="before the earliest day"),
        pytest.param(AT_RISK_LARGE, lr3("2026-09-30"), id="late"),
        pytest.param(AT_RISK_LARGE, mri("2026-07-01", "14"), id="measured, without a reading"),
        pytest.param(AT_RISK_LARGE, mri("2026-07-01", lirads=LiRads.LR_3), id="read, not measured"),
        pytest.param(AT_RISK_LARGE, mri("2026-07-01", lesion_seen=False), id="gone on MRI"),
        pytest.param(AT_RISK_SMALL, us("2026-07-01", "7"), id="ultrasound of a small lesion"),
        pytest.param(AT_RISK_SMALL, us("2026-07-01", "11"), id="ultrasound that shows growth"),
        pytest.param(UNCHARACTERISED, ct("2026-02-01", "15", lirads=LiRads.LR_3), id="dynamic CT"),
        pytest.param(UNCHARACTERISED, lr3("2026-01-10"), id="on the day of the need"),
        pytest.param(LOW_SINGLE, us("2026-07-10", "7"), id="single check, five months"),
        pytest.param(CANCER_CHECK, mri("2026-07-10", "4", lirads=LiRads.LR_1), id="check by MRI"),
        pytest.param(ROUTINE, us("2026-08-01", lesion_seen=False), id="routine, liver covered"),
        pytest.param(CANCER, mri("2026-02-01", "8", lirads=LiRads.LR_3), id="MRI for cancer"),
    ],
)
def test_exam_settles_it(before: SurveillanceCase, row: ExamFacts) -> None:
    fulfilled, reason = verdict(before, row)

    assert fulfilled, reason
    assert "fulfils" in reason


@pytest.mark.parametrize(
    ("before", "row", "reason"),
    [
        pytest.param(AT_RISK_LARGE, us("2026-07-01", "14"), "modality", id="plain ultrasound"),
        pytest.param(AT_RISK_SMALL, limited_us("2026-07-01", "7"), "VIS-C", id="VIS-C"),
        pytest.param(
            AT_RISK_SMALL, us("2026-07-01", "7", adequate=False), "adequate", id="limited"
        ),
        pytest.param(AT_RISK_SMALL, us("2026-07-01", "7", final=False), "signed", id="unsigned"),
        pytest.param(
            AT_RISK_SMALL, us("2026-07-01", "7", lesion_seen=False), "not seen", id="not seen"
        ),
        pytest.param(AT_RISK_SMALL, us("2026-07-01"), "not measured", id="not measured"),
        pytest.param(
            AT_RISK_LARGE, mri("2026-07-01", "14", lirads=LiRads.LR_NC), "LR-NC", id="LR-NC"
        ),
        pytest.param(AT_RISK_LARGE, lr3("2026-02-10", ref="x"), "not later", id="older exam"),
        pytest.param(UNCHARACTERISED, mri("2026-02-01", "15"), "modality", id="without a reading"),
        pytest.param(
            UNCHARACTERISED, ct("2026-01-09", "15", lirads=LiRads.LR_3), "not later", id="older CT"
        ),
        pytest.param(LOW_SINGLE, us("2026-07-09", "7"), "Too early", id="a day too early"),
        pytest.param(CANCER_CHECK, us("2026-08-10", "4"), "MRI", id="check by ultrasound"),
        pytest.param(
            ROUTINE, us("2026-08-01", "14", whole_liver=False), "whole liver", id="part of liver"
        ),
        pytest.param(
            CANCER, ct("2026-02-01", "8", lirads=LiRads.LR_3), "modality", id="CT for cancer"
        ),
    ],
)
def test_exam_does_not_settle_it(before: SurveillanceCase, row: ExamFacts, reason: str) -> None:
    fulfilled, said = verdict(before, row)

    assert not fulfilled
    assert reason in said


def test_the_answer_is_the_same_whether_or_not_the_case_holds_the_exam() -> None:
    row = us("2026-07-01", "11")
    told = case(*AT_RISK_SMALL.exams, row, who=CIRRHOTIC)
    window = recommend(AT_RISK_SMALL).window
    assert window is not None

    kind = RecommendationKind.SURVEILLANCE_IMAGING
    assert fulfils(row, told, IMAGING, kind, window) == fulfils(
        row, AT_RISK_SMALL, IMAGING, kind, window
    )


def test_an_exam_settles_neither_referral_nor_review() -> None:
    window = Window(day("2026-01-10"), day("2026-01-24"), day("2026-02-07"))

    for kind, advice in (
        (REFERRAL, RecommendationKind.MDT_REFERRAL),
        (REVIEW, RecommendationKind.MANUAL_REVIEW),
        (IMAGING, RecommendationKind.MDT_REFERRAL),
    ):
        assert not fulfils(lr3("2026-02-01"), AT_RISK_LARGE, kind, advice, window).fulfilled


def test_a_case_without_birth_date_is_judged_as_an_adult() -> None:
    unborn = case(lr3("2026-02-10"), who=CIRRHOTIC | {"birth_date": None})
    window = Window(day("2026-05-10"), day("2026-06-10"), day("2026-08-10"))
    kind = RecommendationKind.SURVEILLANCE_IMAGING

    assert fulfils(lr3("2026-06-01"), unborn, IMAGING, kind, window).fulfilled


def test_the_first_exam_settles_nothing() -> None:
    window = Window(day("2026-01-10"), day("2026-01-24"), day("2026-02-07"))
    empty = case(as_of="2026-02-01")
    kind = RecommendationKind.SURVEILLANCE_IMAGING

    assert "no exam before" in fulfils(lr3("2026-02-01"), empty, IMAGING, kind, window).reason


def test_late_report_older_than_everything_is_judged_without_a_past() -> None:
    fulfilled, reason = verdict(AT_RISK_LARGE, lr3("2025-12-01"))

    assert not fulfilled
    assert "not later" in reason


def test_obligation_worded_by_older_facts_is_judged_by_its_own_words() -> None:
    kind = RecommendationKind.ROUTINE_HCC_SURVEILLANCE

    assert verdict(AT_RISK_LARGE, us("2026-07-01", "14"), kind)[0]
    kind = RecommendationKind.DYNAMIC_CT_OR_MRI
    assert verdict(AT_RISK_LARGE, lr3("2026-08-20"), kind)[0]


def test_heart_failure_is_never_settled_by_an_exam() -> None:
    who = CHILD | {"cardiac_failure_signs": YES}
    seen = us("2026-01-10", "35", conclusion=Conclusion.HEMANGIOMA_TYPICAL)
    before = case(seen, who=who)

    fulfilled, reason = verdict(before, us("2026-01-11", "35"))

    assert not fulfilled
    assert "heart failure" in reason


def test_single_phase_ct_settles_isolation() -> None:
    before = case(us("2026-01-10", "5"), what=SPOT | {"isolation": Isolation.UNCERTAIN})
    facts: dict[str, Any] = {"conclusion": Conclusion.ISOLATED_CALCIFICATION}

    assert verdict(before, exam("2026-02-01", Modality.CT_SINGLE_PHASE, "5", **facts))[0]


def test_complex_cyst_wants_its_mri() -> None:
    before = case(us("2026-01-10", "40"), what=COMPLEX_CYST)

    assert verdict(before, mri("2026-02-01", "40", lirads=LiRads.LR_3))[0]
    assert not verdict(before, ct("2026-02-01", "40", lirads=LiRads.LR_3))[0]


def test_early_adequate_check_leaves_the_date_and_a_failed_one_brings_it_forward() -> None:
    early = recommend(case(*LOW_SINGLE.exams, us("2026-04-10", "7")))
    failed = recommend(case(*LOW_SINGLE.exams, limited_us("2026-04-20")))
    hasty = recommend(case(*LOW_SINGLE.exams, limited_us("2026-02-20")))

    assert days(early.window) == ("2026-07-10", "2026-08-10", "2026-08-10")
    assert days(failed.window) == ("2026-07-10", "2026-07-20", "2026-07-20")
    assert days(hasty.window) == ("2026-07-10", "2026-07-10", "2026-07-10")


def test_an_exam_that_settled_a_waived_series_counts_although_the_waiver_idles_afterwards() -> None:
    crossed = mri("2026-07-13", "10.5", lirads=LiRads.LR_NC)
    before = case(
        mri("2026-01-10", "9.5", lirads=LiRads.LR_3),
        crossed,
        who=CIRRHOTIC,
        what={"waivers": (waiver("2026-07-20"),)},
        as_of="2026-08-01",
    )
    row = us("2026-08-28", "8")
    after = case(*before.exams, row, who=CIRRHOTIC, what={"waivers": (waiver("2026-07-20"),)})

    assert verdict(before, row)[0]
    assert recommend(after).window is not None
    assert days(recommend(after).window)[2] == "2027-02-28"
