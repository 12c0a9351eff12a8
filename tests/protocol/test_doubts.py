"""In doubt nothing is closed: contradictory reports, suspicions, waivers (A-7, A-38, I25, I26)."""

from typing import Any

import pytest

from surveillance.protocol.facts import ExamFacts, OverrideFacts, SurveillanceCase, Symptoms
from surveillance.protocol.recommend import recommend
from surveillance.protocol.terms import (
    BiopsyReason,
    Conclusion,
    EscalationClass,
    Isolation,
    LesionKind,
    LiRads,
    Modality,
    ObligationKind,
    PathologyResult,
    Tri,
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
    lr3,
    mri,
    us,
    waiver,
    watch,
)

HCC, OTHER_CANCER = Conclusion.SUSPICIOUS_HCC, Conclusion.MALIGNANT_NON_HCC
FIRST = us("2026-01-10", "14")
SMALL = {"aphe": Tri.NO, "conclusion": Conclusion.INDETERMINATE}


def rule_of(asked: SurveillanceCase) -> str:
    return recommend(asked).rule


class TestDoubtAboutIsolation:
    """S6: contrast where there is any uncertainty. What one report doubts, a later ultrasound does
    not settle, least of all one that does not see the lesion."""

    PROVED = us("2026-05-10", "4", isolation=Isolation.CONFIRMED)

    @pytest.mark.parametrize(
        ("first", "rule"),
        [
            pytest.param({"isolation": Isolation.CONFIRMED}, "R50", id="confirmed throughout"),
            pytest.param({"isolation": Isolation.UNKNOWN}, "R50", id="nothing said at first"),
            pytest.param({"isolation": Isolation.UNCERTAIN}, "R51", id="doubted at first"),
        ],
    )
    def test_ultrasound_confirms_only_what_nobody_doubted(
        self, first: dict[str, Isolation], rule: str
    ) -> None:
        asked = case(us("2026-01-10", "4"), self.PROVED, what=SPOT | first)

        assert rule_of(asked) == rule

    def test_a_doubt_on_a_later_exam_stands_until_contrast(self) -> None:
        doubted = us("2026-03-10", "4", isolation=Isolation.UNCERTAIN)
        unseen = us("2026-06-10", isolation=Isolation.CONFIRMED, lesion_seen=False)
        by_ct = exam(
            "2026-06-20", Modality.CT_SINGLE_PHASE, "4",
            isolation=Isolation.CONFIRMED, conclusion=Conclusion.ISOLATED_CALCIFICATION,
        )  # fmt: skip

        assert rule_of(case(doubted, self.PROVED, unseen, what=SPOT)) == "R51"
        assert recommend(case(doubted, self.PROVED, unseen, by_ct, what=SPOT)).stop


class TestContradictoryReports:
    def test_a_lesion_not_seen_is_gone(self) -> None:
        assert rule_of(case(FIRST, mri("2026-02-10", lesion_seen=False))) == "R60"

    @pytest.mark.parametrize(
        ("rows", "at_risk"),
        [
            pytest.param(
                [mri("2026-02-10", "14", aphe=YES, lesion_seen=False)], "R69", id="one row"
            ),
            pytest.param(
                [
                    mri("2026-02-10", "14", aphe=YES, capsule=YES),
                    mri("2026-02-10", lesion_seen=False),
                ],
                "R30",
                id="two rows of one report",
            ),
            pytest.param(
                [mri("2026-02-10", "14", aphe=YES, conclusion=Conclusion.RESOLVED)],
                "R69",
                id="in words",
            ),
        ],
    )
    def test_what_enhances_is_not_gone(self, rows: list[ExamFacts], at_risk: str) -> None:
        assert rule_of(case(FIRST, *rows)) == "R67"
        assert rule_of(case(FIRST, *rows, who=CIRRHOTIC)) == at_risk

    def test_a_size_of_what_was_not_seen_answers_nothing(self) -> None:
        assert rule_of(case(FIRST, mri("2026-02-10", "14", lesion_seen=False))) == "R55"

    def test_gone_on_contrast_fulfils_and_is_not_called_a_failed_exam(self) -> None:
        answer = recommend(case(FIRST, mri("2026-02-10", lesion_seen=False), who=CIRRHOTIC))

        assert answer.rule == "R62"
        assert "A08" not in answer.addons

    def test_first_seen_at_ten_millimetres_after_contrast_found_nothing(self) -> None:
        nothing = mri("2026-01-10", lesion_seen=False)

        assert rule_of(case(nothing, us("2026-08-01", "12"), who=CIRRHOTIC)) == "R56"

    def test_signs_that_outrank_the_words_are_named(self) -> None:
        spoken = mri(
            "2026-02-10", "30", aphe=YES, washout=YES, conclusion=Conclusion.HEMANGIOMA_TYPICAL
        )

        answer = recommend(case(FIRST, spoken, who=CIRRHOTIC))

        assert answer.rule == "R30"
        assert "arterial enhancement with washout" in dict(answer.facts_used)["conclusion"]
        assert "A-38" in dict(answer.facts_used)["conclusion"]


