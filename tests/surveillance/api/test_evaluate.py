"""Written cases over HTTP are answered as by `manage.py decide`."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from surveillance.api.evaluate import CASE
from surveillance.protocol.written_cases import answer_to
from tests.surveillance.api.scenes import a_system

pytestmark = pytest.mark.django_db
VECTORS = (Path(__file__).parents[2] / "data" / "cases.jsonl").read_bytes().splitlines()
WHERE = "/api/v1/decisions/evaluate/"


@pytest.fixture
def client() -> Client:
    return a_system(scope="decisions.evaluate").client


def evaluate(client: Client, body: bytes) -> Any:
    return client.post(WHERE, body, content_type="application/json")


def test_all_vectors_in_one_list_are_answered_as_by_the_command(client: Client) -> None:
    answer = evaluate(client, b"[" + b",".join(VECTORS) + b"]")

    assert answer.status_code == 200
    assert answer.json() == json.loads(json.dumps([answer_to(line) for line in VECTORS]))


def test_one_case_is_answered_by_one_object(client: Client) -> None:
    assert evaluate(client, VECTORS[0]).json() == json.loads(json.dumps(answer_to(VECTORS[0])))


def test_the_example_in_the_description_is_one(client: Client) -> None:
    assert evaluate(client, json.dumps(CASE).encode()).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"{", id="no JSON"),
        pytest.param(b"\xff", id="no UTF-8"),
        pytest.param(b'{"id": "1", "id": "2"}', id="a field twice"),
        pytest.param(b'{"id": "1", "patinet": {}}', id="a misspelt field"),
        pytest.param(b"[" + b"null," * 1000 + b"null]", id="too many"),
    ],
)
def test_one_case_that_cannot_be_understood_is_a_problem(client: Client, body: bytes) -> None:
    answer = evaluate(client, body)

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["detail"]


def test_in_a_list_such_a_case_is_answered_beside_the_others(client: Client) -> None:
    bad = rb'{"id": "\ud800", "as_of": "soon"}'

    answer = evaluate(client, b"[" + VECTORS[0] + b"," + bad + b"]").json()

    assert (answer[0]["id"], sorted(answer[1])) == ("D01", ["error", "id"])
