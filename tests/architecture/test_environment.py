"""Settings come from the environment, and a broken environment does not start."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from hepcalc_site.env import Environment


def test_every_fault_is_named_at_once() -> None:
    env = Environment({"DEBUG": "maybe"})

    env.secret("SECRET_KEY")
    env.boolean("DEBUG", default=False)

    with pytest.raises(ImproperlyConfigured) as refusal:
        env.refuse_if_broken()
    assert "SECRET_KEY is not set" in str(refusal.value)
    assert "DEBUG is 'maybe'" in str(refusal.value)
