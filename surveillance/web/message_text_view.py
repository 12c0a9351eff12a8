"""Texts, their versions and what changed between them, in the words of the page."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import ndiff
from itertools import pairwise
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from patients.models import Site
from surveillance.delivery.built_in import Words, built_in
from surveillance.delivery.texts import Text
from surveillance.models import MessageTemplateUse, MessageTemplateVersion, TextKind
from surveillance.protocol.message_terms import MessageMedium
from surveillance.protocol.message_text import Fault, Measures, unsaid_words_in
from surveillance.protocol.parameters.messages import READING_GRADE_LIMIT, SMS_PARTS_LIMIT
from surveillance.said_again import said_again
from surveillance.web.wording import count_words, moment_words, name_of_user

BUILT_IN = gettext_noop("Built-in words")
MEANINGS = {
    "site": gettext_noop("the name of the site"),
    "phone": gettext_noop("the telephone number of the site, or “the number on our letters”"),
    "link": gettext_noop(
        "the address of the page to go on to: the site’s contact page, for staff the case"
    ),
    "when": gettext_noop(
        "the day of the appointment with its preposition: “on Monday 1 March 2027”, or “soon”"
    ),
    "cases": gettext_noop("in a digest: in one sentence, how many of each kind of thing wait"),
    "lines": gettext_noop("in a digest: the same, one line for each kind"),
    "language_line": gettext_noop(
        "“Need an interpreter? Tell us when you call.” in both languages"
    ),
}
"""What stands in the place of each placeholder."""
SIGNS = {"  ": "same", "+ ": "added", "- ": "removed"}


@dataclass(frozen=True, slots=True)
class TextRow:
    """One text of the list: which words are in use, since when, chosen by whom."""

    about: str
    medium: str
    language: str
    in_use: str
    since: str
    by: str
    url: str


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of the differences: same, added or removed."""

    tone: str
    words: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version in the history of a text, with what it changed."""

    name: str
    note: str
    is_in_use: bool
    url: str
    lines: tuple[DiffLine, ...]


@dataclass(frozen=True, slots=True)
class MeasuresView:
    """How hard and long the words are, and what is wrong with them."""

    grade: str
    parts: str
    faults: tuple[str, ...]


def name_in_address(kind: TextKind) -> str:
    """'patient_reminder.email.en'."""
    return ".".join(part.value.lower() for part in kind)


def kind_named(name: str) -> TextKind | None:
    """The text of that name; None when there is none."""
    return {name_in_address(kind): kind for kind in TextKind.every()}.get(name)


def heading_of(kind: TextKind) -> str:
    """'Reminder to the patient: letter, Spanish'."""
    medium = _(kind.medium.label)
    return (
        f"{_(str(kind.template.label))}: {medium[0].lower()}{medium[1:]}, {_(kind.language.label)}"
    )


def address_of(site: Site, kind: TextKind) -> str:
    """The page of one text."""
    return reverse("message_text", args=[site.slug, name_in_address(kind)])


def list_address(site: Site) -> str:
    """The list of the texts of a site."""
    return f"{reverse('message_texts')}?{urlencode({'site': site.slug})}"


def text_rows(site: Site, in_use: dict[TextKind, MessageTemplateUse]) -> tuple[TextRow, ...]:
    """Every text there is, whether or not it was ever changed."""
    return tuple(_text_row(site, kind, in_use.get(kind)) for kind in TextKind.every())


def _text_row(site: Site, kind: TextKind, use: MessageTemplateUse | None) -> TextRow:
    return TextRow(
        about=_(str(kind.template.label)),
        medium=_(kind.medium.label),
        language=_(kind.language.label),
        in_use=name_of(use.version if use else None),
        since=moment_words(use.since, site) if use else "",
        by=name_of_user(use.chosen_by) if use else "",
        url=address_of(site, kind),
    )


def name_of(version: MessageTemplateVersion | None) -> str:
    """'Version 3', or that the words are built in."""
    return _(BUILT_IN) if version is None else _("Version {n}").format(n=version.number)


def version_rows(
    versions: Iterable[MessageTemplateVersion],
    site: Site,
    kind: TextKind,
    in_use: MessageTemplateVersion | None,
) -> tuple[VersionRow, ...]:
    """The newest first as they come, each with its differences from the one before it."""
    rows = list(versions)
    words = [*(Words(row.subject, row.body) for row in rows), built_in(kind)]
    return tuple(
        VersionRow(
            name=name_of(row),
            note=f"{moment_words(row.written_at, site)}, {name_of_user(row.written_by)}",
            is_in_use=row == in_use,
            url=reverse("message_version", args=[row.pk]),
            lines=tuple(differences(before, after)),
        )
        for row, (after, before) in zip(rows, pairwise(words), strict=True)
    )


def differences(before: Words, after: Words) -> Iterator[DiffLine]:
    """Line by line: what stayed, what came, what went."""
    for line in ndiff(_lines_of(before), _lines_of(after)):
        if line[:2] in SIGNS:
            yield DiffLine(SIGNS[line[:2]], line[2:])


def _lines_of(words: Words) -> list[str]:
    subject = [_("Subject: {subject}").format(subject=words.subject)] if words.subject else []
    return [*subject, *words.body.splitlines()]


def measures_view(kind: TextKind, measures: Measures, faults: Iterable[Fault]) -> MeasuresView:
    """What the page says beside a text while it is written."""
    grade = _("Reading grade {grade}")
    if kind.medium is not MessageMedium.STAFF:
        grade = _("Reading grade {grade}; at most {most}")
    parts = _("{parts}; at most {most}").format(
        parts=count_words(measures.parts, "part"), most=SMS_PARTS_LIMIT.value
    )
    return MeasuresView(
        grade=grade.format(
            grade=f"{max(measures.grade, 0):.1f}", most=f"{READING_GRADE_LIMIT.value:g}"
        ),
        parts=parts if kind.medium is MessageMedium.SMS else "",
        faults=tuple(dict.fromkeys(said_again(fault.message) for fault in faults)),
    )


def placeholder_rows(allowed: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The placeholders that a text may hold, each with what stands there in its place."""
    return tuple((f"{{{name}}}", _(MEANINGS[name])) for name in sorted(allowed))


def said_by_the_site(text: Text) -> str:
    """A warning when the site's own name or address tells why somebody is under care."""
    words = ", ".join(f"“{word}”" for word in unsaid_words_in(f"{text.subject} {text.body}"))
    if not words:
        return ""
    return _(
        "The name or address of the site says {words}. Give the site a name that does not, or "
        "leave {{site}} and {{link}} out of the text."
    ).format(words=words)
