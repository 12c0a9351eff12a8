"""The second implementation, in SQL and from raw facts, never disagrees with what is open."""

from datetime import date
from typing import Any

import pytest

from patients.models import PatientStatus
from surveillance.independent import owed_by_the_facts_alone
from surveillance.models import Lesion
from tests.factories import NOW, TODAY, PatientFactory
from tests.surveillance.factories import (
    ImagingExamFactory,
    LesionEventFactory,
    LesionFactory,
    LesionObservationFactory,
)

pytestmark = pytest.mark.django_db
MRI = "MRI_HEPATOBILIARY"


def seen(lesion: Lesion, modality: str = "US", on: date = date(2026, 6, 1), **said: Any) -> None:
    about_exam = {name: said.pop(name) for name in ("adequate", "report_status") if name in said}
    exam = ImagingExamFactory(
        patient=lesion.patient, modality=modality, performed_on=on, **about_exam
    )
    LesionObservationFactory(exam=exam, lesion=lesion, **{"size_mm": 7} | said)


def reasons(lesion: Lesion, today: date = TODAY) -> list[str]:
    found = owed_by_the_facts_alone(site=lesion.patient.site_id, today=today)
    return [reason.split(":")[0] for pk, reason in found if pk == lesion.pk]


@pytest.fixture
def low() -> Lesion:
    """A nodule in a low-risk liver that a contrast MRI has called indeterminate."""
    lesion = LesionFactory(patient=PatientFactory(low_risk=True), kind="NODULE_OR_MASS")
    seen(lesion, MRI)
    return lesion


def test_what_may_be_closed_is_not_named(low: Lesion) -> None:
    assert reasons(low) == []


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        pytest.param({"cirrhotic": True}, "I2, I15", id="cirrhosis"),
        pytest.param({"hepatitis_b": True}, "I2, I15", id="hepatitis B"),
        pytest.param({}, "I2, I15", id="nothing known"),
        pytest.param({"low_risk": True, "birth_date": None}, "R05", id="no birth date"),
        pytest.param({"low_risk": True, "birth_date": date(2026, 7, 1)}, "R05", id="born later"),
        pytest.param({"low_risk": True, "birth_date": date(2019, 1, 1)}, "R16", id="child"),
    ],
)
def test_what_must_stay_open_is_named(who: dict[str, Any], reason: str) -> None:
    lesion = LesionFactory(patient=PatientFactory(**who))
    seen(lesion, MRI)

    assert reasons(lesion) == [reason]


@pytest.mark.parametrize("status", list(PatientStatus))
def test_only_some_statuses_end_it(status: PatientStatus) -> None:
    lesion = LesionFactory(patient=PatientFactory(cirrhotic=True, status=status, status_on=TODAY))
    seen(lesion)

    ended = {"DECEASED", "TRANSFERRED_ACKNOWLEDGED", "SURVEILLANCE_NOT_APPROPRIATE"}
    assert bool(reasons(lesion)) is (status.value not in ended)


@pytest.mark.parametrize(
    ("modality", "said", "reason"),
    [
        pytest.param("US", {}, ["I25"], id="ultrasound only"),
        pytest.param(MRI, {"adequate": False}, ["I25"], id="limited"),
        pytest.param(MRI, {"report_status": "PRELIMINARY"}, ["I25"], id="unsigned"),
        pytest.param(MRI, {"lirads": "LR-NC"}, ["I25"], id="not categorised"),
        pytest.param("CT_MULTIPHASE", {"aphe": "YES", "washout": "YES"}, ["I5"], id="washout"),
        pytest.param("CT_SINGLE_PHASE", {}, [], id="with contrast"),
    ],
)
def test_low_risk_closes_on_a_contrast_study_without_danger(
    modality: str, said: dict[str, Any], reason: list[str]
) -> None:
    lesion = LesionFactory(patient=PatientFactory(low_risk=True), kind="NODULE_OR_MASS")
    seen(lesion, modality, **said)

    assert reasons(lesion) == reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({}, [], id="proved spot"),
        pytest.param({"size_mm": 10}, ["I25"], id="10 mm"),
        pytest.param({"isolation": "UNCERTAIN"}, ["I25"], id="uncertain"),
        pytest.param({"pattern": "SEPTAL"}, ["I25"], id="not punctate"),
    ],
)
def test_a_spot_closes_unseen_by_contrast_only_if_proved(
    changes: dict[str, Any], reason: list[str]
) -> None:
    lesion = LesionFactory(patient=PatientFactory(low_risk=True), kind="ISOLATED_CALCIFICATION")
    seen(lesion, **{"isolation": "CONFIRMED", "pattern": "PUNCTATE"} | changes)

    assert reasons(lesion) == reason


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        pytest.param({"kind": "PATHOLOGY", "value": "MALIGNANT"}, ["R20"], id="malignant"),
        pytest.param({"kind": "REMOVED_OR_TREATED", "value": "REMOVED"}, [], id="removed"),
    ],
)
def test_events_count_unless_retracted(
    low: Lesion, event: dict[str, Any], reason: list[str]
) -> None:
    LesionEventFactory(lesion=low, kind="PATHOLOGY", value="MALIGNANT",
                       retracted_at=NOW, retracted_reason="other patient")  # fmt: skip
    assert reasons(low) == []

    LesionEventFactory(lesion=low, **event)

    assert reasons(low) == reason


@pytest.mark.parametrize(
    ("today", "named"), [(date(2026, 2, 28), True), (date(2026, 3, 1), False)], ids=str
)
def test_adults_are_adults_on_their_birthday(today: date, named: bool) -> None:
    """Born on 29 February: adult on 1 March."""
    lesion = LesionFactory(
        patient=PatientFactory(low_risk=True, birth_date=date(2008, 2, 29)), kind="NODULE_OR_MASS"
    )
    seen(lesion, MRI, on=date(2026, 1, 1))

    assert (reasons(lesion, today) == ["R16"]) is named
