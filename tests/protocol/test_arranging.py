"""Which order or booking may silence a chase: only one whose report could end what is owed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveillance.protocol.arranging import Answer, may_serve
from surveillance.protocol.fulfilment import fulfils
from surveillance.protocol.incoming import OwedImaging
from surveillance.protocol.other_services import is_another_service
from surveillance.protocol.recommend import recommend
from surveillance.protocol.terms import Modality, ObligationKind
from tests.protocol.histories import MODALITIES, cases
from tests.protocol.scenarios import CIRRHOTIC, case, day, lr3, us

AS_OF = day("2026-06-10")
SMALL = case(lr3("2026-01-10", "8"), as_of=AS_OF, who=CIRRHOTIC)
LARGE = case(lr3("2026-01-10", "16"), as_of=AS_OF, who=CIRRHOTIC)
UNCHARACTERISED = case(us("2026-01-10", "16"), as_of=AS_OF, who=CIRRHOTIC)
YES, NO, UNCLEAR = Answer.YES, Answer.NO, Answer.UNCLEAR


def owed_to(told: Any) -> tuple[OwedImaging, Modality | None]:
    decided = recommend(told)
    owed = next(one for one in decided.obligations if one.kind is ObligationKind.IMAGING)
    return OwedImaging(owed.recommendation, owed.window), decided.preferred_modality


def answer(told: Any, modality: Modality | None, *words: str) -> Answer:
    owed, advised = owed_to(told)
    return may_serve(words or ("liver",), modality, owed, case=told, advised=advised)


@pytest.mark.parametrize(
    ("told", "modality", "expected"),
    [
        pytest.param(SMALL, Modality.US, YES, id="small, ultrasound"),
        pytest.param(SMALL, Modality.MRI_HEPATOBILIARY, YES, id="small, contrast"),
        pytest.param(SMALL, Modality.CT_NONCONTRAST, NO, id="small, plain CT"),
        pytest.param(LARGE, Modality.US, NO, id="large, ultrasound"),
        pytest.param(LARGE, Modality.CT_NONCONTRAST, NO, id="large, plain CT"),
        pytest.param(LARGE, Modality.MRI_NONCONTRAST, NO, id="large, plain MRI"),
        pytest.param(LARGE, Modality.CT_MULTIPHASE, YES, id="large, contrast"),
        pytest.param(UNCHARACTERISED, Modality.US, NO, id="owes contrast, ultrasound"),
        pytest.param(UNCHARACTERISED, Modality.CT_SINGLE_PHASE, NO, id="owes contrast, one phase"),
        pytest.param(UNCHARACTERISED, Modality.MRI_EXTRACELLULAR, YES, id="owes contrast, has it"),
        pytest.param(SMALL, Modality.XR, NO, id="plain film"),
        pytest.param(SMALL, None, UNCLEAR, id="no modality"),
    ],
)
def test_a_modality_serves_what_its_report_could_end(
    told: Any, modality: Modality | None, expected: Answer
) -> None:
    assert answer(told, modality) is expected


@given(told=cases(), modality=st.sampled_from(MODALITIES))
def test_no_exam_that_ends_it_was_called_useless(told: Any, modality: Modality) -> None:
    """What a report on file did end, its booking may have served."""
    for owed in (one for one in recommend(told).obligations if one.kind is ObligationKind.IMAGING):
        need = OwedImaging(owed.recommendation, owed.window)
        for exam in told.exams:
            ended = fulfils(exam, told, owed.kind, owed.recommendation, owed.window).fulfilled
            kept = may_serve(("liver",), exam.modality, need, case=told)
            assert not ended or kept is not UNCLEAR
        assert may_serve(("liver",), modality, need, case=told) in (YES, NO)


@pytest.mark.parametrize(
    "words",
    [
        "Dental cleaning",
        "Flu vaccination",
        "Colonoscopy",
        "Hepatology clinic visit",
        "Complete blood count",
        "Liver function tests",
        "Hepatitis B antibody",
        "Physiotherapy",
        "Abdominal surgery",
        "Laparoscopic cholecystectomy",
    ],
)
def test_what_is_no_imaging_needs_no_person(words: str) -> None:
    assert answer(UNCHARACTERISED, None, words) is NO


@pytest.mark.parametrize(
    "words",
    [
        "",
        "CHRG 4711",
        "Liver clinic: ultrasound",
        "Outpatient CT abdomen",
        "Appointment radiology",
        "MRI liver, patient in wheelchair",
        "CT guided liver surgery planning",
        "Abdomen",
    ],
)
def test_what_may_be_imaging_waits_for_a_person(words: str) -> None:
    assert not is_another_service(words)
    assert answer(UNCHARACTERISED, None, words) is UNCLEAR
