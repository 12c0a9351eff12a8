"""Why a part of a message waits for a person, as it is kept with it."""

from typing import Final

from django.utils.translation import gettext_noop

SOMEBODY_ELSE: Final = gettext_noop(
    "Name and birth date both differ from the record with this number: it may be about somebody "
    "else. Ask the sender whose it is. If it is about this patient, choose “Take in for this "
    "patient” with their record number."
)
SAYS_BOTH: Final = gettext_noop(
    "The message says that the person lives (PID-30) and gives a day of death (PID-29). Ask the "
    "sender which is true, set the status on the patient’s page if they died, and set this aside."
)
SAYS_ALIVE: Final = gettext_noop(
    "On file as deceased since {day}, the sender says alive: look, and set the status on the "
    "patient’s page; this is taken in then. If the death is right, set it aside."
)
IS_PRESENT: Final = gettext_noop(
    "On file as deceased since {day}, the sender admits or registers the person: look, and set the "
    "status on the patient’s page; this is taken in then. If the death is right, set it aside."
)
IS_LATER: Final = gettext_noop(
    "On file as deceased since {day}, and this is of {last}: look, and set the status on the "
    "patient’s page; this is taken in then. If the death is right, set it aside."
)
SEEN_LATER: Final = gettext_noop(
    "The sender says that the person died on {day}, and an exam of {last} is on file: look which "
    "is true. If they died, set the status on the patient’s page and set this aside."
)
TWO_PEOPLE: Final = gettext_noop(
    "Name and birth date both differ between the records, or from what the message says: these may "
    "be two people. If they are one, correct what is wrong on the records and take it in again."
)
JOINED_SINCE: Final = gettext_noop(
    "The sender said so before two records of this person were joined: look whether they died, set "
    "the status on the patient’s page, and set this aside."
)
ARRIVALS: Final = (
    SOMEBODY_ELSE,
    SAYS_BOTH,
    SAYS_ALIVE,
    IS_PRESENT,
    IS_LATER,
    SEEN_LATER,
    TWO_PEOPLE,
    JOINED_SINCE,
)