class TestSuspicionWithoutContrast:
    @pytest.mark.parametrize("said", [HCC, OTHER_CANCER])
    @pytest.mark.parametrize("modality", [Modality.US, Modality.CT_NONCONTRAST])
    def test_a_child_is_referred(self, said: Conclusion, modality: Modality) -> None:
        series = [us("2026-01-10", "6"), us("2026-07-10", "6")]
        last = exam("2027-01-12", modality, "6", conclusion=said)

        answer = recommend(case(*series, last, who=CHILD, what=SPOT))

        assert (answer.rule, answer.escalation_class) == ("R10", EscalationClass.URGENT)

    def test_what_was_suspected_in_a_child_stays_suspected_in_the_adult(self) -> None:
        last = us("2037-11-01", "6", conclusion=HCC)

        assert rule_of(case(last, who=CHILD, what=SPOT, as_of="2037-12-02")) == "R31"

    def test_a_radiograph_calls_no_hemangioma(self) -> None:
        film = exam("2026-01-10", Modality.XR, "20", conclusion=Conclusion.HEMANGIOMA_TYPICAL)

        asked = case(film, who=CHILD, what={"kind": LesionKind.NODULE_OR_MASS})

        assert rule_of(asked) == "R13"

    @pytest.mark.parametrize("said", [HCC, OTHER_CANCER])
    def test_a_check_that_voices_suspicion_does_not_discharge(self, said: Conclusion) -> None:
        before = [us("2026-01-10", "7"), mri("2026-02-10", "7", **SMALL)]
        unchanged, suspicious = us("2026-08-10", "7"), us("2026-08-10", "7", conclusion=said)

        assert recommend(case(*before, unchanged)).stop
        answer = recommend(case(*before, suspicious))
        assert answer.rule == "R65"
        assert "A08" in answer.addons

    @pytest.mark.parametrize("said", [HCC, OTHER_CANCER])
    def test_a_series_goes_on_by_contrast_and_no_later(self, said: Conclusion) -> None:
        before = [us("2026-01-10", "7"), lr3("2026-02-10", "7")]
        quiet = case(*before, as_of="2026-06-20", who=CIRRHOTIC)
        suspicious = case(*before, us("2026-06-20", "7", conclusion=said), who=CIRRHOTIC)

        expected, answer = recommend(quiet).window, recommend(suspicious)

        assert answer.window is not None
        assert expected is not None
        assert answer.window.latest <= expected.latest
        assert answer.preferred_modality is Modality.MRI_EXTRACELLULAR


