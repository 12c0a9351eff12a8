"""Modality, biopsy, add-ons, missing facts and words of an answer (4.4, 4.5, 5.9, 4.1)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from surveillance.protocol.facts import OverrideFacts, Provenance, SurveillanceCase
from surveillance.protocol.modality import blocked_modalities
from surveillance.protocol.recommend import recommend
from surveillance.protocol.terms import (
    BiopsyReason,
    CalcificationPattern,
    Conclusion,
    Contraindication,
    Isolation,
    LesionKind,
    LesionStatus,
    LiRads,
    Modality,
    PathologyResult,
    PatientStatus,
)
from tests.protocol.scenarios import (
    CHILD,
    CIRRHOTIC,
    COMPLEX_CYST,
    MALIGNANCY,
    NO,
    SPOT,
    UNKNOWN,
    YES,
    afp,
    biopsy,
    case,
    ct,
    exam,
    limited_us,
    lr3,
    mri,
    patient,
    us,
    waiver,
    watch,
)

NO_MRI = Contraindication.MRI_DEVICE
NO_GADOLINIUM = Contraindication.GADOLINIUM_ALLERGY
NO_IODINE = Contraindication.IODINATED_ALLERGY
NO_CEUS = Contraindication.CEUS_ALLERGY
LOW_EGFR = Contraindication.EGFR_LT_30


def avoiding(*avoid: Contraindication) -> dict[str, Any]:
    return {"contraindications": frozenset(avoid)}


# ---------------------------------------------------------------- modality


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param({}, Modality.MRI_HEPATOBILIARY, id="first choice"),
        pytest.param(avoiding(LOW_EGFR), Modality.MRI_EXTRACELLULAR, id="group II agent"),
        pytest.param(avoiding(NO_GADOLINIUM), Modality.CT_MULTIPHASE, id="gadolinium"),
        pytest.param(avoiding(NO_MRI, LOW_EGFR), Modality.CEUS, id="neither MRI nor CT"),
        pytest.param(
            avoiding(NO_GADOLINIUM, NO_IODINE, NO_CEUS), Modality.MRI_NONCONTRAST, id="no contrast"
        ),
        pytest.param(avoiding(NO_MRI, NO_IODINE, NO_CEUS), Modality.US, id="ultrasound only"),
        pytest.param({"pregnant": YES}, Modality.MRI_NONCONTRAST, id="pregnant"),
        pytest.param(MALIGNANCY, Modality.MRI_CONTRAST, id="malignancy"),
    ],
)
def test_characterisation(facts: dict[str, Any], expected: Modality) -> None:
    answer = recommend(case(us("2026-01-10", "15"), who=CIRRHOTIC | facts))

    assert answer.preferred_modality is expected
    assert answer.preferred_modality not in blocked_modalities(patient(**facts))


def test_what_cannot_characterise_is_said() -> None:
    blocked = recommend(
        case(us("2026-01-10", "15"), who=CIRRHOTIC | avoiding(NO_MRI, NO_IODINE, NO_CEUS))
    )

    assert "A04" in blocked.addons
    assert Modality.MRI_HEPATOBILIARY in blocked.blocked
    assert blocked.alternatives == ()


def test_growth_with_malignancy_prefers_mri() -> None:
    answer = recommend(
        case(
            mri("2026-01-10", "7", lirads=LiRads.LR_3),
            mri("2026-06-10", "7", lirads=LiRads.LR_3),
            us("2026-07-10", "7"),
            us("2026-10-10", "11"),
            who=MALIGNANCY,
        )
    )

    assert (answer.rule, answer.preferred_modality) == ("R34a", Modality.MRI_CONTRAST)


@pytest.mark.parametrize(
    ("exams", "expected"),
    [
        pytest.param(
            [us("2026-01-10", "7"), lr3("2026-02-10", "7")], Modality.US, id="small, seen"
        ),
        pytest.param([lr3("2026-02-10", "7")], Modality.MRI_EXTRACELLULAR, id="never seen on US"),
        pytest.param(
            [us("2026-01-10", "7"), lr3("2026-02-10", "7"), limited_us("2026-06-10")],
            Modality.MRI_EXTRACELLULAR,
            id="last ultrasound failed",
        ),
        pytest.param(
            [us("2026-01-10", "14"), ct("2026-02-10", "14", lirads=LiRads.LR_3)],
            Modality.CT_MULTIPHASE,
            id="large: same modality",
        ),
    ],
)
def test_surveillance(exams: list[Any], expected: Modality) -> None:
    assert recommend(case(*exams, who=CIRRHOTIC)).preferred_modality is expected


def test_same_modality_gives_way_when_it_is_blocked() -> None:
    answer = recommend(
        case(ct("2026-02-10", "14", lirads=LiRads.LR_3), who=CIRRHOTIC | avoiding(NO_IODINE))
    )

    assert answer.preferred_modality is Modality.MRI_HEPATOBILIARY
    assert Modality.CT_MULTIPHASE in answer.blocked


def test_waived_lesion_is_followed_by_what_is_possible() -> None:
    what = {"waivers": (waiver("2026-01-20"),)}
    small = case(us("2026-01-10", "7"), who=CIRRHOTIC, what=what, as_of="2026-01-21")
    large = case(
        us("2026-01-10", "15"), who=CIRRHOTIC | {"pregnant": YES}, what=what, as_of="2026-01-21"
    )

    assert recommend(small).preferred_modality is Modality.US
    assert recommend(large).preferred_modality is Modality.MRI_NONCONTRAST


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        pytest.param([], Modality.US, id="ultrasound"),
        pytest.param([limited_us("2026-07-10")], Modality.US, id="one VIS-C"),
        pytest.param(
            [limited_us("2026-07-10"), limited_us("2026-08-10")], Modality.MRI_CONTRAST, id="two"
        ),
        pytest.param(
            [limited_us("2026-07-10"), limited_us("2026-08-10"), us("2026-09-10", "14")],
            Modality.US,
            id="two, then a good one",
        ),
    ],
)
def test_routine(extra: list[Any], expected: Modality) -> None:
    benign = mri("2026-02-10", "14", lirads=LiRads.LR_1)

    answer = recommend(case(benign, *extra, who=CIRRHOTIC))

    assert (answer.rule, answer.preferred_modality) == ("R62", expected)


def test_single_check() -> None:
    seen = us("2026-01-10", "7")
    check = mri("2026-02-10", "7", lirads=LiRads.LR_3)

    assert recommend(case(seen, check)).preferred_modality is Modality.US
    assert recommend(case(check)).preferred_modality is Modality.MRI_EXTRACELLULAR


@pytest.mark.parametrize(
    ("conclusion", "expected"),
    [
        (Conclusion.HYDATID_SUSPECTED, Modality.US),
        (Conclusion.MCN_SUSPECTED, Modality.MRI_CONTRAST),
    ],
)
def test_watched_cysts(conclusion: Conclusion, expected: Modality) -> None:
    what = {"kind": LesionKind.CYSTIC, "mdt_decisions": (watch("2026-02-20"),)}
    answer = recommend(
        case(mri("2026-01-25", "40", conclusion=conclusion), what=what, as_of="2026-02-21")
    )

    assert (answer.rule, answer.preferred_modality) == ("R39", expected)


def test_watched_complex_cyst_has_mri() -> None:
    what = COMPLEX_CYST | {"mdt_decisions": (watch("2026-02-20"),)}
    answer = recommend(
        case(mri("2026-01-25", "40", lirads=LiRads.LR_3), what=what, as_of="2026-02-21")
    )

    assert (answer.rule, answer.preferred_modality) == ("R39c", Modality.MRI_CONTRAST)


def test_ct_is_never_first_for_a_child() -> None:
    mass = case(us("2026-01-10", "22"), who=CHILD | avoiding(NO_GADOLINIUM))

    assert recommend(mass).preferred_modality is Modality.CEUS
    assert recommend(mass).alternatives[0] is Modality.CT_MULTIPHASE


# ---------------------------------------------------------------- biopsy


def stable(*days: str, size: str = "12") -> list[Any]:
    return [lr3(day, size) for day in days]


@pytest.mark.parametrize(
    ("exams", "reasons"),
    [
        pytest.param(
            stable("2026-02-10", "2026-06-10", "2026-08-10"),
            (BiopsyReason.PERSISTENT_UNCERTAINTY,),
            id="persistent",
        ),
        pytest.param(stable("2026-02-10", "2026-08-10"), (), id="one follow-up"),
        pytest.param(stable("2026-02-10", "2026-05-10", "2026-08-09"), (), id="a day short"),
        pytest.param(
            [
                us("2026-01-10", "7"),
                lr3("2026-02-10", "7"),
                us("2026-06-10", "7"),
                us("2026-10-10", "7"),
            ],
            (),
            id="no contrast follow-up",
        ),
    ],
)
def test_persistent_uncertainty(exams: list[Any], reasons: tuple[BiopsyReason, ...]) -> None:
    answer = recommend(case(*exams, who=CIRRHOTIC))

    assert answer.biopsy_reasons == reasons
    assert answer.biopsy_allowed is bool(reasons)
    assert ("A02" in answer.addons) is bool(reasons)


def test_nobody_is_biopsied_again_by_default() -> None:
    what = {"pathology": (biopsy("2026-08-20", PathologyResult.NONDIAGNOSTIC),)}
    exams = stable("2026-02-10", "2026-06-10", "2026-08-10")

    assert not recommend(case(*exams, who=CIRRHOTIC, what=what, as_of="2026-08-21")).biopsy_allowed


def test_growth_and_new_enhancement_are_both_named() -> None:
    answer = recommend(
        case(
            mri("2026-02-10", "8", aphe=NO, washout=NO, lirads=LiRads.LR_3),
            mri("2026-06-10", "11", aphe=YES, washout=NO, lirads=LiRads.LR_3),
            who=CIRRHOTIC,
        )
    )

    assert answer.rule == "R33"
    assert answer.biopsy_reasons == (BiopsyReason.GROWTH, BiopsyReason.NEW_APHE)
    assert any("2.7 % of biopsies overall, 0.9 % per year" in c for c in answer.biopsy_cautions)


def test_small_lesion_carries_a_caution() -> None:
    answer = recommend(
        case(*stable("2026-02-10", "2026-06-10", "2026-08-10", size="8"), who=CIRRHOTIC)
    )

    assert any("10 mm" in caution for caution in answer.biopsy_cautions)


def test_lr_4_that_grew_may_be_biopsied_lr_5_not() -> None:
    first = lr3("2026-02-10", "12")
    lr4 = mri("2026-06-10", "16", lirads=LiRads.LR_4)
    lr5 = mri("2026-06-10", "16", lirads=LiRads.LR_5)

    assert recommend(case(first, lr4, who=CIRRHOTIC)).biopsy_reasons == (BiopsyReason.GROWTH,)
    assert recommend(case(first, lr5, who=CIRRHOTIC)).biopsy_reasons == ()


def test_guideline_reasons_are_marked_as_beyond_the_source() -> None:
    outside = recommend(case(mri("2026-02-10", "20", aphe=YES, washout=YES)))
    lr_m = recommend(case(mri("2026-02-10", "20", lirads=LiRads.LR_M), who=CIRRHOTIC))

    assert outside.biopsy_reasons == (BiopsyReason.GUIDELINE_NON_LIRADS_POPULATION,)
    assert lr_m.biopsy_reasons == (BiopsyReason.GUIDELINE_LR_M,)
    assert any("beyond the source" in caution for caution in lr_m.biopsy_cautions)


def test_an_uncharacterised_suspicion_is_not_biopsied() -> None:
    ceus = exam("2026-02-10", Modality.CEUS, "20", lirads=LiRads.LR_M)

    assert not recommend(case(ceus, who=CIRRHOTIC)).biopsy_allowed


# ---------------------------------------------------------------- add-ons


@pytest.mark.parametrize(
    ("addon", "of"),
    [
        ("A03", case(mri("2026-02-10", "60", conclusion=Conclusion.HEMANGIOMA_TYPICAL))),
        ("A05", case(us("2026-01-10", "15"), who={"pregnant": YES})),
        ("A06", case(us("2026-01-10", "15"), who={"status": PatientStatus.DECLINED})),
        (
            "A07",
            case(us("2026-01-10", "15"), who={"status": PatientStatus.TRANSFERRED_UNACKNOWLEDGED}),
        ),
        ("A08", case(us("2026-01-10", "15"), limited_us("2026-02-10"))),
        ("A09", case(us("2026-01-10", "15"), who={"afp": (afp("2026-01-01", None, rising=True),)})),
        ("A10", case(us("2026-01-10", "15"), open_lesions=2)),
        ("A11", case(us("2026-01-10", "40"), what=COMPLEX_CYST)),
        ("A12", case(us("2026-01-10", "15"), who=CIRRHOTIC | MALIGNANCY)),
        ("A13", case(us("2026-01-10", "10"), lr3("2026-02-10", "12.5"))),
        (
            "A13",
            case(us("2026-01-10", "15"), mri("2026-02-10", lesion_seen=False), who=CIRRHOTIC),
        ),
        ("A14", case(us("2026-01-10", "15"), who={"cirrhosis": UNKNOWN})),
        ("A15", case(us("2026-01-10", "5"), what=SPOT | {"symptomatic": YES})),
        ("A16", case(us("2026-01-10", "5"), what=SPOT)),
        (
            "A17",
            case(
                us("2026-01-10", "5"),
                who={"birth_date": date(2025, 11, 8), "torch_evaluated": NO},
                what=SPOT,
            ),
        ),
        ("A18", case(mri("2026-02-10", "20", lirads=LiRads.LR_M))),
        (
            "A19",
            case(
                mri("2026-02-10", "20", conclusion=Conclusion.HEMANGIOMA_TYPICAL),
                us("2026-03-10", "20"),
                us("2026-09-10", "30"),
            ),
        ),
        (
            "A20",
            case(
                us("2026-01-10", "15"),
                override=OverrideFacts(date(2026, 1, 10), "Dr Example", "patient abroad"),
            ),
        ),
    ],
)
def test_addon_fires(addon: str, of: SurveillanceCase) -> None:
    answer = recommend(of)

    assert addon in answer.addons
    assert any(reason.startswith(f"{addon}: ") for reason in answer.reasons)


def test_plain_case_has_no_addon() -> None:
    assert recommend(case(us("2026-01-10", "15"))).addons == ()


@pytest.mark.parametrize(
    "override",
    [
        OverrideFacts(date(2026, 1, 11), "Dr Example", "tomorrow"),
        OverrideFacts(date(2025, 1, 11), "Dr Example", "expired", date(2026, 1, 9)),
    ],
)
def test_override_not_in_force_is_not_shown(override: OverrideFacts) -> None:
    assert "A20" not in recommend(case(us("2026-01-10", "15"), override=override)).addons


def test_older_child_is_no_infant() -> None:
    who = CHILD | {"torch_evaluated": NO}

    assert "A17" not in recommend(case(us("2026-01-10", "5"), who=who, what=SPOT)).addons


# ---------------------------------------------------------------- missing facts


@pytest.mark.parametrize(
    ("of", "missing"),
    [
        pytest.param(case(us("2026-01-10", "15")), (), id="nothing"),
        pytest.param(
            case(us("2026-01-10", "15"), who={"cirrhosis": UNKNOWN, "ald": UNKNOWN}),
            ("cirrhosis", "ald"),
            id="risk, jointly",
        ),
        pytest.param(
            case(us("2026-01-10", "15"), who=CIRRHOTIC | {"ald": UNKNOWN}), (), id="at risk anyway"
        ),
        pytest.param(
            case(us("2026-01-10", "15"), who=CIRRHOTIC | {"extrahepatic_malignancy": UNKNOWN}),
            ("extrahepatic_malignancy",),
            id="malignancy matters for the at-risk too",
        ),
        pytest.param(
            case(
                mri("2026-01-10", "15", lirads=LiRads.LR_5),
                who={"cirrhosis": UNKNOWN, "normal_liver_function": NO},
            ),
            ("cirrhosis",),
            id="a liver fact that is not known to be absent",
        ),
        pytest.param(
            case(us("2026-01-10", "4"), what=SPOT | {"symptomatic": UNKNOWN}),
            ("symptomatic",),
            id="symptoms",
        ),
        pytest.param(
            case(
                us("2026-01-10", "4"),
                what={"kind": LesionKind.ISOLATED_CALCIFICATION},
            ),
            ("isolation", "pattern"),
            id="isolation and pattern together",
        ),
        pytest.param(
            case(us("2026-01-10", "4"), what=SPOT | {"pattern": CalcificationPattern.UNKNOWN}),
            ("pattern",),
            id="pattern",
        ),
        pytest.param(
            case(
                us("2026-01-10", "4"),
                what=SPOT
                | {"isolation": Isolation.UNCERTAIN, "pattern": CalcificationPattern.UNKNOWN},
            ),
            (),
            id="pattern of a doubtful spot",
        ),
        pytest.param(
            case(
                us("2026-01-10", "4"),
                what=SPOT
                | {"isolation": Isolation.UNKNOWN, "pattern": CalcificationPattern.SEPTAL},
            ),
            (),
            id="isolation of another pattern",
        ),
        pytest.param(case(us("2026-01-10"), what=SPOT), ("size_mm",), id="size"),
        pytest.param(
            case(us("2026-01-10", "4"), what=SPOT | {"kind": LesionKind.UNKNOWN}),
            ("kind",),
            id="kind",
        ),
        pytest.param(
            case(us("2026-01-10", "30"), what={"kind": LesionKind.CYSTIC, "septations": UNKNOWN}),
            ("septations",),
            id="cyst features",
        ),
        pytest.param(
            case(us("2026-01-10", "15"), mri("2026-02-10", "15"), who=CIRRHOTIC),
            ("conclusion",),
            id="a report without a reading",
        ),
        pytest.param(
            case(
                us("2026-01-10", "4"),
                who=CHILD | {"torch_evaluated": UNKNOWN, "cardiac_failure_signs": UNKNOWN},
                what=SPOT,
            ),
            ("torch_evaluated", "cardiac_failure_signs"),
            id="a child's causes and heart",
        ),
    ],
)
def test_missing(of: SurveillanceCase, missing: tuple[str, ...]) -> None:
    answer = recommend(of)

    assert answer.missing == missing
    assert ("A01" in answer.addons) is bool(missing)


def test_missing_symptoms_are_asked_behind_missing_risk() -> None:
    answer = recommend(
        case(
            us("2026-01-10", "4"), who={"cirrhosis": UNKNOWN}, what=SPOT | {"symptomatic": UNKNOWN}
        )
    )

    assert answer.missing == ("cirrhosis", "symptomatic")


# ---------------------------------------------------------------- words


def test_reasons_name_the_facts_with_their_source() -> None:
    source = {"cirrhosis": Provenance("clinic letter", date(2026, 1, 5), "Dr Example")}
    answer = recommend(case(us("2026-01-10", "15"), who=CIRRHOTIC | {"provenance": source}))

    text = "cirrhosis = yes, recorded 2026-01-05 by Dr Example (clinic letter)"
    assert any(text in reason for reason in answer.reasons)
    assert ("size", "15 mm") in answer.facts_used
    assert answer.citations[0].quote.startswith("Any calcified lesion >1 cm")


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (case(us("2026-01-10", "15"), who={"cirrhosis": UNKNOWN}), "not determined"),
        (
            case(us("2026-01-10", "15"), who={"extrahepatic_malignancy": UNKNOWN}),
            "extrahepatic malignancy = unknown",
        ),
        (case(us("2026-01-10"), who=CIRRHOTIC), "not measured"),
        (
            case(
                mri("2026-02-10", "9", lirads=LiRads.LR_3), us("2026-03-10", "10.5"), who=CIRRHOTIC
            ),
            "made when the lesion was below 10 mm",
        ),
        (
            case(mri("2026-02-10", "20", lirads=LiRads.LR_5), who=CIRRHOTIC),
            "suspicious hcc, LR-5, since the report of 2026-02-10",
        ),
        (
            case(
                mri("2026-02-10", "20", lirads=LiRads.LR_4),
                who=CIRRHOTIC,
                what={"mdt_decisions": (watch("2026-02-20"),)},
                as_of="2026-02-21",
            ),
            "the MDT decided to watch",
        ),
        (
            case(
                us("2026-01-10", "22"),
                who=CHILD,
                what={"mdt_decisions": (watch("2026-02-02"),)},
                as_of="2026-02-05",
            ),
            "to watch, on 2026-02-02; it covers the evidence",
        ),
        (
            case(us("2026-01-10", "22"), who=CHILD | {"afp": (afp("2026-01-09"),)}),
            "high for age on 2026-01-09",
        ),
        (
            case(
                us("2026-01-10", "30"), us("2026-01-20", "30", conclusion=Conclusion.MCN_SUSPECTED)
            ),
            "mucinous neoplasm suspected without contrast",
        ),
        (
            case(us("2026-01-10", "4"), who={"birth_date": date(2025, 11, 8)}, what=SPOT),
            "2 months",
        ),
        (
            case(
                us("2026-01-10", "4"),
                who=CHILD
                | {"cardiac_failure_signs": YES, "cardiac_failure_signs_on": date(2026, 1, 9)},
            ),
            "yes since 2026-01-09",
        ),
        (
            case(us("2026-01-10", "4"), who=CHILD, what=SPOT),
            "1 adequate exams from 2026-01-10 to 2026-01-10",
        ),
        (
            case(us("2026-01-10", "4", adequate=False), who=CHILD, what=SPOT),
            "no adequate exam",
        ),
        (
            case(
                us("2026-01-10", "15"),
                us("2026-02-10", "15", kind=LesionKind.NODULE_OR_MASS),
                who=CIRRHOTIC,
                what={"kind": LesionKind.CYSTIC},
            ),
            "nodule or mass, changed 2026-02-10",
        ),
        (
            case(
                us("2026-01-10", "15"),
                who=MALIGNANCY,
                what={
                    "waivers": (waiver("2026-01-20"),),
                    "kind": LesionKind.CYSTIC,
                    "septations": YES,
                    "mdt_decisions": (watch("2026-01-05"),),
                },
                as_of="2026-01-21",
            ),
            "waived on 2026-01-20",
        ),
    ],
)
def test_words(of: SurveillanceCase, words: str) -> None:
    answer = recommend(of)

    assert any(words in reason for reason in answer.reasons), answer.reasons


@pytest.mark.parametrize(
    ("of", "rule", "words"),
    [
        (case(who={"birth_date": None}), "R05", "patient.birth_date is missing"),
        (case(), "R05", "history has no exam"),
        (
            case(us("1970-01-01", "5")),
            "R05",
            "history.date 1970-01-01 is before birth (1975-06-10)",
        ),
        (
            case(us("2026-01-10", "5"), as_of="2026-01-09"),
            "R05",
            "history.date 2026-01-10 is in the future (as of 2026-01-09)",
        ),
        (case(us("2026-01-10", "5"), who={"status": PatientStatus.DECEASED}), "R01", "Deceased"),
        (
            case(us("2026-01-10", "5"), what={"status": LesionStatus.REMOVED_OR_TREATED}),
            "R03",
            "Removed or treated",
        ),
        (
            case(us("2026-01-10", "5"), who={"status": PatientStatus.SURVEILLANCE_NOT_APPROPRIATE}),
            "R04",
            "Surveillance not appropriate",
        ),
    ],
)
def test_administrative_answers_name_field_and_value(
    of: SurveillanceCase, rule: str, words: str
) -> None:
    answer = recommend(of)

    assert answer.rule == rule
    assert any(words in reason for reason in answer.reasons)
    assert answer.stop is (rule != "R05")
    assert bool(answer.obligations) is (rule == "R05")


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        (Provenance(), "cirrhosis = yes)"),
        (Provenance(recorded_by="Dr Example"), "cirrhosis = yes by Dr Example)"),
        (Provenance(recorded_on=date(2026, 1, 5)), "cirrhosis = yes, recorded 2026-01-05)"),
    ],
)
def test_a_source_is_told_as_far_as_it_is_known(origin: Provenance, words: str) -> None:
    who = CIRRHOTIC | {"provenance": {"cirrhosis": origin}}

    assert any(
        words in reason for reason in recommend(case(us("2026-01-10", "15"), who=who)).reasons
    )


@pytest.mark.parametrize(
    ("born", "latest"),
    [
        pytest.param(date(2025, 9, 8), date(2026, 3, 10), id="below 6 months"),
        pytest.param(date(2025, 5, 8), date(2026, 5, 10), id="below 12 months"),
        pytest.param(date(2019, 5, 8), date(2026, 7, 10), id="older"),
    ],
)
def test_hemangioma_of_a_child_is_monitored_by_age(born: date, latest: date) -> None:
    seen = us("2026-01-10", "35", conclusion=Conclusion.HEMANGIOMA_TYPICAL)
    answer = recommend(case(seen, who=CHILD | {"birth_date": born}))

    assert answer.rule == "R12"
    assert answer.window is not None
    assert answer.window.latest == latest


def test_a_limited_report_does_not_prove_a_childs_hemangioma() -> None:
    seen = us("2026-01-10", "35", conclusion=Conclusion.HEMANGIOMA_TYPICAL, adequate=False)

    assert recommend(case(seen, who=CHILD)).rule == "R13"


def test_single_phase_ct_never_leads_to_a_biopsy() -> None:
    confirmed = exam(
        "2026-01-10", Modality.CT_SINGLE_PHASE, "12", conclusion=Conclusion.ISOLATED_CALCIFICATION
    )
    missed = {"pathology": (biopsy("2026-02-10", PathologyResult.NONDIAGNOSTIC),)}
    answer = recommend(case(confirmed, what=SPOT | missed, as_of="2026-02-11"))

    assert answer.rule == "R67"
    assert not answer.biopsy_allowed


def test_growth_stops_the_clock_until_it_is_answered() -> None:
    seen = mri("2026-01-10", "22", conclusion=Conclusion.HEMANGIOMA_TYPICAL)
    answer = recommend(case(seen, us("2026-07-10", "30"), who=CIRRHOTIC))

    assert answer.rule == "R42"
    assert any("the clock has not started" in reason for reason in answer.reasons)


def test_lesion_removed_tomorrow_is_still_there_today() -> None:
    removed = {"status": LesionStatus.REMOVED_OR_TREATED, "status_on": date(2026, 1, 11)}
    today = case(us("2026-01-10", "5"), what=SPOT | removed)

    assert recommend(today).rule == "R50"
    assert recommend(replace(today, as_of=date(2026, 1, 11))).rule == "R03"
