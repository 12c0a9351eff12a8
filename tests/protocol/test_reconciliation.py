"""Which exam answers: certain only where nobody could doubt it, never by an inadequate study."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveillance.protocol.fulfilment import fulfils
from surveillance.protocol.identity import Identity, Named, identity_of
from surveillance.protocol.incoming import (
    IncomingReport,
    LesionOnFile,
    OwedImaging,
    Source,
    ToldLesion,
    Verdict,
)
from surveillance.protocol.recommend import recommend
from surveillance.protocol.reconciliation import reconcile
from surveillance.protocol.report_reader.reading import (
    Assertion,
    Change,
    LesionStatement,
    ReportReading,
    Span,
)
from surveillance.protocol.terms import (
    Conclusion,
    EscalationClass,
    Isolation,
    LesionKind,
    LiRads,
    Modality,
    ObligationKind,
    Segment,
    Tri,
    VisualisationScore,
)
from tests.protocol.histories import MODALITIES, SIZES, cases
from tests.protocol.scenarios import CIRRHOTIC, case, lr3

SCAN = date(2026, 6, 10)
SENTENCE = Span(0, 40)
WATCHED = case(lr3("2026-01-10", "8"), as_of=SCAN, who=CIRRHOTIC)


def on_file(told=WATCHED, label="L1", segments=()):
    """A lesion with the imaging that the protocol says is owed to it."""
    owed = [one for one in recommend(told).obligations if one.kind is ObligationKind.IMAGING]
    open_one = OwedImaging(owed[0].recommendation, owed[0].window) if owed else None
    return LesionOnFile(key=label, label=label, segments=segments, case=told, owed=open_one)


def arrived(**said):
    usual = {"on": SCAN, "modality": Modality.MRI_EXTRACELLULAR, "anatomy": "MRI liver", "ref": "A"}
    return IncomingReport(**usual | said)


def statement(size="8", **said):
    usual = {
        "sentences": (SENTENCE,),
        "assertion": Assertion.AFFIRMED,
        "is_calcified": True,
        "size_mm": Decimal(size) if size else None,
    }
    return LesionStatement(**usual | said)


def text(*statements, **said):
    return ReportReading(lesions=statements, **said)


def coded(size="8", label="L1", **values):
    size_mm = Decimal(size) if size else None
    return ToldLesion(label=label, values={"size_mm": size_mm, **values})


def the_match(report, *lesions, identity=Identity.AGREES):
    return reconcile(report, identity, lesions or (on_file(),))[0]


def codes(reasons):
    return {reason.code for reason in reasons}


def test_a_measured_lesion_in_a_signed_adequate_report_answers_and_says_why():
    match = the_match(arrived(reading=text(statement("8.2"))))

    assert match.verdict is Verdict.CERTAIN
    assert match.is_recorded
    assert match.exam.size_mm == Decimal("8.2")
    assert match.relied_on == (SENTENCE,)
    assert codes(match.reasons_for) == {
        "identity_agrees", "region_is_liver", "report_is_final", "read_in_text", "fulfils",
    }  # fmt: skip
    assert match.reasons_against == ()


def test_a_coded_finding_of_this_lesion_answers():
    match = the_match(arrived(told=(coded(lirads=LiRads.LR_3),), adequate=True))

    assert (match.verdict, match.source) == (Verdict.CERTAIN, Source.CODED)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        pytest.param({"anatomy": ""}, "region_not_named", id="no region"),
        pytest.param({"anatomy": "CT chest"}, "other_region", id="another region"),
        pytest.param({"modality": None}, "modality_unknown", id="no modality"),
        pytest.param({"reading": text()}, "lesion_not_described", id="nothing read"),
        pytest.param({"reading": text(statement(None))}, "not_fulfilled", id="not measured"),
        pytest.param(
            {"reading": text(statement(), limits=(SENTENCE,))}, "text_names_limits", id="limits"
        ),
        pytest.param(
            {"reading": text(statement(), statement("5"))}, "which_lesion", id="two lesions"
        ),
        pytest.param(
            {"reading": text(statement(change=Change.GROWN))}, "text_says_growth", id="growth"
        ),
        pytest.param(
            {"reading": text(statement(change=Change.NEW))}, "text_says_new", id="new"
        ),
        pytest.param(
            {"reading": text(statement(conclusion=Conclusion.SUSPICIOUS_HCC))},
            "text_is_suspicious",
            id="suspicious",
        ),
        pytest.param(
            {"reading": text(statement(lirads=LiRads.LR_5))}, "text_is_suspicious", id="LR-5"
        ),
        pytest.param(
            {"reading": text(statement(aphe=Tri.YES))}, "text_says_enhancement", id="APHE"
        ),
        pytest.param(
            {"reading": text(statement(assertion=Assertion.UNCERTAIN))},
            "text_is_uncertain",
            id="uncertain",
        ),
        pytest.param(
            {"reading": text(statement(None, change=Change.GONE))}, "text_says_gone", id="gone"
        ),
        pytest.param(
            {"reading": text(statement("10.1"))}, "size_crosses_limit", id="across ten millimetres"
        ),
        pytest.param({"reading": text(statement("3"))}, "size_differs", id="much smaller"),
        pytest.param(
            {"reading": text(statement(kind=LesionKind.CYSTIC))},
            "text_says_other_kind",
            id="another kind",
        ),
        pytest.param(
            {"told": (coded(label="L7"),), "adequate": True}, "coded_elsewhere", id="other label"
        ),
        pytest.param(
            {"told": (coded(),), "reading": text(limits=(SENTENCE,)), "adequate": True},
            "text_names_limits",
            id="adequate, but the text names limits",
        ),
        pytest.param(
            {
                "told": (coded(lirads=LiRads.LR_3),),
                "adequate": True,
                "reading": text(statement(conclusion=Conclusion.SUSPICIOUS_HCC)),
            },
            "text_is_suspicious",
            id="the text says more than the code",
        ),
    ],
)  # fmt: skip
def test_a_doubt_is_put_to_a_person_and_named(changed, why):
    usual = {"reading": text(statement())}

    match = the_match(arrived(**usual | changed))

    assert match.verdict is Verdict.LIKELY
    assert why in codes(match.reasons_against)
    assert not match.is_recorded


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        pytest.param({"is_final": False}, "report_not_final", id="preliminary"),
        pytest.param({"adequate": False}, "exam_not_adequate", id="not adequate"),
        pytest.param({"vis": VisualisationScore.C}, "exam_not_adequate", id="VIS-C"),
        pytest.param(
            {"anatomy": "MRI brain", "reading": text()}, "other_region", id="another region"
        ),
        pytest.param({"modality": Modality.PET_CT}, "cannot_fulfil", id="wrong modality"),
        pytest.param({"on": date(2026, 1, 9)}, "cannot_fulfil", id="older than the need"),
    ],
)
def test_what_no_person_could_accept_is_refused_with_the_reason(changed, why):
    match = the_match(arrived(**{"reading": text(statement())} | changed))

    assert match.verdict is Verdict.NO
    assert why in codes(match.reasons_against)


def test_a_record_number_alone_is_never_certain():
    report = arrived(reading=text(statement()))

    by_number = the_match(report, identity=Identity.NUMBER_ONLY)
    contradicted = the_match(report, identity=Identity.CONTRADICTS)

    assert {by_number.verdict, contradicted.verdict} == {Verdict.LIKELY}
    assert not by_number.is_recorded
    assert not contradicted.is_recorded


def test_an_inadequate_attempt_goes_on_file_where_an_exam_was_owed():
    match = the_match(arrived(adequate=False))

    assert (match.verdict, match.source) == (Verdict.NO, Source.STATED)
    assert match.is_recorded
    assert not match.exam.adequate


def test_a_danger_is_never_filed_away_unseen():
    suspicious = text(statement(conclusion=Conclusion.SUSPICIOUS_HCC))
    pet_ct = {"modality": Modality.PET_CT, "told": (coded(lirads=LiRads.LR_5),)}

    in_preliminary = the_match(arrived(is_final=False, reading=suspicious))
    in_wrong_exam = the_match(arrived(**pet_ct))

    assert {in_preliminary.verdict, in_wrong_exam.verdict} == {Verdict.LIKELY}


def test_text_lets_nobody_out_and_a_code_may():
    low = case(lr3("2026-01-10", "8"), as_of=date(2026, 7, 20))
    benign = {"conclusion": Conclusion.ISOLATED_CALCIFICATION, "lirads": LiRads.LR_1}
    on = {"on": date(2026, 7, 20), "modality": Modality.MRI_HEPATOBILIARY}

    read = the_match(arrived(**on, reading=text(statement(**benign))), on_file(low))
    said = the_match(arrived(**on, told=(coded(**benign),), adequate=True), on_file(low))

    assert read.verdict is not Verdict.CERTAIN
    assert said.verdict is Verdict.CERTAIN


def test_text_speaks_of_the_lesion_in_the_segment_it_names():
    left, right = (
        on_file(label="L1", segments=(Segment.II,)),
        on_file(label="L2", segments=(Segment.VIII,)),
    )

    first, second = reconcile(
        arrived(reading=text(statement(segments=(Segment.VIII,)))), Identity.AGREES, (left, right)
    )

    assert (first.verdict, second.verdict) == (Verdict.LIKELY, Verdict.CERTAIN)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param(Named(), Identity.NUMBER_ONLY, id="number alone"),
        pytest.param(Named(family_name="Núñez-Lima"), Identity.NUMBER_ONLY, id="half a name"),
        pytest.param(
            Named(family_name="NUNEZ", given_name="Ana"), Identity.AGREES, id="one family name"
        ),
        pytest.param(Named(birth_date=date(1970, 5, 17)), Identity.AGREES, id="birth date"),
        pytest.param(
            Named(family_name="Núñez Lima", given_name="Eva", birth_date=date(1970, 5, 17)),
            Identity.CONTRADICTS,
            id="twin",
        ),
        pytest.param(
            Named(family_name="Núñez Lima", given_name="Ana", birth_date=date(1970, 7, 15)),
            Identity.CONTRADICTS,
            id="other birth date",
        ),
    ],
)
def test_identity_takes_two_identifiers(told, expected):
    ana = Named(family_name="Núñez Lima", given_name="Ana María", birth_date=date(1970, 5, 17))

    assert identity_of(told, ana) is expected


def _maybe(values):
    return st.none() | st.sampled_from(values)


STATEMENTS = st.builds(
    LesionStatement,
    sentences=st.just((SENTENCE,)),
    assertion=st.sampled_from([Assertion.AFFIRMED] * 4 + list(Assertion)),
    is_calcified=st.booleans(),
    size_mm=_maybe(SIZES),
    kind=_maybe(list(LesionKind)),
    isolation=_maybe(list(Isolation)),
    change=_maybe([Change.STABLE, *Change]),
    conclusion=_maybe(list(Conclusion)),
    lirads=_maybe(list(LiRads)),
    aphe=_maybe(list(Tri)),
)
READINGS = st.builds(
    ReportReading,
    lesions=st.lists(STATEMENTS, max_size=2).map(tuple),
    limits=st.sampled_from([(), (), (SENTENCE,)]),
    vis=_maybe(list(VisualisationScore)),
)
CODED = st.builds(
    ToldLesion,
    label=st.sampled_from(["L1", "L1", "", "L9"]),
    values=st.fixed_dictionaries(
        {
            "size_mm": _maybe(SIZES),
            "lesion_seen": st.booleans(),
            "lirads": _maybe(list(LiRads)),
            "conclusion": _maybe(list(Conclusion)),
            "aphe": st.sampled_from(list(Tri)),
        }
    ),
)


@st.composite
def plain_reports(draw, told):
    """Nothing to object to but what the case itself says: these are often certain."""
    measured = [exam.size_mm for exam in told.exams if exam.size_mm] or SIZES
    size = draw(st.sampled_from(measured))
    is_coded = draw(st.booleans())
    return arrived(
        on=told.as_of,
        modality=draw(st.sampled_from(MODALITIES)),
        adequate=draw(st.sampled_from([True, True, None, False])) if is_coded else None,
        told=(coded(size),) if is_coded else (),
        reading=text() if is_coded else text(statement(size)),
    )


@st.composite
def reports(draw, told):
    return IncomingReport(
        on=told.as_of - timedelta(days=draw(st.sampled_from([0, 0, 1, 30]))),
        modality=draw(_maybe(MODALITIES)),
        anatomy=draw(st.sampled_from(["US liver", "CT abdomen", "MRI liver", "", "CT chest"])),
        is_final=draw(st.sampled_from([True, True, False])),
        adequate=draw(st.sampled_from([None, True, True, False])),
        vis=draw(_maybe(list(VisualisationScore))),
        whole_liver=draw(_maybe([True, False])),
        told=draw(st.lists(CODED, max_size=1).map(tuple)),
        reading=draw(READINGS),
        ref="incoming",
    )


@settings(max_examples=250, deadline=None)
@given(st.data())
def test_certain_is_what_fulfils_and_text_never_reassures(data):
    told = data.draw(cases())
    told = replace(told, as_of=told.as_of + timedelta(days=data.draw(st.sampled_from([90, 150]))))
    lesion, report = on_file(told), data.draw(plain_reports(told) | reports(told))
    identity = data.draw(st.sampled_from([Identity.AGREES, *Identity]))

    [match] = reconcile(report, identity, (lesion,))

    before = recommend(told)
    if match.is_recorded:
        assert identity is Identity.AGREES
        closes = (
            lesion.owed is not None
            and fulfils(
                match.exam,
                told,
                ObligationKind.IMAGING,
                lesion.owed.recommendation,
                lesion.owed.window,
            ).fulfilled
        )
        assert closes == (match.verdict is Verdict.CERTAIN)
    if match.verdict is not Verdict.CERTAIN:
        return
    assert match.is_recorded
    assert report.is_final
    assert match.exam.adequate
    assert match.exam.vis is not VisualisationScore.C
    if match.source is Source.TEXT:
        after = recommend(replace(told, exams=(*told.exams, match.exam)))
        ranks = list(EscalationClass)
        assert after.obligations
        assert ranks.index(after.escalation_class) >= ranks.index(before.escalation_class)
