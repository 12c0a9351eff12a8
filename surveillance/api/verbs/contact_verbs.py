"""Verbs about talking to a patient."""

from rest_framework import serializers

from surveillance.api.scopes import Scope
from surveillance.api.verbs import results
from surveillance.api.verbs.reading import LONGEST_WORDS, Reason, Said, maybe_day, word, words
from surveillance.api.verbs.targets import CONTACT, PATIENT
from surveillance.api.verbs.verb import Ask, Verb
from surveillance.models import ContactChannel, ContactOutcome, DayPart, FollowUp
from surveillance.roles import Permission
from surveillance.workflows.log_contact import log_contact
from surveillance.workflows.retract_contact import retract_contact
from surveillance.workflows.write_note import write_note


class ContactInput(Said):
    """One attempt to reach the patient; without `attempted_at` it was just now."""

    channel = word(ContactChannel)
    outcome = word(ContactOutcome)
    note = words(default="")
    follow_ups = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=50)
    next_try_on = maybe_day()
    next_try_part = word(DayPart, required=False, allow_null=True)
    call_back_at = serializers.DateTimeField(required=False, allow_null=True)
    attempted_at = serializers.DateTimeField(required=False, allow_null=True)
    key = serializers.CharField(
        max_length=200, required=False, help_text="Your own id of this attempt: twice is once"
    )


class NoteInput(Said):
    """A few sentences."""

    text = serializers.CharField(max_length=LONGEST_WORDS)


def _log(ask: Ask) -> object:
    said = ask.said
    part = said.get("next_try_part")
    return log_contact(
        patient=ask.row,
        follow_ups=_about(ask),
        channel=ContactChannel(said["channel"]),
        outcome=ContactOutcome(said["outcome"]),
        note=said["note"],
        next_try_on=said.get("next_try_on"),
        next_try_part=DayPart(part) if part else None,
        call_back_at=said.get("call_back_at"),
        attempted_at=said.get("attempted_at"),
        key=f"api:{ask.by.pk}:{said['key']}" if "key" in said else "",
        **ask.signed,
    )


def _about(ask: Ask) -> list[FollowUp]:
    """The follow-ups that are named; one of another patient is unknown here."""
    named = set(ask.said.get("follow_ups", ()))
    rows = list(FollowUp.objects.filter(pk__in=named, patient=ask.row))
    if len(rows) != len(named):
        problem = "One of these is no follow-up of this patient."
        raise serializers.ValidationError({"follow_ups": [problem]})
    return rows


def _retract(ask: Ask) -> object:
    return retract_contact(attempt=ask.row, reason=ask.said["reason"], **ask.signed)


def _note(ask: Ask) -> object:
    return write_note(patient=ask.row, text=ask.said["text"], **ask.signed)


VERBS = (
    Verb(
        Scope.LOG_CONTACT, Permission.LOG_CONTACT, ContactInput, results.ContactResult, _log,
        {"channel": "PHONE", "outcome": "NO_ANSWER", "key": "call-4711"}, PATIENT,
        summary="Log an attempt to reach the patient; it closes nothing",
    ),
    Verb(
        Scope.RETRACT_CONTACT, Permission.RETRACT, Reason, results.ContactResult, _retract,
        {"reason": "Logged for the wrong person"}, CONTACT,
        summary="Take back an attempt that was logged by mistake",
    ),
    Verb(
        Scope.WRITE_NOTE, Permission.LOG_CONTACT, NoteInput, results.NoteResult, _note,
        {"text": "Prefers calls after five."}, PATIENT, summary="Write a note about a patient",
    ),
)  # fmt: skip
