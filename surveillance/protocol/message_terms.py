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

PLACEHOLDERS: Final = {
    "site": "the name of the site",
    "phone": "the telephone number of the site, or “the number on our letters”",
    "link": "the address of the page to go on to: the site’s contact page, for staff the case",
    "when": "the day of the appointment with its preposition: “on Monday 1 March 2027”, or “soon”",
    "cases": "in a digest: in one sentence, how many of each kind of thing wait",
    "lines": "in a digest: the same, one line for each kind",
    "language_line": "“Need an interpreter? Tell us when you call.” in both languages",
}
"""All there are. None of them says who the patient is or what for."""


def language_of(code: str) -> MessageLanguage:
    """Our language for a BCP 47 code ('es-MX' is Spanish); English where we have no other."""
    spoken = code.partition("-")[0].lower()
    return MessageLanguage(spoken) if spoken in set(MessageLanguage) else MessageLanguage.EN