class TestWhoMayReassure:
    def test_ceus_says_nothing_but_danger_where_it_may_not_characterise(self) -> None:
        scan = mri("2026-01-10", "12", lirads=LiRads.LR_2)
        unclear, dangerous = (
            exam("2026-04-10", Modality.CEUS, "12", conclusion=said)
            for said in (Conclusion.INDETERMINATE, HCC)
        )

        assert rule_of(case(scan, unclear, who=CIRRHOTIC)) == "R64"
        assert rule_of(case(scan, dangerous, who=CIRRHOTIC)) == "R30"

    @pytest.mark.parametrize("said", [Conclusion.INDETERMINATE, Conclusion.PROBABLY_BENIGN])
    def test_a_mucinous_suspicion_on_ultrasound_is_settled_by_a_conclusion_only(
        self, said: Conclusion
    ) -> None:
        cyst = {"kind": LesionKind.CYSTIC}
        seen = us("2026-01-10", "60", conclusion=Conclusion.MCN_SUSPECTED)

        assert rule_of(case(seen, mri("2026-02-10", "60", conclusion=said), what=cyst)) == "R38"
        proved = mri("2026-02-10", "60", conclusion=Conclusion.BENIGN_SPECIFIC)
        assert rule_of(case(seen, proved, what=cyst)) == "R60"

    def test_a_childs_growth_is_answered_by_the_mdt_and_not_by_a_biopsy(self) -> None:
        grown = [us("2026-01-10", "15"), us("2026-04-10", "19")]
        benign = {"pathology": (biopsy("2026-05-01", PathologyResult.BENIGN_SPECIFIC),)}
        watched = benign | {"mdt_decisions": (watch("2026-05-20"),)}

        assert rule_of(case(*grown, who=CHILD, what=benign, as_of="2026-05-02")) == "R10"
        assert rule_of(case(*grown, who=CHILD, what=watched, as_of="2026-05-21")) == "R15"

    @pytest.mark.parametrize(
        ("stated", "rule"), [(None, "R10"), (True, "R10"), (False, "R15")], ids=str
    )
    def test_a_childs_afp_is_read_by_age_where_nobody_did(
        self, stated: bool | None, rule: str
    ) -> None:
        blood = afp("2026-01-12", "25", elevated_for_age=stated)
        who = CHILD | {"afp": (blood,)}

        assert rule_of(case(us("2026-01-10", "6"), who=who, what=SPOT, as_of="2026-01-13")) == rule

    def test_washout_below_ten_millimetres_keeps_its_category_and_its_reason(self) -> None:
        scans = [
            mri("2026-01-10", "6", aphe=YES, lirads=LiRads.LR_3),
            mri("2026-06-10", "9", aphe=YES, washout=YES, lirads=LiRads.LR_4),
        ]

        answer = recommend(case(*scans, who=CIRRHOTIC))

        assert (answer.rule, answer.biopsy_reasons) == ("R30", (BiopsyReason.GROWTH,))


class TestWords:
    @pytest.mark.parametrize(
        ("size", "told"), [("15", True), ("13", False)], ids=["half as large again", "less"]
    )
    def test_threshold_growth_is_shown_beside_the_protocols_own(
        self, size: str, told: bool
    ) -> None:
        scans = [lr3("2026-01-10", "10"), us("2026-06-10", size)]

        growth = dict(recommend(case(*scans, who=CIRRHOTIC)).facts_used)["growth"]

        assert "growth on 2026-06-10" in growth
        assert ("LI-RADS threshold growth on 2026-06-10" in growth) is told

    def test_an_override_is_named_with_author_reason_and_end(self) -> None:
        said = OverrideFacts(day("2026-03-01"), "Dr Ng", "travels", day("2026-05-01"))

        answer = recommend(
            case(lr3("2026-02-10"), who=CIRRHOTIC, override=said, as_of="2026-03-02")
        )

        expected = "Override of 2026-03-01 by Dr Ng, until 2026-05-01: travels"
        assert answer.reasons[-1] == expected

    def test_an_allowed_biopsy_cites_the_sentences_that_allow_it(self) -> None:
        scans = [lr3("2026-01-10", "12"), lr3("2026-06-10", "15")]

        answer = recommend(case(*scans, who=CIRRHOTIC))

        assert answer.biopsy_allowed
        assert {"S14", "S26", "S35"} <= set(answer.cites)


def test_symptoms_begin_their_need_on_the_day_they_are_known() -> None:
    scan = mri("2020-01-10", "40", conclusion=Conclusion.HEMANGIOMA_TYPICAL)
    told = {"symptoms": (Symptoms(day("2026-05-01"), YES),)}

    before = recommend(case(scan, what=told, as_of="2026-04-30"))
    since = recommend(case(scan, what=told, as_of="2026-05-02"))

    assert (before.rule, since.rule) == ("R41", "R40")
    assert since.window is not None
    assert since.window.earliest == day("2026-05-01")


