"""Rows become reports, reports become conclusions and the form of a lesion (3.3-3.5)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from surveillance.protocol.background import Background, background_of
from surveillance.protocol.characterisation import (
    characterises_fully,
    confirms_isolation,
    dangerous_labels,
    li_rads_category,
    reading_of,
)
from surveillance.protocol.facts import ExamFacts
from surveillance.protocol.form import Form, form_after_day, form_at_detection
from surveillance.protocol.outlook import outlook_of
from surveillance.protocol.studies import Study, studies_of
from surveillance.protocol.terms import (
    CalcificationPattern,
    Conclusion,
    Contraindication,
    Isolation,
    LesionKind,
    LiRads,
    Modality,
    Tri,
    VisualisationScore,
)
from tests.protocol.scenarios import (
    CIRRHOTIC,
    COMPLEX_CYST,
    MALIGNANCY,
    NO,
    SPOT,
    UNKNOWN,
    YES,
    case,
    ct,
    exam,
    lesion,
    limited_us,
    mri,
    us,
)

DAY = date(2026, 1, 10)


def background(**facts: Any) -> Background:
    return background_of(case(us(DAY), who=facts))


def one(row: ExamFacts) -> Study:
    return studies_of([row])[0]


def concluded(row: ExamFacts, **facts: Any) -> Conclusion:
    return reading_of(one(row), background(**facts), size_mm=row.size_mm, grown=False).conclusion


# ---------------------------------------------------------------- rows of one report


def test_rows_of_one_day_and_modality_are_one_report() -> None:
    rows = [mri(DAY, "14", aphe=YES), mri(DAY, washout=YES, conclusion=Conclusion.INDETERMINATE)]

    (study,) = studies_of(rows)

    assert (study.size_mm, study.aphe, study.washout) == (Decimal(14), YES, YES)
    assert study.conclusion is Conclusion.INDETERMINATE


def test_other_accession_is_another_report() -> None:
    assert len(studies_of([us(DAY, "7", ref="A1"), us(DAY, "8", ref="A2")])) == 2


def test_contradictions_in_one_report_turn_to_danger() -> None:
    calm = us(
        DAY,
        "7",
        vis=VisualisationScore.A,
        kind=LesionKind.ISOLATED_CALCIFICATION,
        isolation=Isolation.CONFIRMED,
        pattern=CalcificationPattern.PUNCTATE,
        conclusion=Conclusion.BENIGN_SPECIFIC,
        lirads=LiRads.LR_1,
        hemangioma_pattern=YES,
        septations=NO,
    )
    worried = us(
        DAY,
        "9",
        vis=VisualisationScore.C,
        kind=LesionKind.NODULE_OR_MASS,
        isolation=Isolation.UNCERTAIN,
        pattern=CalcificationPattern.SEPTAL,
        conclusion=Conclusion.SUSPICIOUS_HCC,
        lirads=LiRads.LR_5,
        hemangioma_pattern=NO,
        septations=YES,
        lesion_seen=False,
        whole_liver=False,
    )

    for rows in ([calm, worried], [worried, calm]):
        (study,) = studies_of(rows)
        assert not study.adequate
        assert not study.lesion_seen
        assert not study.whole_liver
        assert study.size_mm == Decimal(9)
        assert study.trusted_mm == (Decimal(7),)
        assert study.vis is VisualisationScore.C
        assert study.kind is LesionKind.NODULE_OR_MASS
        assert study.isolation is Isolation.UNCERTAIN
        assert study.pattern is CalcificationPattern.SEPTAL
        assert study.conclusion is Conclusion.SUSPICIOUS_HCC
        assert study.lirads is LiRads.LR_5
        assert study.hemangioma_pattern is NO
        assert study.septations is YES


# ---------------------------------------------------------------- what characterises


@pytest.mark.parametrize("modality", [Modality.CT_MULTIPHASE, Modality.MRI_HEPATOBILIARY])
def test_dynamic_study_with_a_reading_characterises(modality: Modality) -> None:
    read = exam(DAY, modality, "14", lirads=LiRads.LR_3)

    assert characterises_fully(one(read), background(**CIRRHOTIC))


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(mri(DAY, "14"), id="without a reading (A-14)"),
        pytest.param(mri(DAY, "14", lirads=LiRads.LR_NC), id="LR-NC"),
        pytest.param(mri(DAY, "14", conclusion=Conclusion.NOT_CATEGORISABLE), id="not categorised"),
        pytest.param(mri(DAY, "14", lirads=LiRads.LR_3, adequate=False), id="limited"),
        pytest.param(mri(DAY, "14", lirads=LiRads.LR_3, final=False), id="not signed"),
        pytest.param(us(DAY, "14", conclusion=Conclusion.HEMANGIOMA_TYPICAL), id="ultrasound"),
        pytest.param(exam(DAY, Modality.CT_SINGLE_PHASE, "14", lirads=LiRads.LR_3), id="one phase"),
    ],
)
def test_these_studies_do_not_characterise(row: ExamFacts) -> None:
    assert not characterises_fully(one(row), background(**CIRRHOTIC))


def test_contrast_study_that_finds_the_lesion_gone_has_a_reading() -> None:
    assert characterises_fully(one(mri(DAY, lesion_seen=False)), background())


@pytest.mark.parametrize(
    ("facts", "accepted"),
    [
        pytest.param({}, True, id="low risk"),
        pytest.param(MALIGNANCY, False, id="malignancy"),
        pytest.param(CIRRHOTIC, False, id="at risk"),
        pytest.param(
            {
                **CIRRHOTIC,
                "contraindications": frozenset(
                    {Contraindication.MRI_DEVICE, Contraindication.EGFR_LT_30}
                ),
            },
            True,
            id="neither MRI nor CT possible",
        ),
        pytest.param({**CIRRHOTIC, "pregnant": YES}, False, id="pregnancy asks for a waiver"),
    ],
)
def test_ceus_characterises_by_a16_only(facts: dict[str, Any], accepted: bool) -> None:
    ceus = exam(DAY, Modality.CEUS, "14", conclusion=Conclusion.INDETERMINATE)
    silent = exam(DAY, Modality.CEUS, "14", aphe=NO)

    assert characterises_fully(one(ceus), background(**facts)) is accepted
    assert not characterises_fully(one(silent), background(**facts))


@pytest.mark.parametrize(
    ("facts", "kind", "conclusion", "confirmed"),
    [
        ({}, LesionKind.ISOLATED_CALCIFICATION, Conclusion.ISOLATED_CALCIFICATION, True),
        ({}, LesionKind.NODULE_OR_MASS, Conclusion.ISOLATED_CALCIFICATION, False),
        ({}, LesionKind.ISOLATED_CALCIFICATION, Conclusion.BENIGN_SPECIFIC, False),
        (CIRRHOTIC, LesionKind.ISOLATED_CALCIFICATION, Conclusion.ISOLATED_CALCIFICATION, False),
        (MALIGNANCY, LesionKind.ISOLATED_CALCIFICATION, Conclusion.ISOLATED_CALCIFICATION, False),
    ],
)
def test_single_phase_ct_confirms_isolation_only(
    facts: dict[str, Any], kind: LesionKind, conclusion: Conclusion, confirmed: bool
) -> None:
    row = exam(DAY, Modality.CT_SINGLE_PHASE, "4", conclusion=conclusion)

    assert confirms_isolation(one(row), background(**facts), kind) is confirmed


# ---------------------------------------------------------------- what it concludes


@pytest.mark.parametrize(
    ("aphe", "size", "washout", "capsule", "grown", "expected"),
    [
        (NO, "14", NO, NO, False, LiRads.LR_3),
        (NO, "14", YES, NO, False, LiRads.LR_3),
        (NO, "14", YES, YES, False, LiRads.LR_4),
        (NO, "20", NO, NO, False, LiRads.LR_3),
        (NO, "20", NO, NO, True, LiRads.LR_4),
        (NO, "20", YES, YES, False, LiRads.LR_4),
        (UNKNOWN, None, YES, NO, False, LiRads.LR_4),
        (YES, "9.9", NO, NO, False, LiRads.LR_3),
        (YES, "9.9", NO, YES, False, LiRads.LR_4),
        (YES, "9.9", YES, YES, False, LiRads.LR_4),
        (YES, "10", NO, NO, False, LiRads.LR_3),
        (YES, "19.9", NO, YES, False, LiRads.LR_4),
        (YES, "19.9", YES, NO, False, LiRads.LR_5),
        (YES, "19.9", NO, NO, True, LiRads.LR_5),
        (YES, "19.9", NO, YES, True, LiRads.LR_5),
        (YES, "20", NO, NO, False, LiRads.LR_4),
        (YES, "20", NO, YES, False, LiRads.LR_5),
        (YES, None, NO, NO, False, LiRads.LR_4),
    ],
)
def test_li_rads_table(
    aphe: Tri, size: str | None, washout: Tri, capsule: Tri, grown: bool, expected: LiRads
) -> None:
    study = one(mri(DAY, size, aphe=aphe, washout=washout, capsule=capsule))

    assert li_rads_category(study, study.size_mm, grown) is expected


def test_the_table_is_for_at_risk_adults() -> None:
    row = mri(DAY, "25", aphe=YES, capsule=YES)

    assert concluded(row, **CIRRHOTIC) is Conclusion.SUSPICIOUS_HCC
    assert concluded(row) is Conclusion.INDETERMINATE
    assert concluded(row, **CIRRHOTIC, birth_date=date(2020, 1, 1)) is Conclusion.INDETERMINATE


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ({"lirads": LiRads.LR_1}, Conclusion.BENIGN_SPECIFIC),
        ({"lirads": LiRads.LR_2}, Conclusion.PROBABLY_BENIGN),
        ({"lirads": LiRads.LR_3}, Conclusion.INDETERMINATE),
        ({"lirads": LiRads.LR_4}, Conclusion.SUSPICIOUS_HCC),
        ({"lirads": LiRads.LR_TIV}, Conclusion.SUSPICIOUS_HCC),
        ({"lirads": LiRads.LR_M}, Conclusion.MALIGNANT_NON_HCC),
        ({"hemangioma_pattern": YES}, Conclusion.HEMANGIOMA_TYPICAL),
        ({"lirads": LiRads.LR_1, "hemangioma_pattern": YES}, Conclusion.HEMANGIOMA_TYPICAL),
        ({"lirads": LiRads.US_3}, Conclusion.INDETERMINATE),
        ({"lesion_seen": False}, Conclusion.RESOLVED),
    ],
)
def test_conclusion_without_words(findings: dict[str, Any], expected: Conclusion) -> None:
    size = None if findings.get("lesion_seen") is False else "14"
    assert concluded(mri(DAY, size, **findings)) is expected


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        pytest.param(
            {"conclusion": Conclusion.HEMANGIOMA_TYPICAL, "aphe": YES, "washout": YES},
            Conclusion.SUSPICIOUS_HCC,
            id="enhancement and washout outrank every text (S12)",
        ),
        pytest.param(
            {"conclusion": Conclusion.BENIGN_SPECIFIC, "lirads": LiRads.LR_5},
            Conclusion.SUSPICIOUS_HCC,
            id="words against category (A-38)",
        ),
        pytest.param(
            {"conclusion": Conclusion.HEMANGIOMA_TYPICAL, "hemangioma_pattern": NO},
            Conclusion.INDETERMINATE,
            id="hemangioma without its pattern (A-24)",
        ),
        pytest.param(
            {"conclusion": Conclusion.NOT_CATEGORISABLE, "lirads": LiRads.LR_M},
            Conclusion.MALIGNANT_NON_HCC,
            id="not categorisable, and yet LR-M",
        ),
    ],
)
def test_most_dangerous_word_wins(findings: dict[str, Any], expected: Conclusion) -> None:
    assert concluded(mri(DAY, "14", **findings)) is expected


@pytest.mark.parametrize(
    ("row", "label"),
    [
        pytest.param(
            exam(DAY, Modality.CEUS, "14", lirads=LiRads.LR_5), Conclusion.SUSPICIOUS_HCC, id="CEUS"
        ),
        pytest.param(
            exam(DAY, Modality.PET_CT, conclusion=Conclusion.MALIGNANT_NON_HCC),
            Conclusion.MALIGNANT_NON_HCC,
            id="PET-CT",
        ),
        pytest.param(
            mri(DAY, "14", lirads=LiRads.LR_5, adequate=False),
            Conclusion.SUSPICIOUS_HCC,
            id="limited, and yet suspicious",
        ),
        pytest.param(
            us(DAY, "40", conclusion=Conclusion.HYDATID_SUSPECTED),
            Conclusion.HYDATID_SUSPECTED,
            id="hydatid on ultrasound",
        ),
        pytest.param(us(DAY, "40", conclusion=Conclusion.SUSPICIOUS_HCC), None, id="plain"),
        pytest.param(us(DAY, "40", conclusion=Conclusion.MCN_SUSPECTED), None, id="plain mucinous"),
        pytest.param(
            exam(DAY, Modality.XR, conclusion=Conclusion.HYDATID_SUSPECTED), None, id="radiograph"
        ),
        pytest.param(mri(DAY, "14", lirads=LiRads.LR_3), None, id="indeterminate"),
    ],
)
def test_dangerous_labels(row: ExamFacts, label: Conclusion | None) -> None:
    study = one(row)
    reading = reading_of(study, background(**CIRRHOTIC), size_mm=study.size_mm, grown=False)

    found = dangerous_labels(study, reading, background(**CIRRHOTIC))

    assert [each.conclusion for each in found] == ([label] if label else [])


def test_a_study_may_carry_two_labels() -> None:
    study = one(mri(DAY, "40", conclusion=Conclusion.MCN_SUSPECTED, lirads=LiRads.LR_5))
    reading = reading_of(study, background(), size_mm=study.size_mm, grown=False)

    found = {each.conclusion for each in dangerous_labels(study, reading, background())}

    assert found == {Conclusion.MCN_SUSPECTED, Conclusion.SUSPICIOUS_HCC}


def test_a_malignancy_keeps_the_name_that_the_report_gives_it() -> None:
    row = mri(DAY, "40", conclusion=Conclusion.MALIGNANT_NON_HCC, lirads=LiRads.LR_TIV)

    assert concluded(row, **CIRRHOTIC) is Conclusion.MALIGNANT_NON_HCC


def test_a_silent_study_is_not_read_by_the_table() -> None:
    assert concluded(mri(DAY, "40"), **CIRRHOTIC) is Conclusion.INDETERMINATE


# ---------------------------------------------------------------- the form over time


def form_after(*rows: ExamFacts, **first: Any) -> Form:
    form = form_at_detection(lesion(**first))
    studies = studies_of(rows)
    for day in sorted({study.on for study in studies}):
        today = [study for study in studies if study.on == day]
        form = form_after_day(form, day, today, background())
    return form


def test_an_exam_changes_the_kind() -> None:
    form = form_after(us("2026-03-01", kind=LesionKind.NODULE_OR_MASS), **SPOT)

    assert form.kind is LesionKind.NODULE_OR_MASS
    assert form.kind_changed_on == date(2026, 3, 1)


def test_the_same_kind_again_is_no_change() -> None:
    form = form_after(us(DAY, kind=LesionKind.ISOLATED_CALCIFICATION), **SPOT)

    assert form.kind_changed_on is None


def test_a_limited_exam_only_worsens() -> None:
    worse = form_after(limited_us(DAY), us(DAY, kind=LesionKind.CYSTIC, adequate=False), **SPOT)
    better = form_after(
        us(
            DAY,
            adequate=False,
            kind=LesionKind.ISOLATED_CALCIFICATION,
            isolation=Isolation.CONFIRMED,
            pattern=CalcificationPattern.PUNCTATE,
            septations=NO,
        ),
        kind=LesionKind.NODULE_OR_MASS,
    )

    assert worse.kind is LesionKind.CYSTIC
    assert better == form_at_detection(lesion(kind=LesionKind.NODULE_OR_MASS))


def test_pattern_follows_the_last_word_and_a_doubt_about_isolation_waits_for_contrast() -> None:
    septal = us("2026-02-01", pattern=CalcificationPattern.SEPTAL)
    doubt = us("2026-02-01", isolation=Isolation.UNCERTAIN)
    sure = {"isolation": Isolation.CONFIRMED, "pattern": CalcificationPattern.PUNCTATE}

    assert form_after(us(DAY, "4"), **SPOT).is_proved_punctate
    assert not form_after(septal, **SPOT).is_proved_punctate
    assert form_after(septal, us("2026-03-01", **sure), **SPOT).is_proved_punctate
    assert not form_after(doubt, us("2026-03-01", **sure), **SPOT).is_proved_punctate


def test_radiographs_say_nothing_about_the_form() -> None:
    row = exam(DAY, Modality.XR, kind=LesionKind.NODULE_OR_MASS)

    assert form_after(row, **SPOT).kind is LesionKind.ISOLATED_CALCIFICATION


@pytest.mark.parametrize(
    "row",
    [
        us(DAY, "4", conclusion=Conclusion.SUSPICIOUS_HCC),
        us(DAY, "4", conclusion=Conclusion.NOT_CATEGORISABLE),
        us(DAY, "4", conclusion=Conclusion.HEMANGIOMA_TYPICAL, adequate=False),
        us(DAY, "4", solid_component=YES),
    ],
)
def test_a_contradicted_spot_is_not_proved(row: ExamFacts) -> None:
    assert not form_after(row, **SPOT).is_proved_punctate


def test_limited_reassurance_does_not_unsay_a_doubt() -> None:
    doubt = us("2026-02-01", "4", conclusion=Conclusion.INDETERMINATE)
    calm = us("2026-03-01", "4", conclusion=Conclusion.BENIGN_SPECIFIC, adequate=False)

    assert form_after(doubt, calm, **SPOT).spoken is Conclusion.INDETERMINATE


def test_only_contrast_takes_a_worrisome_feature_back() -> None:
    plain = form_after(us("2026-03-01", "40", septations=NO), **COMPLEX_CYST)
    contrast = form_after(
        mri("2026-03-01", "40", septations=NO, lirads=LiRads.LR_1), **COMPLEX_CYST
    )

    assert plain.is_complex_cyst
    assert not contrast.is_complex_cyst


def test_an_unknown_feature_is_settled_by_any_adequate_exam() -> None:
    first = {"kind": LesionKind.CYSTIC, "septations": UNKNOWN}

    assert form_after(us(DAY, "40", septations=NO), **first).septations is NO
    assert form_after(us(DAY, "40", septations=UNKNOWN), **first).septations is UNKNOWN
    assert form_after(us(DAY, "40", septations=YES, adequate=False), **first).is_complex_cyst


def test_mucinous_neoplasm_on_plain_imaging_makes_the_cyst_complex_for_good() -> None:
    seen = us("2026-02-01", "40", conclusion=Conclusion.MCN_SUSPECTED)
    read = ct("2026-03-01", "40", lirads=LiRads.LR_1)

    assert form_after(seen, kind=LesionKind.UNKNOWN).is_complex_cyst
    assert form_after(seen, read, kind=LesionKind.UNKNOWN).is_complex_cyst


def test_size_is_the_last_adequate_one() -> None:
    course = outlook_of(
        case(us("2026-01-10", "7"), us("2026-02-10"), limited_us("2026-03-10", "15"))
    ).now.course

    assert course.size_mm == Decimal(7)
    assert course.size_on == date(2026, 1, 10)


def test_a_good_row_in_a_limited_report_only_enlarges() -> None:
    larger = case(us("2026-01-10", "7"), us("2026-03-10", "12"), limited_us("2026-03-10"))
    smaller = case(us("2026-01-10", "7"), us("2026-03-10", "5"), limited_us("2026-03-10"))
    first = case(us("2026-03-10", "5"), limited_us("2026-03-10"))

    assert outlook_of(larger).now.course.size_mm == Decimal(12)
    assert outlook_of(smaller).now.course.size_mm == Decimal(7)
    assert outlook_of(first).now.course.size_mm is None


@pytest.mark.parametrize(
    ("limits", "stands"),
    [
        pytest.param({"adequate": False}, True, id="limited"),
        pytest.param({"final": False}, True, id="unsigned"),
        pytest.param({"modality": Modality.PET_CT}, True, id="PET-CT"),
        pytest.param({"size_mm": Decimal("9.9"), "adequate": False}, False, id="small and limited"),
    ],
)
def test_a_large_size_that_does_not_count_still_throws_doubt(
    limits: dict[str, Any], stands: bool
) -> None:
    said: dict[str, Any] = {"modality": Modality.CT_NONCONTRAST, "size_mm": Decimal(30)}
    said |= limits
    report, later = one(ExamFacts(on=DAY, **said)), one(us("2026-02-10", "4"))
    proved = form_at_detection(lesion(**SPOT))

    told = form_after_day(proved, DAY, [report], background())
    settled = form_after_day(told, date(2026, 2, 10), [later], background())

    assert told.maybe_large is stands
    assert told.is_proved_punctate is not stands
    assert settled.is_proved_punctate
