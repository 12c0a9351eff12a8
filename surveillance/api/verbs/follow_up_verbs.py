"""Verbs about what is owed. All of them take `If-Match`."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from rest_framework import serializers

from patients.models import Membership
from surveillance.api.scopes import Scope
from surveillance.api.verbs import results
from surveillance.api.verbs.reading import LONGEST_WORDS, Nothing, Reason, Said, short, words
from surveillance.api.verbs.targets import FOLLOW_UP
from surveillance.api.verbs.verb import Ask, Verb
from surveillance.models import FollowUp, FollowUpOutcome
from surveillance.ownership import ACCOUNTABLE
from surveillance.roles import Permission
from surveillance.workflows.book_follow_up import book_follow_up
from surveillance.workflows.cancel_order import cancel_order
from surveillance.workflows.close_follow_up import BY_HAND, close_follow_up
from surveillance.workflows.disown_follow_up import disown_follow_up
from surveillance.workflows.reassign import reassign
from surveillance.workflows.record_missed_appointment import record_missed_appointment
from surveillance.workflows.record_order import record_order
from surveillance.workflows.record_outside_care import record_outside_care
from surveillance.workflows.snooze_follow_up import snooze_follow_up

MOST_ALSO = 50


class BookInput(Said):
    """An appointment; `booked_for` null cancels the one on file, with a reason."""

    booked_for = serializers.DateField(allow_null=True)
    order_number = short(64)
    ordered_on = serializers.DateField(required=False, allow_null=True)
    also = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=MOST_ALSO,
        help_text="Follow-ups of the patient booked with it",
    )
    reason = words()


class OrderInput(Said):
    """The order that was placed."""

    order_number = serializers.CharField(max_length=64)
    ordered_on = serializers.DateField()
    also = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=MOST_ALSO,
        help_text="Follow-ups of the patient ordered with it",
    )


class SnoozeInput(Said):
    """Until when it is put aside, and why."""

    until = serializers.DateField()
    reason = serializers.CharField(max_length=LONGEST_WORDS)


class CloseInput(Said):
    """How it ended."""

    outcome = serializers.ChoiceField(choices=[one.value for one in BY_HAND])
    note = serializers.CharField(max_length=LONGEST_WORDS)


class ReassignInput(Said):
    """Who answers for it from now on: the user name of somebody in post at the site."""

    owner = serializers.CharField(max_length=150)
    reason = words(default="")


class DisownInput(Said):
    """What the next person should know."""

    note = words(default="")


class OutsideCareInput(Said):
    """Where somebody else follows the patient, and what shows it."""

    institution = serializers.CharField(max_length=200)
    evidence = serializers.CharField(max_length=LONGEST_WORDS)
    document_reference = short(200)
    expires_on = serializers.DateField()


def _versioned(ask: Ask) -> Mapping[str, Any]:
    return {"follow_up": ask.row, "expected_version": ask.version, **ask.signed}


def _also(ask: Ask) -> list[FollowUp]:
    named = set(ask.said.get("also", ())) - {ask.row.pk}
    rows = list(FollowUp.objects.open().filter(pk__in=named, patient=ask.row.patient_id))
    if len(rows) != len(named):
        problem = "One of these is no open follow-up of this patient."
        raise serializers.ValidationError({"also": [problem]})
    return rows


def _book(ask: Ask) -> object:
    return book_follow_up(**ask.said | {"also": _also(ask)}, **_versioned(ask))


def _order(ask: Ask) -> object:
    return record_order(**ask.said | {"also": _also(ask)}, **_versioned(ask))


def _cancel(ask: Ask) -> object:
    return cancel_order(reason=ask.said["reason"], **_versioned(ask))


def _missed(ask: Ask) -> object:
    return record_missed_appointment(**_versioned(ask))


def _snooze(ask: Ask) -> object:
    return snooze_follow_up(**ask.said, **_versioned(ask))


def _close(ask: Ask) -> object:
    outcome = FollowUpOutcome(ask.said["outcome"])
    if outcome == FollowUpOutcome.NOT_APPROPRIATE:
        ask.caller.require(Permission.CLOSE_SIGNED, ask.row.site)
    return close_follow_up(outcome=outcome, note=ask.said["note"], **_versioned(ask))


def _reassign(ask: Ask) -> object:
    owner = _in_post(ask)
    return reassign(owner=owner, reason=ask.said["reason"], **_versioned(ask))


def _in_post(ask: Ask) -> User:
    held = Membership.objects.current().filter(site=ask.row.site, role__in=ACCOUNTABLE)
    found = held.filter(user__username=ask.said["owner"]).select_related("user").first()
    if found is None:
        problem = "Nobody of that user name can answer for it at this site."
        raise serializers.ValidationError({"owner": [problem]})
    return found.user


def _disown(ask: Ask) -> object:
    return disown_follow_up(note=ask.said["note"], **_versioned(ask))


def _outside_care(ask: Ask) -> object:
    return record_outside_care(follow_up=ask.row, **ask.said, **ask.signed)


VERBS = (
    Verb(
        Scope.BOOK_FOLLOW_UP, Permission.BOOK, BookInput, results.FollowUpResult, _book,
        {"booked_for": "2026-12-01"}, FOLLOW_UP, summary="Note, move or cancel an appointment",
    ),
    Verb(
        Scope.RECORD_ORDER, Permission.BOOK, OrderInput, results.FollowUpResult, _order,
        {"order_number": "ORD-1", "ordered_on": "2026-09-01"}, FOLLOW_UP,
        summary="Note an order",
    ),
    Verb(
        Scope.CANCEL_ORDER, Permission.BOOK, Reason, results.FollowUpResult, _cancel,
        {"reason": "Withdrawn by radiology"}, FOLLOW_UP,
        summary="The order does not stand any more: a new one is chased",
    ),
    Verb(
        Scope.RECORD_MISSED_APPOINTMENT, Permission.BOOK, Nothing, results.FollowUpResult, _missed,
        {}, FOLLOW_UP, summary="The patient did not come",
    ),
    Verb(
        Scope.SNOOZE_FOLLOW_UP, Permission.SNOOZE, SnoozeInput, results.FollowUpResult, _snooze,
        {"until": "2026-09-15", "reason": "On holiday"}, FOLLOW_UP,
        summary="Put aside until a day, never past what is safe",
    ),
    Verb(
        Scope.CLOSE_FOLLOW_UP, Permission.CLOSE, CloseInput, results.FollowUpResult, _close,
        {"outcome": "ENTERED_IN_ERROR", "note": "Wrong patient"}, FOLLOW_UP,
        summary="End by hand what nothing else can end",
    ),
    Verb(
        Scope.REASSIGN, Permission.REASSIGN, ReassignInput, results.FollowUpResult, _reassign,
        {"owner": "n.navigator"}, FOLLOW_UP, summary="Another person answers for it",
    ),
    Verb(
        Scope.DISOWN_FOLLOW_UP, Permission.ACKNOWLEDGE, DisownInput, results.FollowUpResult,
        _disown, {"note": "Of the other clinic"}, FOLLOW_UP, summary="Pass it on: not mine",
    ),
    Verb(
        Scope.RECORD_OUTSIDE_CARE, Permission.LOG_CONTACT, OutsideCareInput,
        results.OutsideCareResult, _outside_care,
        {
            "institution": "South Hospital", "evidence": "Letter of 1 August",
            "expires_on": "2026-10-01",
        },
        FOLLOW_UP, summary="Somebody else follows the patient; it ends nothing",
    ),
)  # fmt: skip
