"""Why a message did not leave, in words: `Notification.last_error` holds a code of ours, or what
the other side answered."""

from typing import Final

from django.utils.translation import gettext_noop

OVER: Final = gettext_noop("what it was about was over before it left")
"""No code: whatever ended what it was about cancelled it as well."""

ANSWERED: Final = gettext_noop("answer of the other side: {answer}")
REASONS: Final = {
    "outcome_unknown": gettext_noop("nobody knows whether it arrived; it is not sent a third time"),
    "too_many_attempts": gettext_noop("tried as often as it may be"),
    "no_address": gettext_noop("no address on file"),
    "address_cannot_be_written": gettext_noop("the address on file cannot be right"),
    "recipient_cannot_sign_in": gettext_noop("the recipient can no longer sign in"),
    "consent_withdrawn": gettext_noop("consent withdrawn"),
    "follow_up_closed": gettext_noop("the follow-up was closed meanwhile"),
    "appointment_changed": gettext_noop("booked or moved meanwhile"),
    "patient_is_quiet": gettext_noop("the patient must not be written to any more"),
    "escalation_resolved": gettext_noop("the escalation was resolved meanwhile"),
    "escalation_has_another_owner": gettext_noop("somebody else answers for it now"),
    "nothing_left_to_tell": gettext_noop("all that it would have told was settled meanwhile"),
    "address_came_back": gettext_noop("a message came back from this address"),
    "booked_in_time": gettext_noop("booked in time meanwhile"),
    "order_placed": gettext_noop("ordered meanwhile"),
    "sms_is_off": gettext_noop("text messages are switched off"),
    "gateway_error": gettext_noop("the gateway reported an error"),
    "no_receipt": gettext_noop("the gateway gave no receipt"),
}


def reason_words(code: str) -> str:
    """A code of ours in words; anything else is the answer of a mail server or gateway."""
    return REASONS.get(code) or ANSWERED.format(answer=code)
