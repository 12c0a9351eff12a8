"""How a person proved who they are, read from the steps that allauth keeps in the session."""

from collections.abc import Iterable, Mapping
from typing import Any

EHR_LAUNCH = "ehr_launch"
"""An EHR that the person's site trusts vouched for them; never a second factor (docs/adr/0061)."""
WORDS = {"socialaccount": "single_sign_on", "mfa": "second_factor"}


def method_of(records: Iterable[Mapping[str, Any]]) -> str:
    """The steps in words: "password", "password+totp", "passkey", "single_sign_on"."""
    steps = [_step(record) for record in records if not record.get("reauthenticated")]
    return "+".join(dict.fromkeys(steps))


def by_single_sign_on(records: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the provider of single sign-on vouched for the person in this session."""
    return any(record.get("method") == "socialaccount" for record in records)


def _step(record: Mapping[str, Any]) -> str:
    if record.get("passwordless"):
        return "passkey"
    method = str(record.get("method", ""))
    return str(record.get("type") or WORDS.get(method, method))
