"""The Spanish catalogue as a file to be edited (.po) and as the one that Django reads (.mo)."""

import io

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tests.architecture.sources import ROOT
from tests.translation.msgids import Msgid

FOLDER = ROOT / "hepcalc_site" / "locale" / "es" / "LC_MESSAGES"
PO, MO = FOLDER / "django.po", FOLDER / "django.mo"
COMMENT = """\
# The interface in Spanish. `make messages` gathers the English; translate in this file.
# What to write, and which word for which: docs/translation.md."""


class Spanish(Catalog):
    """A catalogue whose head has no dates and no versions: the same words are the same bytes."""

    mime_headers = [
        ("Language", "es"),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "8bit"),
        ("Plural-Forms", "nplurals=2; plural=(n != 1);"),
    ]

    def __init__(self) -> None:
        super().__init__(locale="es", header_comment=COMMENT, fuzzy=False)


def read() -> Catalog:
    """What is translated so far."""
    if not PO.exists():
        return Spanish()
    with PO.open("rb") as file:
        return read_po(file, locale="es")


def messages_of(catalog: Catalog) -> dict[Msgid, Message]:
    """Each entry by what is looked up; the head is none."""
    return {
        Msgid(message.id if message.pluralizable else (message.id,), message.context): message
        for message in catalog
        if message.id
    }


def gathered(msgids: set[Msgid], known: Catalog) -> Spanish:
    """All that the code names and nothing else, with the translations that are known."""
    translated = messages_of(known)
    made = Spanish()
    for one in sorted(msgids, key=lambda msgid: (msgid.words, msgid.context or "")):
        said = translated[one].string if one in translated else None
        is_plural = len(one.words) > 1
        made.add(
            one.words if is_plural else one.words[0],
            said or (("", "") if is_plural else ""),
            context=one.context,
        )
    return made


def as_po(catalog: Catalog) -> bytes:
    """To be read and edited by people."""
    file = io.BytesIO()
    write_po(file, catalog, width=100, no_location=True, ignore_obsolete=True, sort_output=True)
    return file.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    """As Django reads it."""
    made = Spanish()
    for msgid, message in messages_of(catalog).items():
        made.add(message.id, message.string, context=msgid.context)
    file = io.BytesIO()
    write_mo(file, made)
    return file.getvalue()


def is_translated(message: Message) -> bool:
    """Whether there are words in Spanish, of which nobody said that they are a guess."""
    said = message.string if message.pluralizable else (message.string,)
    return bool(said) and all(said) and not message.fuzzy
