"""In which form and language a message speaks, and what may stand in for particulars."""

from typing import Final

from surveillance.protocol.terms import Term


class MessageMedium(Term):
    """The form of a text. A patient's text has one for each way to reach people."""

    EMAIL = "EMAIL"
    SMS = "SMS"
    LETTER = "LETTER"
    PHONE = "PHONE"
    """What a navigator says on the telephone, and what stays off a voicemail."""
    STAFF = "STAFF"
    """Words to colleagues, the same by e-mail and in the application."""

    @property
    def label(self) -> str:
        """The words shown on a screen."""
        return _MEDIA[self]


class MessageLanguage(Term):
    """BCP 47, as in the patient's record."""

    EN = "en"
    ES = "es"

    @property
    def label(self) -> str:
        """The words shown on a screen."""
        return "Spanish" if self is MessageLanguage.ES else "English"


_MEDIA: Final = {
    MessageMedium.EMAIL: "E-mail",
    MessageMedium.SMS: "Text message",
    MessageMedium.LETTER: "Letter",
    MessageMedium.PHONE: "Phone script",
    MessageMedium.STAFF: "To staff, in the application and by e-mail",
}

PLACEHOLDERS: Final = frozenset(
    {"site", "phone", "link", "when", "cases", "lines", "language_line"}
)
"""All there are. None of them says who the patient is or what for."""


def language_of(code: str) -> MessageLanguage:
    """Our language for a BCP 47 code ('es-MX' is Spanish); English where we have no other."""
    spoken = code.partition("-")[0].lower()
    return MessageLanguage(spoken) if spoken in set(MessageLanguage) else MessageLanguage.EN
