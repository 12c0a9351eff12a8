"""The PDF of a run: tagged, one sheet each, the address in the window; and reading it back."""

import contextlib
import io
import sys
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter

from surveillance.delivery import typesetting
from surveillance.delivery.letter_pdf import LettersCannotBePrinted, print_letters
from surveillance.delivery.letter_reading import NotReadable, verify_letters
from surveillance.delivery.typesetting import CannotBePrinted
from surveillance.models import Letter, LetterBatch
from surveillance.protocol.mailing import digest_of
from tests.surveillance.chase.scenes import Clinic
from tests.surveillance.letters.scenes import a_clinic_with_phone, prepared, waiting

pytestmark = pytest.mark.django_db

MM = 72 / 25.4
A4_HEIGHT = 297 * MM
NO_TYPEFACE_HAS_IT = "\U0010fffd"


def letters_of(batch: LetterBatch) -> list[Letter]:
    return list(batch.letters.order_by("sequence"))


def pdf_of(batch: LetterBatch) -> bytes:
    return print_letters(batch, letters_of(batch))


@pytest.fixture
def batch(clinic: Clinic) -> LetterBatch:
    waiting(clinic, "Heath", "Moor <b>")
    waiting(clinic, "Núñez", language="es")
    return prepared(clinic)


def positions(page: Any) -> dict[str, tuple[float, float]]:
    """Millimetres from the left and the top of an A4 sheet to the start of each text."""
    found: dict[str, tuple[float, float]] = {}

    def visit(text: str, cm: Any, tm: Any, _font: Any, _size: Any) -> None:
        if text.strip():
            x, y = tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]
            found[text.strip()] = (x / MM, (A4_HEIGHT - y) / MM)

    page.extract_text(visitor_text=visit)
    return found


def sections(element: Any) -> list[Any]:
    """The elements of the structure tree that stand for a letter each."""
    element = element.get_object()
    if not isinstance(element, dict):
        return []
    if element.get("/S") == "/Sect":
        return [element]
    children = element.get("/K", [])
    children = children if isinstance(children, list) else [children]
    return [one for child in children if not isinstance(child, int) for one in sections(child)]


def test_pdf_is_tagged_titled_and_in_the_language_of_each_letter(batch: LetterBatch) -> None:
    reader = PdfReader(io.BytesIO(pdf_of(batch)))

    root: Any = reader.root_object
    assert bool(root["/MarkInfo"]["/Marked"])
    assert root["/Lang"] == "en"
    assert reader.metadata is not None
    assert reader.metadata.title == "Letters from St Brigid"
    assert b'pdfuaid:part="1"' in root["/Metadata"].get_data()
    found = sections(root["/StructTreeRoot"])
    assert [one["/Lang"] for one in found] == ["en", "en", "es"]


def test_each_letter_has_its_sheet_with_place_and_code(batch: LetterBatch) -> None:
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf_of(batch))).pages]

    for page, letter in zip(pages, letters_of(batch), strict=True):
        assert letter.recipient in page
        assert f"{letter.sequence} / 3 · {letter.code}" in page


def test_address_and_nothing_else_stands_in_the_window(batch: LetterBatch) -> None:
    """DIN 5008, form B: 20 to 105 mm from the left, 45 to 90 mm from the top."""
    placed = positions(PdfReader(io.BytesIO(pdf_of(batch))).pages[0])

    inside = {text for text, (x, y) in placed.items() if 19.9 <= x < 105 and 45 <= y <= 90}
    assert inside == {"Alex Heath", "1 Example Street", "Exampleton ZZ9 9ZZ"}
    assert placed["Alex Heath"] == pytest.approx((20, 55), abs=0.5)


def test_same_rows_give_the_same_bytes(batch: LetterBatch) -> None:
    assert pdf_of(batch) == pdf_of(batch)


@pytest.mark.parametrize(
    ("calendar", "width"),
    [("US-CA", 612), ("CA", 612), ("GB-ENG", 595), ("", 595)],
)
def test_paper_is_that_of_the_country(calendar: str, width: int) -> None:
    clinic = a_clinic_with_phone(holiday_calendar=calendar)
    waiting(clinic, "Heath")

    page = PdfReader(io.BytesIO(pdf_of(prepared(clinic)))).pages[0]

    assert round(page.mediabox.width) == width


def test_altered_letter_is_not_printed(batch: LetterBatch) -> None:
    letters = letters_of(batch)
    letters[1].address = "2 Other Street"

    with pytest.raises(LettersCannotBePrinted, match="Letter 2 is not what it was"):
        print_letters(batch, letters)


