"""The page about registry files, made from the table of columns."""

from collections.abc import Iterator

from surveillance.intake.csv_registry.columns import COLUMNS, Column, Part

INTRODUCTION = """\
# The registry file

One row per observation of a lesion on an exam. Rows with the same accession number are one exam;
rows about the same patient may stand anywhere in the file. What is known besides exams (pathology,
decisions, blood tests, why somebody left) may stand on the same rows or on rows of their own.

The template with all columns: *Registry* → *template with all columns*. An invented file to try:
`manage.py seed_demo --patients 50 --write example.csv`.

## How it is read

- **Text**: UTF-8 (with or without a byte order mark), UTF-16 with one, or Windows-1252. Separated
  by comma, semicolon, tab or vertical bar. Line breaks may stand inside quotation marks.
- **Columns** in any order; those you do not have may be left out. Capitals, spaces, hyphens and
  underscores do not matter. A column that is not known refuses the file, with a guess at what was
  meant: a misspelt “cirrhosis” must not be read as “not stated”. Columns of your own begin with
  `x_` and are passed over.
- **Dates** in ISO 8601 (2026-11-22), or in the format that you declare for the file, for example
  DD/MM/YYYY. Years have four digits.
- **Numbers** with a decimal point or comma, never rounded. `<10` is not a number.
- **yes, no, unknown** also as y, n, ?, true, false, 1, 0. Unknown is an answer; blank is none.
- **A blank cell states nothing and erases nothing.**

## What it does

- A patient is recognised by site and medical record number. The same number with another birth date
  is refused, naming both. A filled cell replaces name and contact details; a refusal of consent
  that is on record is never undone.
- Risk facts hold from `risk_effective_on` (or the day of the exam), over those then in force. What
  was told once for a day is not told again, even if a person has corrected it since.
- The earliest row of a lesion says how it was first recorded. Later changes of its kind belong to
  the exam that saw them; changes of symptoms become events.
- An exam that is on record with other content is refused; if the record is wrong, retract that exam
  first. A final report replaces its own preliminary version. What was retracted here does not come
  back with the same file.
- Rows of a record that was merged go to the surviving record.
- **A row goes in whole or not at all; good rows go in beside bad ones; a file taken in twice
  changes nothing.** Each lesion that learned something new is decided about once.
- Errors name line, column, value and cure. The line is the one on which the row begins.

`manage.py import_registry FILE.csv [--dry-run] [--site SLUG] [--date-format DD/MM/YYYY]
[--progress] [--errors FILE]` ends with status 1 if any row was refused. On the page, administrators
of a site see what a file would do before anything is recorded; a file may have 200 MB there.

## Columns
"""


def registry_file_page() -> str:
    """The whole page as Markdown."""
    return "".join([INTRODUCTION, *_sections()])


def _sections() -> Iterator[str]:
    for part in Part:
        yield f"\n### {part.value}\n\n| column | what it is | accepts | also called |\n"
        yield "|---|---|---|---|\n"
        yield from (_line(column) for column in COLUMNS if column.part is part)


def _line(column: Column) -> str:
    aliases = ", ".join(f"`{name}`" for name in column.aliases)
    accepts = column.accepts.replace("|", "\\|")
    return f"| `{column.name}` | {column.meaning} | {accepts} | {aliases} |\n"
