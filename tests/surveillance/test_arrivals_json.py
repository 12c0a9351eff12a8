"""What is kept of an arrival says the same when it is read again."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from surveillance.arrivals import KINDS
from surveillance.arrivals_json import arrival_as_json, arrival_from_json


@settings(max_examples=25)
@given(st.one_of([st.from_type(cls) for cls in KINDS]))
def test_an_arrival_is_the_same_after_json(arrival: object) -> None:
    kept = json.loads(json.dumps(arrival_as_json(arrival)))  # type: ignore[arg-type]

    assert repr(arrival_from_json(kept)) == repr(arrival)  # NaN equals NaN in words only
