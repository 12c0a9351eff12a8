"""What a daily digest says: of each kind of thing how many wait, and nothing about anybody."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from patients.prepared import Prepared, slot
from surveillance.models import (
    Escalation,
    FollowUp,
    Notification,
    NotificationTemplate,
    unsettled,
)

PAST, BACK, WAITING = "PAST", "BACK", "WAITING"
LINES: Final = {
    PAST: ("case past the last day waits", "cases past the last day wait", " for your answer"),
    BACK: ("case came back", "cases came back", ": the day you gave has passed"),
    WAITING: ("case waits", "cases wait", " for your answer before the last day"),
    NotificationTemplate.ORDER_MISSING: ("order is", "orders are", " missing"),
    NotificationTemplate.BOOKING_MISSING: ("appointment is", "appointments are", " missing"),
    NotificationTemplate.CONTACT_PATIENT: (
        "patient without an appointment is",
        "patients without an appointment are",
        " to be called",
    ),
}
"""One, several, and what is said of either; the most urgent first."""


_TOLD = Prepared(
    lambda: unsettled(
        Notification.objects.filter(digest=slot(Notification, "digest")),
        slot(FollowUp, "booked_for", "on"),
    ).select_related("escalation__follow_up")
)


def digest_words(message: Notification) -> dict[str, str]:
    """`cases` in one sentence and `lines` in one line each; empty for any other message.

    What was settled by the morning of the digest is not counted any more.
    """
    if message.template != NotificationTemplate.DAILY_DIGEST:
        return {}
    today = message.site.local_date(message.not_before)
    lines = digest_lines(kinds_of(_TOLD.ask(digest=message.pk, on=today), today))
    return {"cases": "; ".join(lines), "lines": "\n".join(f"- {line}" for line in lines)}


def kinds_of(told: Iterable[Notification], today: date) -> Counter[str]:
    """How many cases and follow-ups of each kind; a case of which two messages tell is one."""
    cases: dict[object, str] = {}
    prompts = set()
    for one in told:
        if one.escalation is None:
            prompts.add((one.template, one.follow_up_id))
        elif cases.get(one.escalation_id) != BACK:
            cases[one.escalation_id] = _kind(one, one.escalation, today)
    return Counter(cases.values()) + Counter(template for template, _about in prompts)


def _kind(message: Notification, escalation: Escalation, today: date) -> str:
    if message.template == NotificationTemplate.ESCALATION_RETURNED:
        return BACK
    return PAST if escalation.follow_up.latest_on < today else WAITING


def digest_lines(kinds: Mapping[str, int]) -> list[str]:
    """'2 orders are missing', one for each kind of which there is any, the most urgent first."""
    return [
        f"{kinds[kind]} {one if kinds[kind] == 1 else several}{rest}"
        for kind, (one, several, rest) in LINES.items()
        if kinds.get(kind)
    ]
