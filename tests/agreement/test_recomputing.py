"""Every stored decision can be recomputed bit for bit from what is stored with it (I30)."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from surveillance.answers import answer_as_json, case_as_json
from surveillance.cases import build_case
from surveillance.models import LesionAssessment, LesionEventKind, OverrideKind
from surveillance.protocol.case_json import read_case, read_line
from surveillance.protocol.facts import Provenance, SurveillanceCase
from surveillance.protocol.recommend import recommend
from surveillance.protocol.recommendation import Recommendation
from surveillance.protocol.terms import Conclusion, LiRads, Modality, Tri
from surveillance.workflows.append_override import append_override
from surveillance.workflows.assess_lesion import assess_lesion
from tests.factories import NOW, TODAY, AfpResultFactory, RiskProfileFactory, UserFactory
from tests.protocol.histories import cases
from tests.surveillance.factories import (
    ImagingExamFactory,
    LesionEventFactory,
    LesionFactory,
    LesionObservationFactory,
)


@pytest.mark.django_db
def test_stored_decision_is_recomputed_from_its_stored_inputs():
    lesion = _eventful_lesion()
    assess_lesion(lesion=lesion, cause="test", by=None, now=NOW)

    stored = LesionAssessment.objects.filter(overrides=None).newest_first()[0]

    again = read_case(read_line(json.dumps(stored.inputs)))
    assert again == build_case(lesion, as_of=TODAY)
    assert answer_as_json(recommend(again)) == stored.answer
    assert recommend(again).protocol_version == stored.protocol_version


@settings(max_examples=min(settings().max_examples, 500))
@given(case=cases())
def test_any_case_survives_being_written_and_read(case):
    sourced = replace(
        case.patient, provenance={"cirrhosis": Provenance("letter", date(2026, 1, 2), "Dr A")}
    )
    case = replace(case, patient=sourced)

    again = _written_and_read(case)

    assert _written_and_read(again) == again  # 10.0 mm is read back as 10 mm, and stays so
    assert _decided(again) == _decided(case)


def _written_and_read(case: SurveillanceCase) -> SurveillanceCase:
    return read_case(read_line(json.dumps(case_as_json(case))))


def _decided(case: SurveillanceCase) -> Recommendation:
    return replace(recommend(case), reasons=(), facts_used=())


def _eventful_lesion():
    """Something of everything that can be on file."""
    lesion = LesionFactory()
    author = UserFactory(first_name="Ada", last_name="Nurse")
    RiskProfileFactory(
        patient=lesion.patient,
        cirrhotic=True,
        contraindications=["GADOLINIUM_ALLERGY"],
        egfr=Decimal("25.0"),
        recorded_by=author,
    )
    AfpResultFactory(patient=lesion.patient, value_ng_ml=Decimal("12.50"), rising=True)
    exams: list[tuple[date, Modality, dict[str, Any]]] = [
        (date(2026, 1, 31), Modality.CT_MULTIPHASE, {"lirads": LiRads.LR_3, "aphe": Tri.NO}),
        (date(2026, 5, 30), Modality.US, {"size_mm": Decimal("9.90")}),
        (date(2026, 8, 29), Modality.CT_MULTIPHASE, {"conclusion": Conclusion.INDETERMINATE}),
    ]
    for day, modality, said in exams:
        exam = ImagingExamFactory(patient=lesion.patient, performed_on=day, modality=modality)
        LesionObservationFactory(lesion=lesion, exam=exam, **said)
    kinds = LesionEventKind
    LesionEventFactory(lesion=lesion, occurred_on=date(2026, 2, 10))
    LesionEventFactory(lesion=lesion, kind=kinds.PATHOLOGY, value="NONDIAGNOSTIC")
    LesionEventFactory(lesion=lesion, kind=kinds.SYMPTOMS, value="YES")
    LesionEventFactory(
        lesion=lesion, kind=kinds.CHARACTERISATION_WAIVER, value="WAIVED", evidence="no contrast"
    )
    computed = assess_lesion(lesion=lesion, cause="test", by=None, now=NOW)
    append_override(
        overridden=computed,
        kind=OverrideKind.CLOSE,
        reason="palliative",
        as_of=TODAY,
        by=author,
        now=NOW,
    )
    return lesion
