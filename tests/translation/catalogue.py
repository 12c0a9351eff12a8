"""The catalogues: as a file to be edited (.po) and as Django reads them (.mo)."""

import io
from collections.abc import Iterable

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tests.architecture.sources import ROOT
from tests.translation.msgids import Msgid

ENGLISH = "en_GB"
FOLDER = ROOT / "hepcalc_site" / "locale"
PO = FOLDER / "es" / "LC_MESSAGES" / "django.po"
MO = PO.with_name("django.mo")
ENGLISH_MO = FOLDER / ENGLISH / "LC_MESSAGES" / "django.mo"
"""English as itself: a word that is found is found five times as fast as one that is missed in the
catalogues of every application in turn."""
COMMENT = """\
# The interface in Spanish. `make messages` gathers the English; translate in this file.
# What to write, and which word for which: docs/translation.md."""


class Words(Catalog):
    """A catalogue whose head has no dates and no versions: the same words are the same bytes."""

    def __init__(self, language: str = "es") -> None:
        super().__init__(locale=language, header_comment=COMMENT, fuzzy=False)
        self.language = language

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """The head."""
        return [
            ("Language", self.language),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", "nplurals=2; plural=(n != 1);"),
        ]

    @mime_headers.setter
    def mime_headers(self, _value: object) -> None:
        """A head that was read changes nothing."""

    @property
    def num_plurals(self) -> int:
        """One and many. Unicode's third in Spanish, for millions, is counted nowhere here."""
        return 2


def read() -> Catalog:
    """What is translated so far."""
    if not PO.exists():
        return Words()
    with PO.open("rb") as file:
        return read_po(file, locale="es")


def messages_of(catalog: Catalog) -> dict[Msgid, Message]:
    """Each entry by what is looked up; the head is none."""
    return {Msgid(_all_of(one.id), one.context): one for one in catalog if one.id}


def _all_of(words: str | Iterable[str | None] | None) -> tuple[str, ...]:
    """One text, or singular and plural."""
    return (words,) if isinstance(words, str) else tuple(word or "" for word in words or ())


def gathered(msgids: set[Msgid], known: Catalog) -> Words:
    """All that the code names and nothing else, with the translations that are known."""
    translated = messages_of(known)
    made = Words()
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


def as_mo(catalog: Catalog, language: str = "es") -> bytes:
    """As Django reads it."""
    made = Words(language)
    for msgid, message in messages_of(catalog).items():
        said = message.id if language == ENGLISH else message.string
        made.add(message.id, said, context=msgid.context)
    file = io.BytesIO()
    write_mo(file, made)
    return file.getvalue()


def is_translated(message: Message) -> bool:
    """Whether there are words in Spanish, of which nobody said that they are a guess."""
    said = _all_of(message.string)
    return bool(said) and all(said) and not message.fuzzy


def write(catalog: Catalog) -> None:
    """Write the files, compiled ones too."""
    files = {PO: as_po(catalog), MO: as_mo(catalog), ENGLISH_MO: as_mo(catalog, ENGLISH)}
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
