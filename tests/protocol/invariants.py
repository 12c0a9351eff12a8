"""The safety invariants of the clinical specification (6.1), each as a check on one case.

A check raises AssertionError; it is used by hypothesis and by the long random runs alike.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from surveillance.protocol import outlook as outlooks
from surveillance.protocol import recommend as recommendations
from surveillance.protocol.background import background_of, is_child
from surveillance.protocol.characterisation import DYNAMIC
from surveillance.protocol.dates import add_months, age_in_months
from surveillance.protocol.facts import (
    LIVER_FACTS,
    NORMAL_LIVER_FACTS,
    ExamFacts,
    SurveillanceCase,
)
from surveillance.protocol.fulfilment import fulfils
from surveillance.protocol.modality import blocked_modalities
from surveillance.protocol.outlook import Outlook
from surveillance.protocol.recommendation import Obligation, Recommendation
from surveillance.protocol.replay import Snapshot, replay
from surveillance.protocol.sizes import SizeClass
from surveillance.protocol.standing import Basis, CharacterisationStatus
from surveillance.protocol.terms import (
    BiopsyReason,
    CalcificationPattern,
    Conclusion,
    EscalationClass,
    Isolation,
    LesionKind,
    Modality,
    ObligationKind,
    PathologyResult,
    RecommendationKind,
    Risk,
    Sex,
    Tri,
    VisualisationScore,
)
from tests.protocol.histories import Choose, inadequate_exam, random_exam, with_facts

K = RecommendationKind
_ANSWERS: dict[int, tuple[SurveillanceCase, Recommendation]] = {}
_OUTLOOKS: dict[int, tuple[SurveillanceCase, Outlook]] = {}
_KEPT = 200


def recommend(case: SurveillanceCase) -> Recommendation:
    """The answer, computed once per case object (many checks ask for the same one)."""
    if id(case) not in _ANSWERS:
        if len(_ANSWERS) > _KEPT:
            _ANSWERS.clear()
        _ANSWERS[id(case)] = (case, recommendations.recommend(case))
    return _ANSWERS[id(case)][1]


def outlook_of(case: SurveillanceCase) -> Outlook:
    """The outlook, computed once per case object."""
    if id(case) not in _OUTLOOKS:
        if len(_OUTLOOKS) > _KEPT:
            _OUTLOOKS.clear()
        _OUTLOOKS[id(case)] = (case, outlooks.outlook_of(case))
    return _OUTLOOKS[id(case)][1]


CONTRAST = {
    K.CONFIRM_ISOLATION_CONTRAST,
    K.CHARACTERISE_MRI_HB_OR_MPCT,
    K.DYNAMIC_CT_OR_MRI,
    K.CONTRAST_MRI,
}
IMAGING = CONTRAST | {K.SURVEILLANCE_IMAGING, K.SINGLE_CHECK_6M, K.ROUTINE_HCC_SURVEILLANCE}
URGENCY = list(EscalationClass)
ADMINISTRATIVE = {"R01", "R02", "R03", "R04"}
CHILD_RULES = {
    "R05",
    *ADMINISTRATIVE,
    *["R10", "R11", "R12", "R13", "R14", "R15", "R15b", "R16", "R17"],
}


def imaging_of(answer: Recommendation) -> Obligation | None:
    """The imaging that is owed, if any."""
    owed = [each for each in answer.obligations if each.kind is ObligationKind.IMAGING]
    assert len(owed) <= 1
    return owed[0] if owed else None


def adequate_days(case: SurveillanceCase) -> list[date]:
    """Days with an adequate exam by the plain words of 3.5."""
    return sorted(
        exam.on
        for exam in case.exams
        if exam.adequate and exam.final and exam.vis is not VisualisationScore.C
    )


def is_strict(case: SurveillanceCase) -> bool:
    return background_of(case).strict


def mdt_days(case: SurveillanceCase) -> list[date]:
    days = [each.on for each in case.lesion.mdt_decisions]
    days += [each.on for each in case.lesion.waivers]
    return days + [each.until for each in case.lesion.waivers if each.until]


def check_i1_at_risk_indeterminate_has_one_dated_imaging(case: SurveillanceCase) -> None:
    answer, outlook = recommend(case), outlook_of(case)
    state = outlook.now.state
    unclear = state.conclusion in (Conclusion.INDETERMINATE, Conclusion.PROBABLY_BENIGN)
    if state.child or not is_strict(case) or not unclear or answer.rule in {"R71b", "R21"}:
        return
    imaging = imaging_of(answer)
    assert imaging is not None, answer.rule
    days = adequate_days(case)
    last = days[-1] if days else min(exam.on for exam in case.exams)
    limits = [add_months(last, 6), add_months(outlook.needs.since, 3)]
    limits += [day + timedelta(days=56) for day in mdt_days(case)]
    assert imaging.window.latest <= max(limits), (answer.rule, imaging.window, limits)


def check_i2_elevated_adult_never_stops(case: SurveillanceCase) -> None:
    answer, bg = recommend(case), background_of(case)
    if bg.elevated and not bg.child:
        assert not answer.stop, answer.rule


def check_i3_biopsy_needs_contrast_and_reason(case: SurveillanceCase) -> None:
    answer = recommend(case)
    if not answer.biopsy_allowed:
        assert answer.biopsy_reasons == ()
        return
    state = outlook_of(case).now.state
    assert answer.biopsy_reasons
    assert not state.child
    assert state.status is not CharacterisationStatus.NOT_DONE
    contrast = DYNAMIC | {Modality.CEUS}
    assert any(exam.modality in contrast and exam.adequate for exam in case.exams)
    assert state.conclusion not in {
        Conclusion.HEMANGIOMA_TYPICAL,
        Conclusion.HYDATID_SUSPECTED,
        Conclusion.MCN_SUSPECTED,
    }


def check_i4_small_biopsy_is_cautioned(case: SurveillanceCase) -> None:
    answer = recommend(case)
    small = outlook_of(case).now.state.size is SizeClass.SMALL
    if answer.biopsy_allowed and small:
        assert set(answer.biopsy_reasons) <= set(BiopsyReason)
        assert any("10 mm" in caution for caution in answer.biopsy_cautions)


def check_i5_washout_goes_to_the_mdt(case: SurveillanceCase) -> None:
    state = outlook_of(case).now
    last = max(
        (exam.on for exam in case.exams if exam.modality in DYNAMIC and exam.adequate),
        default=None,
    )
    shown = any(
        exam.on == last
        and exam.modality in DYNAMIC
        and exam.aphe is Tri.YES
        and exam.washout is Tri.YES
        for exam in case.exams
    )
    decided = bool(case.lesion.mdt_decisions or case.lesion.pathology)
    if not shown or last is None or decided or state.state.child:
        return
    later = [exam for exam in case.exams if exam.on >= last and exam.modality is Modality.CEUS]
    if later:
        return
    answer = recommend(case)
    assert answer.kind is K.MDT_REFERRAL, answer.rule
    assert answer.escalation_class is EscalationClass.URGENT


def check_i6_order_of_rows(case: SurveillanceCase) -> None:
    assert recommend(replace(case, exams=case.exams[::-1])) == recommend(case)
    half = len(case.exams) // 2
    assert recommend(replace(case, exams=case.exams[half:] + case.exams[:half])) == recommend(case)
    lesion = replace(case.lesion, mdt_decisions=case.lesion.mdt_decisions[::-1])
    assert recommend(replace(case, lesion=lesion)) == recommend(case)


def check_i7_time_alone(case: SurveillanceCase) -> None:
    later = replace(case, as_of=case.as_of + timedelta(days=20))
    born = case.patient.birth_date
    assert born is not None
    if background_of(later).child is not background_of(case).child:
        return
    facts = [each.on for each in case.lesion.pathology]
    facts += [each.on for each in case.patient.afp] + mdt_days(case)
    if any(case.as_of <= day <= later.as_of for day in facts):
        return
    now, then = recommend(case), recommend(later)
    assert (now.rule, now.window) == (then.rule, then.window)
    assert age_in_months(born, later.as_of) >= age_in_months(born, case.as_of)


def check_i8_inadequate_exam(case: SurveillanceCase, choose: Choose) -> None:
    before = recommend(case)
    first = min(exam.on for exam in case.exams)
    day = max(first, case.as_of - timedelta(days=choose([0, 0, 1, 10, 40, 150, 400])))
    after = recommend(replace(case, exams=(*case.exams, inadequate_exam(choose, day))))
    if before.stop:
        return
    assert not after.stop, (before.rule, after.rule)
    assert before.window is not None
    assert after.window is not None
    assert after.window.latest <= before.window.latest, (before.rule, after.rule)


def check_i9_later_only_when_fulfilled(case: SurveillanceCase, choose: Choose) -> None:
    before = recommend(case)
    owed = imaging_of(before)
    if owed is None:
        return
    day = case.as_of + timedelta(days=choose([1, 10, 40, 100, 190]))
    grown = replace(case, as_of=day)
    if background_of(grown).child is not background_of(case).child:
        return
    before = recommend(grown)
    owed = imaging_of(before)
    if owed is None or any(case.as_of < each <= day for each in mdt_days(case)):
        return
    exam = random_exam(choose, day, choose([Decimal(5), Decimal(8), Decimal(11), Decimal(20)]))
    told = replace(grown, exams=(*grown.exams, exam))
    verdict = fulfils(exam, grown, owed.kind, owed.recommendation, owed.window)
    same = fulfils(exam, told, owed.kind, owed.recommendation, owed.window)
    assert verdict == same
    after = recommend(told)
    new = imaging_of(after)
    if verdict.fulfilled:
        assert (
            after.stop
            or new is None
            or new.window.earliest >= day  # counted from this exam, the dates may coincide
            or (new.window, new.recommendation)
            != (
                owed.window,
                owed.recommendation,
            )
        ), (before.rule, after.rule, owed, exam)
    elif new is not None:
        assert new.window.latest <= owed.window.latest, (before.rule, after.rule, verdict)


def check_i9_referral_is_never_closed_by_an_exam(case: SurveillanceCase, choose: Choose) -> None:
    before = recommend(case)
    owed = [each for each in before.obligations if each.kind is ObligationKind.REFERRAL]
    day = case.as_of + timedelta(days=choose([1, 30, 100]))
    if not owed or background_of(replace(case, as_of=day)).child is not background_of(case).child:
        return
    if any(case.as_of < each <= day for each in mdt_days(case)):
        return
    exam = random_exam(choose, day, Decimal(12))
    after = recommend(replace(case, as_of=day, exams=(*case.exams, exam)))
    still = [each for each in after.obligations if each.kind is ObligationKind.REFERRAL]
    assert after.stop or still, (before.rule, after.rule)
    if still:
        assert still[0].window.latest <= owed[0].window.latest


def check_i10_monotone_in_risk(case: SurveillanceCase) -> None:
    bg = background_of(case)
    if bg.child:
        return
    riskier = []
    if bg.risk is Risk.LOW_RISK:
        riskier += [with_facts(case, cirrhosis=answer) for answer in (Tri.YES, Tri.UNKNOWN)]
    if not bg.malignancy and case.patient.extrahepatic_malignancy is Tri.NO:
        riskier += [
            with_facts(case, extrahepatic_malignancy=answer) for answer in (Tri.YES, Tri.UNKNOWN)
        ]
    before = recommend(case)
    for other in riskier:
        after = recommend(other)
        assert before.stop or not after.stop, (before.rule, after.rule)
        order = URGENCY.index
        # a CEUS may outrank a cyst's label in low risk only, and 5.3 comes before 5.5
        cyst = after.rule in {"R35", "R36", "R39"}
        assert cyst or order(after.escalation_class) >= order(before.escalation_class), (
            before.rule,
            after.rule,
        )
        if before.window and after.window:
            days = adequate_days(case)
            limits = [before.window.latest]
            limits += [add_months(day, 6) for day in days[-1:]]
            limits += [day + timedelta(days=56) for day in mdt_days(case)]
            assert after.window.latest <= max(limits), (before.rule, after.rule)


def check_i11_unknown_never_closes(case: SurveillanceCase) -> None:
    if background_of(case).child:
        return
    before = recommend(case)
    for name in (*LIVER_FACTS, *NORMAL_LIVER_FACTS, "extrahepatic_malignancy"):
        if getattr(case.patient, name) is not Tri.UNKNOWN:
            after = recommend(with_facts(case, **{name: Tri.UNKNOWN}))
            assert before.stop or not after.stop, (name, before.rule, after.rule)
            if getattr(case.patient, name) is not Tri.YES or name.startswith("normal"):
                assert not after.stop or after.rule in ADMINISTRATIVE, (name, after.rule)


def check_i12_windows_are_ordered(case: SurveillanceCase) -> None:
    answer = recommend(case)
    born = case.patient.birth_date
    windows = [each.window for each in answer.obligations]
    windows += [answer.window] if answer.window else []
    for window in windows:
        assert window.earliest <= window.target <= window.latest
        assert born is not None
        assert window.earliest >= born


def check_i13_preferred_is_never_contraindicated(case: SurveillanceCase) -> None:
    answer = recommend(case)
    blocked = blocked_modalities(case.patient)
    assert answer.preferred_modality not in blocked
    for each in answer.obligations:
        assert each.modality not in blocked


def check_i14_children(case: SurveillanceCase) -> None:
    answer, bg = recommend(case), background_of(case)
    if not bg.child:
        assert answer.rule not in CHILD_RULES - {"R05", *ADMINISTRATIVE}
        return
    assert answer.rule in CHILD_RULES
    if answer.preferred_modality is Modality.CT_MULTIPHASE:
        assert {Modality.MRI_CONTRAST, Modality.CEUS} <= set(answer.blocked)


def check_i15_child_with_risk_is_never_low(case: SurveillanceCase) -> None:
    answer, bg = recommend(case), background_of(case)
    if bg.child and bg.strict:
        assert not answer.stop
        assert answer.escalation_class is not EscalationClass.LOW


def check_i16_sex_age_and_pattern(case: SurveillanceCase) -> None:
    answer = recommend(case)
    for sex in Sex:
        assert recommend(with_facts(case, sex=sex)).rule == answer.rule
    born = case.patient.birth_date
    if not is_child(born, min(exam.on for exam in case.exams)):
        older = with_facts(case, birth_date=date(1940, 5, 5))
        assert recommend(older).window == answer.window
    if case.lesion.pattern is not CalcificationPattern.PUNCTATE:
        return
    coarse = replace(case.lesion, pattern=CalcificationPattern.COARSE_CHUNKY)
    after = recommend(replace(case, lesion=coarse))
    assert URGENCY.index(after.escalation_class) >= URGENCY.index(answer.escalation_class)
    assert answer.stop or not after.stop
    if answer.kind is after.kind and answer.window and after.window:
        assert after.window.latest <= answer.window.latest


def check_i17_malignancy_wants_mri(case: SurveillanceCase) -> None:
    bg, outlook = background_of(case), outlook_of(case)
    by_mri = any(
        exam.modality in (Modality.MRI_EXTRACELLULAR, Modality.MRI_HEPATOBILIARY)
        and exam.adequate
        and exam.final
        for exam in case.exams
    )
    accepted = case.lesion.mdt_decisions or case.lesion.waivers
    if bg.child or not bg.malignancy or bg.mri_contraindicated or by_mri or accepted:
        return
    if outlook.now.state.pathology is PathologyResult.BENIGN_SPECIFIC:
        return
    answer = recommend(case)
    watched = {K.SURVEILLANCE_IMAGING, K.SINGLE_CHECK_6M, K.NO_FURTHER_WORKUP}
    assert answer.kind not in watched, answer.rule


def check_i18_large_uncharacterised_is_imaged_in_56_days(case: SurveillanceCase) -> None:
    bg = background_of(case)
    if bg.child or not bg.elevated:
        return
    spell: date | None = None
    last: Snapshot | None = None
    for snapshot in replay(case, bg):
        spell = (spell or snapshot.day) if _holds_i18(snapshot) else None
        last = snapshot
    if spell is None or last is None:
        return
    answer = recommend(case)
    imaging = imaging_of(answer)
    assert imaging is not None
    anchors = [spell, *(day for day in mdt_days(case) if day >= spell)]
    assert imaging.window.latest <= max(anchors) + timedelta(days=56), answer.rule


def _holds_i18(snapshot: Snapshot) -> bool:
    state = snapshot.state
    return (
        state.size is not SizeClass.SMALL
        and state.status is CharacterisationStatus.NOT_DONE
        and snapshot.rule.kind in IMAGING
        and snapshot.rule.id != "R39"  # a hydatid cyst is watched by ultrasound
        and state.pathology is not PathologyResult.BENIGN_SPECIFIC
    )


def check_i19_an_early_check_never_discharges(case: SurveillanceCase, choose: Choose) -> None:
    before, outlook = recommend(case), outlook_of(case)
    clock_on = outlook.now.standing.clock_on
    if before.kind is not K.SINGLE_CHECK_6M or clock_on is None:
        return
    day = add_months(clock_on, 5) - timedelta(days=choose([1, 2, 20, 60]))
    if day < case.as_of or background_of(replace(case, as_of=day)) != outlook.bg:
        return
    quiet = replace(case, as_of=day)
    early = ExamFacts(day, Modality.US, size_mm=outlook.now.course.size_mm, ref="early")
    told = replace(quiet, exams=(*case.exams, early))
    if recommend(quiet).rule == before.rule:  # no dated fact came into force meanwhile
        assert not recommend(told).stop
        if recommend(told).rule == before.rule:
            assert recommend(told).window == recommend(quiet).window


def check_i20_label_is_sticky(case: SurveillanceCase) -> None:
    """A plain ultrasound added at the end never takes a referral for suspicion back."""
    before = recommend(case)
    if before.rule not in {"R30", "R31", "R32", "R35", "R36"}:
        return
    for said in (None, *Conclusion):
        us = ExamFacts(case.as_of, Modality.US, size_mm=Decimal(12), conclusion=said, ref="added")
        after = recommend(replace(case, exams=(*case.exams, us)))
        assert after.rule in {before.rule, "R36"}, said  # hydatid disease is known by ultrasound


def check_i21_release_needs_follow_ups(case: SurveillanceCase) -> None:
    answer, outlook = recommend(case), outlook_of(case)
    if answer.rule in {"R71", "R71b", "R68"}:
        standing = outlook.now.standing
        assert standing.clock_on is not None
        days = {visit.on for visit in standing.follow_ups}
        assert len(days) >= 2
        assert max(days) >= add_months(standing.clock_on, 24)
    if outlook.bg.elevated and outlook.now.state.two_years and not outlook.bg.child:
        assert not answer.stop


def check_i23_stop_means_nothing_owed(case: SurveillanceCase) -> None:
    answer = recommend(case)
    assert answer.stop == (answer.window is None) == (answer.obligations == ())
    kinds = [each.kind for each in answer.obligations]
    assert len(kinds) == len(set(kinds))


def check_i24_cited(case: SurveillanceCase) -> None:
    answer = recommend(case)
    assert answer.cites or answer.rule in {"R01", "R02", "R03", "R20"}
    assert all(citation.quote for citation in answer.citations)
    assert answer.reasons
    assert answer.facts_used


def check_i25_closing_without_contrast(case: SurveillanceCase) -> None:
    answer, now = recommend(case), outlook_of(case).now
    if background_of(case).child or not answer.stop:
        return
    if now.state.status is not CharacterisationStatus.NOT_DONE:
        return
    if now.state.pathology is PathologyResult.BENIGN_SPECIFIC:
        return
    assert answer.rule == "R50"
    form = now.course.form
    assert form.kind is LesionKind.ISOLATED_CALCIFICATION
    assert form.isolation is Isolation.CONFIRMED
    assert not any(exam.isolation is Isolation.UNCERTAIN for exam in case.exams)
    assert form.pattern is CalcificationPattern.PUNCTATE
    assert now.state.size is SizeClass.SMALL
    assert case.lesion.symptomatic is Tri.NO


def check_i26_growth_is_never_closed_unseen(case: SurveillanceCase) -> None:
    answer, outlook = recommend(case), outlook_of(case)
    grown_on = outlook.now.course.changes.growth_on
    if grown_on is None or not answer.stop or outlook.bg.child:
        return
    if answer.rule == "R41":
        assert "A19" in answer.addons
        return
    studied = [
        exam.on
        for exam in case.exams
        if exam.modality in DYNAMIC | {Modality.CEUS} and exam.adequate and exam.final
    ]
    assert max(studied, default=date.min) >= grown_on, answer.rule


def check_i25_a_waiver_is_never_closed_by_time(case: SurveillanceCase) -> None:
    """Nor is a suspicion that the MDT watches, without a contrast study that answers it."""
    answer, now = recommend(case), outlook_of(case).now
    if answer.stop and not now.state.child and now.rule.id not in {"R21", "R41", "R50"}:
        assert now.standing.basis is Basis.STUDY, answer.rule


def check_escalation_matches_rule(case: SurveillanceCase) -> None:
    """A stop has no class; everything else has one."""
    answer = recommend(case)
    assert answer.stop == (answer.escalation_class is EscalationClass.NONE)


ON_ONE_CASE: tuple[Callable[[SurveillanceCase], None], ...] = (
    check_i1_at_risk_indeterminate_has_one_dated_imaging,
    check_i2_elevated_adult_never_stops,
    check_i3_biopsy_needs_contrast_and_reason,
    check_i4_small_biopsy_is_cautioned,
    check_i5_washout_goes_to_the_mdt,
    check_i6_order_of_rows,
    check_i7_time_alone,
    check_i10_monotone_in_risk,
    check_i11_unknown_never_closes,
    check_i12_windows_are_ordered,
    check_i13_preferred_is_never_contraindicated,
    check_i14_children,
    check_i15_child_with_risk_is_never_low,
    check_i16_sex_age_and_pattern,
    check_i17_malignancy_wants_mri,
    check_i18_large_uncharacterised_is_imaged_in_56_days,
    check_i20_label_is_sticky,
    check_i21_release_needs_follow_ups,
    check_i23_stop_means_nothing_owed,
    check_i24_cited,
    check_i25_closing_without_contrast,
    check_i25_a_waiver_is_never_closed_by_time,
    check_i26_growth_is_never_closed_unseen,
    check_escalation_matches_rule,
)
WITH_CHOICES: tuple[Callable[[SurveillanceCase, Choose], None], ...] = (
    check_i8_inadequate_exam,
    check_i19_an_early_check_never_discharges,
    check_i9_later_only_when_fulfilled,
    check_i9_referral_is_never_closed_by_an_exam,
)
