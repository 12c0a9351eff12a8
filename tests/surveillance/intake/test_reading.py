"""Bytes to rows: encodings, separators, quotation marks, headers, line numbers."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveillance.intake.csv_registry.columns import COLUMNS
from surveillance.intake.csv_registry.encoding import detect_form
from surveillance.intake.csv_registry.header import MOST_TOLD, FileRefused, match_header
from surveillance.intake.csv_registry.reading import Record, read_records
from surveillance.intake.csv_registry.spool import Spool
from surveillance.registry.rows import RowProblem
from tests.surveillance.intake.registry_files import csv_text, row

NAMES = [column.name for column in COLUMNS]


def records(text: str) -> list[Record | RowProblem]:
    return list(read_records(io.StringIO(text, newline=""), ","))


class TestForm:
    @pytest.mark.parametrize(
        ("encoding", "found"),
        [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("cp1252", "cp1252"),
         ("utf-16", "utf-16")],
    )  # fmt: skip
    @pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
    def test_encoding_and_separator_are_recognised(
        self, tmp_path: Path, encoding: str, found: str, separator: str
    ) -> None:
        path = tmp_path / "registry.csv"
        text = csv_text([row(family_name="Müller-Étude", size_mm="8,5")], separator)
        path.write_bytes(text.encode(encoding))

        form = detect_form(path)

        assert (form.encoding, form.separator) == (found, separator)
        with path.open(encoding=form.encoding, newline="") as file:
            read = list(read_records(file, form.separator))
        assert isinstance(read[1], Record)
        assert "Müller-Étude" in read[1].cells
        assert "8,5" in read[1].cells

    def test_western_letters_late_in_the_file_are_found(self, tmp_path: Path) -> None:
        path = tmp_path / "registry.csv"
        text = csv_text([row()] * 40_000 + [row(family_name="Müller")])
        path.write_bytes(text.encode("cp1252"))

        assert detect_form(path).encoding == "cp1252"

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            pytest.param(b"", "empty_file", id="empty"),
            pytest.param(b"mrn\nA\x81\x8d\n", "unknown_encoding", id="neither encoding"),
            pytest.param(b"PK\x03\x04\x00\x00spreadsheet", "not_text", id="a spreadsheet"),
        ],
    )
    def test_what_is_no_text_is_refused(self, tmp_path: Path, content: bytes, code: str) -> None:
        path = tmp_path / "registry.csv"
        path.write_bytes(content)

        with pytest.raises(FileRefused) as refused:
            detect_form(path)

        assert refused.value.problems[0].code == code


class TestRecords:
    def test_a_record_is_numbered_by_the_line_on_which_it_begins(self) -> None:
        text = 'mrn,report\n1,"two\nlines"\n\n2,one\n'

        found = records(text)

        assert [(one.line, one.cells) for one in found if isinstance(one, Record)] == [
            (1, ["mrn", "report"]),
            (2, ["1", "two\nlines"]),
            (5, ["2", "one"]),
        ]

    @pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
    def test_lines_end_in_any_of_three_ways(self, newline: str) -> None:
        assert [one.line for one in records(f"mrn{newline}1{newline}2{newline}")] == [1, 2, 3]

    def test_a_quotation_mark_left_open_costs_its_own_row_only(self) -> None:
        text = 'mrn,note\n1,"open\n2,fine\n3,"also, fine"\n'

        found = records(text)

        assert [(one.line, isinstance(one, Record)) for one in found] == [
            (1, True), (2, False), (3, True), (4, True),
        ]  # fmt: skip

    def test_a_quotation_mark_left_open_at_the_end_is_found(self) -> None:
        found = records('mrn,note\n1,fine\n2,"open\n')

        assert isinstance(found[-1], RowProblem)
        assert (found[-1].line, found[-1].code) == (3, "broken_quotes")

    def test_a_mark_left_open_before_thousands_of_rows_costs_one(self) -> None:
        rows = [f"{number},x" for number in range(5000)]
        rows[100] = '100,"x'

        found = records("\n".join(["mrn,note", *rows]))

        assert [one.line for one in found if isinstance(one, RowProblem)] == [102]
        assert len(found) == 5001

    @given(st.lists(st.lists(st.text("aé,;\"'\n\r\t ", max_size=6), min_size=3, max_size=3)))
    def test_what_was_written_is_read(self, rows: list[list[str]]) -> None:
        names = ["a", "b", "c"]
        text = csv_text([dict(zip(names, cells, strict=True)) for cells in rows] or [{"a": ""}])

        cells = [one.cells for one in records(text)[1:] if isinstance(one, Record)]

        assert cells == [line for line in rows if "".join(line).strip()]

    @given(st.text('ab,"\n', max_size=60))
    def test_any_text_is_read_to_its_end(self, text: str) -> None:
        found = records(text)

        assert [one.line for one in found] == sorted({one.line for one in found})


class TestHeader:
    def test_names_are_tolerant_of_case_spaces_and_other_names(self) -> None:
        header = match_header(["MRN ", "Date of Birth", "Size-MM", "HBV"], needs_site=False)

        assert [column.name for column in header.columns if column] == [
            "mrn", "birth_date", "size_mm", "chronic_hbv",
        ]  # fmt: skip

    def test_own_columns_are_passed_over(self) -> None:
        header = match_header(["mrn", "x_ward"], needs_site=False)

        assert header.columns[1] is None

    def test_every_documented_column_is_recognised(self) -> None:
        header = match_header(NAMES, needs_site=True)

        assert [column.name for column in header.columns if column] == NAMES

    @pytest.mark.parametrize(
        ("names", "column", "code", "cure"),
        [
            (["mrn", "cirhosis"], "cirhosis", "unknown_column", "Did you mean cirrhosis?"),
            (["mrn", "favourite colour"], "favourite colour", "unknown_column", "x_"),
            (["mrn", "dob", "birth_date"], "birth_date", "column_twice", "Keep one"),
            (["family_name"], "mrn", "column_missing", "Add the column"),
        ],
    )
    def test_what_is_wrong_is_named_with_a_cure(
        self, names: list[str], column: str, code: str, cure: str
    ) -> None:
        with pytest.raises(FileRefused) as refused:
            match_header(names, needs_site=False)

        [problem] = refused.value.problems
        assert (problem.column, problem.code) == (column, code)
        assert cure in problem.cure

    def test_a_header_that_is_none_is_told_in_few_words(self) -> None:
        with pytest.raises(FileRefused) as refused:
            match_header(["mrn", *(f"row {number}" for number in range(5000))], needs_site=False)

        assert len(refused.value.problems) == MOST_TOLD

    def test_site_is_needed_unless_it_is_chosen(self) -> None:
        with pytest.raises(FileRefused, match="is missing"):
            match_header(["mrn"], needs_site=True)


class TestSpool:
    def test_rows_come_back_by_patient_in_the_order_of_the_file(self) -> None:
        rows = [("b", "2"), ("a", "1"), ("b", "2"), ("", ""), ("a", "1")]
        with Spool() as spool:
            spool.fill(
                (site, mrn, "", Record(line, line, [mrn])) for line, (site, mrn) in enumerate(rows)
            )

            found = [(place, [one.line for one in group]) for place, group in spool.patients()]

        assert found == [(("", ""), [3]), (("a", "1"), [1, 4]), (("b", "2"), [0, 2])]

    def test_it_goes_on_after_a_patient(self) -> None:
        with Spool() as spool:
            spool.fill((site, "1", "", Record(1, 1, [])) for site in "abc")

            assert [place for place, _ in spool.patients(after=("a", "1"))] == [
                ("b", "1"), ("c", "1"),
            ]  # fmt: skip

    def test_an_accession_claimed_twice_belongs_to_the_first_line(self) -> None:
        rows = [("n", "B", "X", 5), ("n", "A", "X", 7), ("s", "A", "X", 8), ("n", "A", "Y", 9)]
        with Spool() as spool:
            spool.fill((site, mrn, acc, Record(line, line, [])) for site, mrn, acc, line in rows)

            assert spool.owners_of_shared_accessions() == {("n", "X"): ("B", 5)}
