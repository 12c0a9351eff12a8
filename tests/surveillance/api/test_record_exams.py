"""Several exams at once: good ones go in beside refused ones."""

from typing import Any

import pytest

from surveillance.models import ImagingExam
from tests.factories import PatientFactory
from tests.surveillance.api.scenes import a_system
from tests.surveillance.api.verb_scene import Scene, a_scene

pytestmark = pytest.mark.django_db
WHERE = "/api/v1/imaging-exams/record-exams/"


@pytest.fixture
def scene() -> Scene:
    return a_scene()


def send(scene: Scene, said: Any) -> Any:
    client = a_system(scene.site, scope="record-exam").client
    return client.post(WHERE, said, format="json", headers={"idempotency-key": "k"})


def test_each_exam_is_answered_for_itself(scene: Scene) -> None:
    good = scene.body("record-exam") | {"patient": str(scene.patient.pk)}
    stranger = good | {"patient": str(PatientFactory().pk), "accession": "MR-10"}
    future = good | {"performed_on": "2100-01-01", "accession": "MR-11"}
    misspelt = good | {"acession": "MR-12"}

    answer = send(scene, [good, stranger, future, misspelt, good])

    rows = answer.json()
    assert [row["exam"] and row["exam"]["created"] for row in rows] == [
        True, None, None, None, False,
    ]  # fmt: skip
    assert [row["problem"] and row["problem"]["status"] for row in rows] == [
        None, 400, 409, 400, None,
    ]  # fmt: skip
    assert ImagingExam.objects.filter(accession__startswith="MR-").count() == 1


@pytest.mark.parametrize("said", [[], {}, [{}] * 101])
def test_what_is_no_list_of_exams_is_a_problem(scene: Scene, said: Any) -> None:
    assert send(scene, said).json()["code"] == "no_exams"
