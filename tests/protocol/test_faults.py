"""Faults found in a prototype (6.3), each pinned as a case that it would answer wrongly."""

from datetime import date

from surveillance.protocol.recommend import recommend
from surveillance.protocol.recommendation import Obligation, Recommendation
from surveillance.protocol.terms import (
    Conclusion,
    EscalationClass,
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
    MALIGNANCY,
    SPOT,
    YES,
    afp,
    biopsy,
    case,
    day,
    exam,
    limited_us,
    lr3,
    met,
    mri,
    us,
    watch,
)


def owed(answer: Recommendation, kind: ObligationKind) -> Obligation:
    (found,) = [each for each in answer.obligations if each.kind is kind]
    return found


def test_1_crossing_10_mm_does_not_erase_a_suspicious_label() -> None:
    answer = recommend(
        case(
            mri("2026-01-10", "9", lirads=LiRads.LR_4),
            us("2026-02-10", "10.5"),
            who=CIRRHOTIC,
        )
    )

    assert answer.rule == "R30"


def test_2_single_phase_ct_is_no_work_up_of_growth() -> None:
    confirmed = exam(
        "2026-01-20", Modality.CT_SINGLE_PHASE, "5", conclusion=Conclusion.ISOLATED_CALCIFICATION
    )
    again = exam(
        "2026-07-20", Modality.CT_SINGLE_PHASE, "8", conclusion=Conclusion.ISOLATED_CALCIFICATION
    )

    assert recommend(case(us("2026-01-10", "5"), confirmed, what=SPOT)).rule == "R60"
    grown = case(us("2026-01-10", "5"), confirmed, us("2026-07-10", "8"), again, what=SPOT)
    assert recommend(grown).rule == "R34b"


def test_3_an_inadequate_exam_never_moves_the_date_later() -> None:
    before = recommend(case(lr3("2026-02-10"), who=CIRRHOTIC, as_of="2026-06-01"))
    early = recommend(
        case(lr3("2026-02-10"), mri("2026-04-10", "14", adequate=False), who=CIRRHOTIC)
    )
    late = recommend(
        case(lr3("2026-02-10"), mri("2026-08-09", "14", adequate=False), who=CIRRHOTIC)
    )

    assert before.window is not None
    assert before.window.latest == day("2026-08-10")
    assert early.window is not None
    assert early.window.latest == day("2026-07-10")
    assert late.window is not None
    assert late.window.latest == day("2026-08-10")


def test_4_afp_never_moves_an_open_date_later() -> None:
    answer = recommend(
        case(lr3("2026-02-10"), who=CIRRHOTIC | {"afp": (afp("2026-08-05"),)}, as_of="2026-08-06")
    )

    assert answer.rule == "R34a"
    assert answer.window is not None
    assert answer.window.latest == day("2026-08-10")


def test_5_ceus_without_a_conclusion_does_not_override_mri() -> None:
    silent = exam("2026-03-10", Modality.CEUS, "14")

    assert recommend(case(mri("2026-02-10", "14", lirads=LiRads.LR_5), silent)).rule == "R31"
    assert recommend(case(mri("2026-02-10", "14", lirads=LiRads.LR_1), silent)).rule == "R60"


def test_6_growth_inside_mri_is_not_hidden_by_a_larger_ultrasound() -> None:
    answer = recommend(
        case(
            lr3("2026-01-10", "10"),
            us("2026-03-10", "12"),
            lr3("2026-07-10", "12.5"),
            who=CIRRHOTIC,
        )
    )

    assert answer.rule == "R33"


def test_7_a_referral_does_not_swallow_a_running_imaging_date() -> None:
    ceus = exam("2026-02-20", Modality.CEUS, "15", lirads=LiRads.LR_5)
    answer = recommend(case(us("2026-01-10", "15"), ceus, who=CIRRHOTIC))

    assert answer.rule == "R30"
    assert answer.window is not None
    assert answer.window.latest == day("2026-03-20")
    imaging = owed(answer, ObligationKind.IMAGING)
    assert imaging.recommendation is RecommendationKind.DYNAMIC_CT_OR_MRI
    assert imaging.window.latest == day("2026-03-07")


def test_8_a_nondiagnostic_biopsy_is_no_decision_that_postpones_imaging() -> None:
    missed = (biopsy("2026-02-20", PathologyResult.NONDIAGNOSTIC),)
    large = case(
        us("2026-01-10", "15"), who=CIRRHOTIC, what={"pathology": missed}, as_of="2026-02-21"
    )

    answer = recommend(large)

    assert answer.rule == "R56"
    assert answer.window is not None
    assert answer.window.latest == day("2026-03-07")


def test_9_an_afp_weighed_by_the_mdt_does_not_fire_again() -> None:
    who = CIRRHOTIC | {"afp": (afp("2026-04-01"),)}
    weighed = {"mdt_decisions": (met("2026-04-10", MdtOutcome.BIOPSY),)}

    assert recommend(case(lr3("2026-02-10"), who=who, as_of="2026-04-09")).rule == "R34a"
    after = recommend(case(lr3("2026-02-10"), who=who, what=weighed, as_of="2026-05-01"))
    assert after.rule == "R69"
    assert after.window is not None
    assert after.window.latest == day("2026-08-10")


def test_10_child_with_malignancy_is_never_in_the_low_class() -> None:
    answer = recommend(case(us("2026-01-10", "4"), who=CHILD | MALIGNANCY, what=SPOT))

    assert answer.rule == "R13"
    assert answer.escalation_class is EscalationClass.URGENT


def test_11_a_later_plain_ultrasound_does_not_replace_washout() -> None:
    hydatid = us("2026-03-10", "14", conclusion=Conclusion.HYDATID_SUSPECTED)
    answer = recommend(case(mri("2026-02-10", "14", aphe=YES, washout=YES), hydatid, who=CIRRHOTIC))

    assert answer.rule == "R30"
    assert "A03" in answer.addons


def test_12_a_referral_that_reappears_keeps_its_date() -> None:
    who = CIRRHOTIC | {"afp": (afp("2026-07-12"),)}
    exams = (lr3("2026-01-10", "10"), lr3("2026-07-10", "13"))

    first = recommend(case(*exams, who=CIRRHOTIC))
    between = recommend(case(*exams, who=who, as_of="2026-07-13"))
    again = recommend(case(*exams, lr3("2026-07-20", "16"), who=who, as_of="2026-07-21"))

    assert (first.rule, between.rule, again.rule) == ("R33", "R34a", "R33")
    assert first.window is not None
    assert first.window.latest == day("2026-08-07")
    assert owed(between, ObligationKind.REFERRAL).window.latest == day("2026-08-07")
    assert again.window is not None
    assert again.window.latest == day("2026-08-07")


def test_limited_exam_beside_a_watched_lesion_keeps_everything() -> None:
    answer = recommend(
        case(
            mri("2026-01-10", "14", lirads=LiRads.LR_4),
            limited_us("2026-03-01"),
            who=CIRRHOTIC,
            what={"mdt_decisions": (watch("2026-02-01"),)},
        )
    )

    assert answer.rule == "R69"
    assert answer.window is not None
    assert answer.window.earliest == answer.window.latest == date(2026, 4, 10)