@pytest.mark.parametrize("sequence", [1, 3])
def test_letter_that_needs_two_sheets_is_refused(batch: LetterBatch, sequence: int) -> None:
    letters = letters_of(batch)
    long = letters[sequence - 1]
    long.body = "\n\n".join(["Please call."] * 60)
    long.digest = digest_of(long.content)

    with pytest.raises(LettersCannotBePrinted, match=f"Letter {sequence} does not fit"):
        print_letters(batch, letters)


def test_letters_that_no_typeface_has_are_not_printed_as_boxes(clinic: Clinic) -> None:
    waiting(clinic, "Heath", f"Moor{NO_TYPEFACE_HAS_IT}")

    with pytest.raises(LettersCannotBePrinted, match="sheet 2: they would be empty boxes"):
        pdf_of(prepared(clinic))


def test_address_that_leaves_the_window_is_refused(clinic: Clinic) -> None:
    waiting(clinic, "Heath")
    waiting(clinic, "Moor", address="\n".join(["The Old Mill House at the Upper Bridge " * 2] * 4))

    with pytest.raises(LettersCannotBePrinted, match="letter 2 do not fit into the window"):
        pdf_of(prepared(clinic))


def test_a_name_without_spaces_is_broken_at_the_edge_of_the_window(clinic: Clinic) -> None:
    waiting(clinic, "M" * 100)

    [page] = PdfReader(io.BytesIO(pdf_of(prepared(clinic)))).pages

    assert "M" * 60 not in page.extract_text()


def test_missing_pango_says_what_to_install(batch: LetterBatch, monkeypatch) -> None:
    """What the loader of the real library does where Pango is not installed."""

    class NoPango:
        def find_spec(self, name: str, *_rest: Any) -> None:
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(sys, "meta_path", [NoPango(), *sys.meta_path])
    typesetting.weasyprint.cache_clear()

    with pytest.raises(CannotBePrinted, match="apt-get install libpango"):
        pdf_of(batch)


class TestReadingBack:
    def pages(self, pdf: bytes, *numbers: int) -> bytes:
        """A PDF of these pages of another, in this order."""
        reader, writer, file = PdfReader(io.BytesIO(pdf)), PdfWriter(), io.BytesIO()
        for number in numbers:
            writer.add_page(reader.pages[number - 1])
        writer.write(file)
        return file.getvalue()

    def test_our_own_pdf_is_right(self, batch: LetterBatch) -> None:
        sheets = verify_letters(pdf_of(batch), letters_of(batch))

        assert [one.page for one in sheets] == [1, 2, 3]
        assert all(one.is_right for one in sheets)

    def test_sheet_left_out_shifts_all_that_follow(self, batch: LetterBatch) -> None:
        letters = letters_of(batch)

        sheets = verify_letters(self.pages(pdf_of(batch), 1, 3), letters)

        assert [one.found for one in sheets] == [letters[0], letters[2], None]
        assert [one.is_right for one in sheets] == [True, False, False]

    def test_sheet_printed_twice_is_one_too_many(self, batch: LetterBatch) -> None:
        letters = letters_of(batch)

        sheets = verify_letters(self.pages(pdf_of(batch), 1, 2, 2, 3), letters)

        assert [one.is_right for one in sheets] == [True, True, False, False]
        assert sheets[3].expected is None

    def test_right_code_with_the_address_of_another_is_noticed(self, batch: LetterBatch) -> None:
        """A merge that shifted the addresses only."""
        letters = letters_of(batch)
        pdf = pdf_of(batch)
        letters[0].address = "2 Other Street"

        first, second, _third = verify_letters(pdf, letters)

        assert (first.found, first.has_address, first.is_right) == (letters[0], False, False)
        assert second.is_right

    def test_letters_of_another_run_are_nobodys(self, clinic: Clinic, batch: LetterBatch) -> None:
        waiting(clinic, "Tarn")

        sheets = verify_letters(pdf_of(prepared(clinic)), letters_of(batch))

        assert [one.found for one in sheets] == [None, None, None]

    @pytest.mark.parametrize("file", [b"", b"no PDF", b"%PDF-1.7\n%%EOF"])
    def test_what_is_no_pdf_is_refused_with_a_cure(self, batch: LetterBatch, file: bytes) -> None:
        with pytest.raises(NotReadable, match="Ask for the PDF that was printed"):
            verify_letters(file, letters_of(batch))

    def test_a_pdf_that_was_damaged_on_its_way_is_refused_or_read(self, batch: LetterBatch) -> None:
        whole = pdf_of(batch)

        for damaged in (whole.replace(b"/FlateDecode", b"/FlateDecod_"), whole[: len(whole) // 2]):
            with contextlib.suppress(NotReadable):
                verify_letters(damaged, letters_of(batch))
