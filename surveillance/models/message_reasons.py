"""Why a message did not leave, in words: `Notification.last_error` holds a code of ours, or what
the other side answered."""

from typing import Final

OVER: Final = "what it was about was over before it left"
"""No code: whatever ended what it was about cancelled it as well."""

REASONS: Final = {
    "outcome_unknown": "nobody knows whether it arrived; it is not sent a third time",
    "too_many_attempts": "tried as often as it may be",
    "no_address": "no address on file",
    "address_cannot_be_written": "the address on file cannot be right",
    "recipient_cannot_sign_in": "the recipient can no longer sign in",
    "consent_withdrawn": "consent withdrawn",
    "follow_up_closed": "the follow-up was closed meanwhile",
    "appointment_changed": "booked or moved meanwhile",
    "patient_is_quiet": "the patient must not be written to any more",
    "escalation_resolved": "the escalation was resolved meanwhile",
    "escalation_has_another_owner": "somebody else answers for it now",
    "nothing_left_to_tell": "all that it would have told was settled meanwhile",
    "address_came_back": "a message came back from this address",
    "booked_in_time": "booked in time meanwhile",
    "order_placed": "ordered meanwhile",
    "sms_is_off": "text messages are switched off",
    "gateway_error": "the gateway reported an error",
    "no_receipt": "the gateway gave no receipt",
}


def reason_words(code: str) -> str:
    """A code of ours in words; anything else is the answer of a mail server or gateway."""
    return REASONS.get(code, f"answer of the other side: {code}")
