"""Every test vector, field by field; citations may be more than those expected."""

import json
from pathlib import Path

import pytest

from surveillance.protocol.case_json import read_case, read_line
from surveillance.protocol.decision_json import decision_json
from surveillance.protocol.recommend import recommend

VECTORS = Path(__file__).parents[1] / "data" / "cases.jsonl"
LINES = VECTORS.read_text(encoding="utf-8").splitlines()


def test_vectors_are_all_here() -> None:
    assert len(LINES) == 76


@pytest.mark.parametrize("line", LINES, ids=lambda line: json.loads(line)["id"])
def test_vector(line: str) -> None:
    expected = json.loads(line)["expect"]
    case = read_case(read_line(line))

    answer = decision_json(case, recommend(case))

    assert set(expected.pop("cites")) <= set(answer["cites"])  # type: ignore[call-overload]
    assert {name: answer[name] for name in expected} == expected
