"""What a patient meant by a text message: stop, start again, or something for a person to read.

Stop words are those that United States carriers and the FCC's rule of April 2025 name (47 CFR
64.1200(a)(10)), and what Spanish speakers write. When in doubt it is not a stop: a person reads it
the same day. "Cancel" is a stop by that rule even where an appointment was meant; the navigator is
told of each stop and sees it.
"""

import re
import unicodedata
from enum import StrEnum
from typing import Final


class Reply(StrEnum):
    """What to do about it."""

    OPT_OUT = "OPT_OUT"
    OPT_IN = "OPT_IN"
    OTHER = "OTHER"


OPT_OUT: Final = frozenset(
    {
        "stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out",
        "baja", "dar de baja", "darme de baja", "alto", "parar", "pare", "para", "detener",
        "cancelar", "no mas", "basta", "no more", "remove",
    }
)  # fmt: skip
OPT_IN: Final = frozenset({"start", "unstop", "opt in", "optin", "alta", "dar de alta", "iniciar"})
POLITE: Final = frozenset(
    {
        "please", "pls", "thanks", "thank", "you", "sending", "texting", "texts", "text", "sms",
        "messages", "messaging", "me", "these", "all", "now", "por", "favor", "gracias",
        "mensajes", "mensaje", "textos", "de", "los", "ya",
    }
)  # fmt: skip
"""Words around a stop that do not change it."""


def read_reply(text: str) -> Reply:
    """Whole messages only: "Stop" and "STOP STOP, please!" are stops, "I will stop by" is not."""
    words = list(dict.fromkeys(_words(text)))
    asked = {" ".join(words), " ".join(word for word in words if word not in POLITE)}
    if asked & OPT_OUT:
        return Reply.OPT_OUT
    return Reply.OPT_IN if asked & OPT_IN else Reply.OTHER


def _words(text: str) -> list[str]:
    """Plain lower-case words: no accents, no punctuation."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return re.findall(r"\w+", bare)
