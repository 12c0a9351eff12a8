"""What the page of a registry file shows: words, numbers and problems, ready to print."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from surveillance.intake.csv_registry.summary import table
from surveillance.models import RegistryImport, RegistryImportProblem, RegistryImportStatus
from surveillance.said_again import said_again
from surveillance.web.wording import date_words, number_words

SHOWN = 200
COUNTED = (
    gettext_noop("Patients"),
    gettext_noop("Patient statuses"),
    gettext_noop("Risk profiles"),
    gettext_noop("AFP results"),
    gettext_noop("Lesions"),
    gettext_noop("Exams"),
    gettext_noop("Findings"),
    gettext_noop("Lesion events"),
)
"""What `summary.table` counts, in its words."""
WAITING = {RegistryImportStatus.OFFERED, RegistryImportStatus.RUNNING}
TAGS = {
    RegistryImportStatus.OFFERED: "calm",
    RegistryImportStatus.REFUSED: "overdue",
    RegistryImportStatus.PREVIEWED: "due",
    RegistryImportStatus.RUNNING: "calm",
    RegistryImportStatus.FINISHED: "good",
    RegistryImportStatus.DISCARDED: "calm",
}


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """One problem of one row."""

    line: str
    column: str
    value: str
    words: str
    cure: str
    refused: str


@dataclass(frozen=True, slots=True)
class CountRow:
    """One line of the table of counts."""

    what: str
    created: str
    changed: str
    unchanged: str


@dataclass(frozen=True, slots=True)
class ImportView:
    """One file as its page shows it."""

    url: str
    file_name: str
    status: str
    tag: str
    uploaded: str
    site: str
    rows: str
    good_rows: str
    refused_rows: str
    progress: str
    counts: tuple[CountRow, ...]
    problems: tuple[ProblemRow, ...]
    more_problems: str
    problems_url: str
    waits: bool
    may_confirm: bool
    may_discard: bool
    is_preview: bool
    is_refused: bool
    is_finished: bool


def import_view(row: RegistryImport) -> ImportView:
    """The page of one file; two queries for its problems."""
    problems = list(row.problems.order_by("line", "pk")[:SHOWN])
    count = row.problems.count() if len(problems) == SHOWN else len(problems)
    status = RegistryImportStatus(row.status)
    return ImportView(
        url=reverse("registry_import_file", args=[row.pk]),
        file_name=row.file_name,
        status=_(str(status.label)),
        tag=TAGS[status],
        uploaded=_uploaded(row),
        site=row.site.name if row.site else _("as in the column “site”"),
        rows=number_words(row.rows),
        good_rows=number_words(row.rows - row.refused_rows),
        refused_rows=number_words(row.refused_rows),
        progress=_progress(row),
        counts=tuple(
            CountRow(_(what), *(number_words(n) for n in ns)) for what, *ns in table(row.counts)
        ),
        problems=tuple(_problem(one) for one in problems),
        more_problems=number_words(count - SHOWN) if count > SHOWN else "",
        problems_url=reverse("registry_import_problems", args=[row.pk]) if problems else "",
        waits=status in WAITING,
        may_confirm=status is RegistryImportStatus.PREVIEWED and row.rows > row.refused_rows,
        may_discard=status in {RegistryImportStatus.PREVIEWED, RegistryImportStatus.OFFERED},
        is_preview=status is RegistryImportStatus.PREVIEWED,
        is_refused=status is RegistryImportStatus.REFUSED,
        is_finished=status is RegistryImportStatus.FINISHED,
    )


def _uploaded(row: RegistryImport) -> str:
    at = row.uploaded_at.astimezone(get_current_timezone())
    return f"{date_words(at.date())}, {at:%H:%M}"


def _progress(row: RegistryImport) -> str:
    of = row.progress.get("of")
    if not of:
        return _("waiting for its turn")
    return _("{n} of {all} rows").format(n=number_words(row.rows), all=number_words(of))


def _problem(one: RegistryImportProblem) -> ProblemRow:
    return ProblemRow(
        line=str(one.line),
        column=one.column,
        value=one.value,
        words=said_again(one.message),
        cure=said_again(one.cure),
        refused=_("refused") if one.is_error else _("goes in"),
    )