class TestReferrals:
    def test_new_evidence_begins_a_need_of_its_own_and_what_waited_goes_on_waiting(self) -> None:
        scans = [
            lr3("2025-02-10", "12"),
            lr3("2025-06-12", "15"),
            mri("2025-10-01", "16", lirads=LiRads.LR_5),
        ]

        answer = recommend(case(*scans, who=CIRRHOTIC))

        assert answer.rule == "R30"
        assert answer.window is not None
        assert answer.window.latest.isoformat() == "2025-10-29"
        [referral] = [one for one in answer.obligations if one.kind is ObligationKind.REFERRAL]
        assert referral.window.latest.isoformat() == "2025-07-10"


class TestWatchedInLowRisk:
    @pytest.mark.parametrize("size", ["8", "14"])
    @pytest.mark.parametrize(
        "signs",
        [
            pytest.param({"aphe": YES, "washout": YES}, id="S12"),
            pytest.param({"lirads": LiRads.LR_M}, id="LR-M"),
        ],
    )
    def test_it_is_a_series_with_three_months_that_time_never_closes(
        self, size: str, signs: dict[str, Any]
    ) -> None:
        scan = mri("2026-01-10", size, **signs)
        watched = {"mdt_decisions": (watch("2026-02-01"),)}
        later = [us(f"{year}-{month:02}-08", size) for year in (2026, 2027, 2028)
                 for month in (4, 7, 10)]  # fmt: skip

        soon, late = case(scan, what=watched, as_of="2026-02-02"), case(scan, *later, what=watched)

        answer = recommend(soon)
        assert (answer.rule, answer.escalation_class) == ("R67", EscalationClass.AT_RISK)
        assert answer.window is not None
        assert answer.window.latest.isoformat() == "2026-04-10"
        assert (rule_of(late), recommend(late).stop) == ("R67", False)

    def test_a_later_contrast_study_ends_the_watch(self) -> None:
        scans = [
            mri("2026-01-10", "8", aphe=YES, washout=YES),
            mri("2026-04-08", "8", **SMALL),
            us("2026-10-08", "8"),
        ]

        assert rule_of(case(*scans, what={"mdt_decisions": (watch("2026-02-01"),)})) == "R66"


class TestWaivedOnly:
    WAIVED = {"waivers": (waiver("2026-05-01"),)}

    def test_a_small_lesion_has_its_check_and_then_a_series(self) -> None:
        first, check = us("2026-01-10", "6"), us("2026-11-02", "6")

        assert rule_of(case(first, what=self.WAIVED, as_of="2026-05-02")) == "R65"
        assert rule_of(case(first, check, what=self.WAIVED)) == "R67"

    def test_growth_that_only_a_waiver_answered_is_not_closed(self) -> None:
        scans = [us("2026-01-10", "5"), us("2026-04-10", "7.5"), us("2026-11-02", "7.5")]

        assert rule_of(case(*scans, what=self.WAIVED)) == "R67"
        contrast = mri("2026-12-01", "7.5", conclusion=Conclusion.BENIGN_SPECIFIC)
        assert rule_of(case(*scans, contrast, what=self.WAIVED)) == "R60"

    @pytest.mark.parametrize(
        ("who", "rule"), [({}, "R67"), (MALIGNANCY, "R69")], ids=["low", "cancer"]
    )
    def test_two_stable_years_do_not_close_it(self, who: dict[str, Any], rule: str) -> None:
        modality = Modality.CEUS if who else Modality.US
        later = [exam(f"{on}-01", modality, "14") for on in ("2026-11", "2027-05", "2028-06")]

        answer = recommend(case(us("2026-01-10", "14"), *later, who=who, what=self.WAIVED))

        assert (answer.rule, answer.stop) == (rule, False)

    def test_the_answer_names_who_signed(self) -> None:
        answer = recommend(case(us("2026-01-10", "6"), what=self.WAIVED, as_of="2026-05-02"))

        told = dict(answer.facts_used)["characterisation"]
        assert told == "waived on 2026-05-01, signed by Dr Example (cannot be imaged)"
