"""Letters as one PDF/UA-1 file, one sheet each, made on demand from the stored rows.

The same rows give the same bytes. The address stands where the window of an envelope is, for
paper folded in three (DL and C5/6 after DIN 5008, and the American number 10); nothing else shows
there. The footer carries place in the run and short code of the letter.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from surveillance.delivery.typesetting import VARIANT, CannotBePrinted, weasyprint
from surveillance.models import Letter, LetterBatch
from surveillance.protocol.mailing import digest_of

WINDOW = 36 / 25.4 * 96
"""Height of an address in pixels of CSS: 36 mm, eight lines."""
AMERICAN = ("US", "CA")
"""Countries (of the site's holiday calendar) that print on Letter paper; all others on A4."""


class LettersCannotBePrinted(CannotBePrinted):
    """No PDF was made; the message says why, and how to mend it."""


def print_letters(batch: LetterBatch, letters: Sequence[Letter]) -> bytes:
    """The PDF of a run's letters, in order of their sequence.

    Raises CannotBePrinted: Pango is missing; LettersCannotBePrinted: a stored letter is not what
    it was when it was prepared, one does not fit on its sheet or into the window, or no typeface
    has its letters.
    """
    _refuse_altered(letters)
    document = weasyprint().HTML(string=page_of(batch, letters)).render(pdf_variant=VARIANT)
    _refuse_too_long(document.pages, letters)
    _refuse_outside_window(document.pages, letters)

    def finish(drawn: Any, pdf: Any) -> None:
        _refuse_boxes(drawn.fonts.values(), letters)
        _name_languages(pdf.objects, letters)

    pdf: bytes = document.write_pdf(pdf_variant=VARIANT, finisher=finish)
    return pdf


def page_of(batch: LetterBatch, letters: Iterable[Letter]) -> str:
    """The run as HTML, ready to be set."""
    site = batch.site
    country = site.holiday_calendar.partition("-")[0]
    sheets = [
        {
            "id": f"letter-{letter.sequence}",
            "language": letter.language,
            "lines": [letter.recipient, *letter.address.splitlines()],
            "subject": letter.subject,
            "paragraphs": letter.body.split("\n\n"),
            "footer": f"{letter.sequence} / {batch.size} · {letter.code}",
        }
        for letter in letters
    ]
    reach = [one for one in (site.phone, site.email) if one]
    paper = "letter" if country in AMERICAN else "A4"
    page = {"site": site.name, "reach": reach, "paper": paper, "sheets": sheets}
    return render_to_string("letters/run.html", page)


def _refuse_altered(letters: Sequence[Letter]) -> None:
    for letter in letters:
        if digest_of(letter.content) != letter.digest:
            raise LettersCannotBePrinted(
                _(
                    "Letter {sheet} is not what it was when the run was prepared. Discard "
                    "the run, prepare a new one, and tell those who run this "
                    "system."
                ).format(sheet=letter.sequence)
            )


def _refuse_too_long(pages: Sequence[Any], letters: Sequence[Letter]) -> None:
    """One sheet per letter, or sheets and envelopes part company."""
    for sheet, page in enumerate(pages):
        expected = f"letter-{letters[sheet].sequence}" if sheet < len(letters) else ""
        if expected not in page.anchors:
            raise LettersCannotBePrinted(
                _(
                    "Letter {sheet} does not fit on one sheet. Shorten the "
                    "patient's address or the text, discard the run and prepare it "
                    "again."
                ).format(sheet=letters[sheet - 1].sequence)
            )


def _refuse_outside_window(pages: Sequence[Any], letters: Sequence[Letter]) -> None:
    """Long lines are broken, so that an address may take more lines than it has."""
    for letter, page in zip(letters, pages, strict=True):
        for box in page._page_box.descendants():
            is_address = box.element is not None and box.element.get("class") == "to"
            if is_address and box.height > WINDOW:
                raise LettersCannotBePrinted(
                    _(
                        "Name and address of letter {sheet} do not fit into the window of "
                        "the envelope. Shorten them on the patient’s page, discard the run and "
                        "prepare it again."
                    ).format(sheet=letter.sequence)
                )


def _refuse_boxes(fonts: Iterable[Any], letters: Sequence[Letter]) -> None:
    """What nobody can read is not delivered, and would count as an attempt to reach somebody."""
    missing = {chr(code) for font in fonts for code in font.missing}
    if not missing:
        return
    texts = {
        one.sequence: f"{one.recipient}{one.address}{one.subject}{one.body}" for one in letters
    }
    sheets = [str(number) for number, text in texts.items() if missing & set(text)]
    raise LettersCannotBePrinted(
        _(
            "No typeface on this machine has all the letters of sheet {sheets}: "
            "they would be empty boxes. Write name and address in Latin letters on the patient’s "
            "page, discard the run and prepare it again; or have a typeface with them "
            "installed."
        ).format(sheets=", ".join(sheets) or _("any"))
    )


def _name_languages(objects: Iterable[Any], letters: Sequence[Letter]) -> None:
    """Say of each letter's section which language it is in: a run mixes them.

    WeasyPrint names one language for the whole file; sections come in the order of the letters.
    """
    sections = [one for one in objects if isinstance(one, dict) and one.get("S") == "/Sect"]
    for section, letter in zip(sections, letters, strict=True):
        section["Lang"] = f"({letter.language})"
