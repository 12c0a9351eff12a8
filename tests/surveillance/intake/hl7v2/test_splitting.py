"""Characters, escape sequences, line ends, places and moments."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import hl7
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveillance.intake.hl7v2.character_sets import codec_of, decoded, is_unreadable
from surveillance.intake.hl7v2.escapes import unescaped
from surveillance.intake.hl7v2.header import header_of
from surveillance.intake.hl7v2.moments import day, moment
from surveillance.intake.hl7v2.splitting import place_of, split_message
from tests.surveillance.intake.hl7v2.messages import message

SIGNS = "|^~\\&"
JIS = "山田".encode("iso2022_jp")
ORACLE: Any = hl7.parse("MSH|^~\\&|A|B|C|D|20260301||ORU^R01|1|P|2.5\r")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (r"a\F\b\S\c\T\d\R\e\E\f", r"a|b^c&d~e\f"),
        (r"one\.br\two\.sp3\three", "one\ntwo\n\n\nthree"),
        (r"\H\bold\N\ and\.in+4\\.fi\ plain", "bold and plain"),
        (r"a\.sk3\b", "a   b"),
        (r"caf\XC3A9\ \X0D0A\next", "café \nnext"),
        (r"\XE9\ is no UTF-8", "é is no UTF-8"),
        (r"C:\TEMP\x, 5\6, \Q\, \\", r"C:\TEMP\x, 5\6, \Q\, \\"),
        (r"no end \F", r"no end \F"),
        (r"nothing \X00\\X07\ unseen", "nothing  unseen"),
    ],
)
def test_escape_sequences(text: str, meant: str) -> None:
    assert unescaped(text, SIGNS, "utf-8") == meant


PIECES = ("x y", "\\F\\", "\\S\\", "\\T\\", "\\R\\", "é")


@given(st.lists(st.sampled_from(PIECES)))
def test_escaped_signs_are_those_of_the_hl7_library(pieces: list[str]) -> None:
    text = "".join(pieces)

    assert unescaped(text, SIGNS, "utf-8") == ORACLE.unescape(text)


@pytest.mark.parametrize(
    ("declared", "codec"),
    [("ASCII", "ascii"), ("8859/1", "iso8859-1"), ("8859/15", "iso8859-15"), ("", "utf-8"),
     ("UNICODE UTF-8", "utf-8"), ("ISO IR100", "latin-1"), ("ISO-8859-2", "iso8859-2"),
     ("GB 18030-2000", "gb18030"), ("KS X 1001", "cp949"), ("BIG-5", "cp950"),
     ("ISO IR87", "iso2022_jp_ext"), ("~ISO IR87", "iso2022_jp_ext"), ("ASCII~ISO IR159",
     "iso2022_jp_ext"), ("CNS 11643-1992", None), ("ASCII~KLINGON", None)],
)  # fmt: skip
def test_character_sets(declared: str, codec: str | None) -> None:
    assert codec_of(declared) == codec


@pytest.mark.parametrize(
    ("raw", "declared", "text", "codes"),
    [
        pytest.param("Peña".encode(), "", "Peña", [], id="nothing declared: UTF-8"),
        pytest.param(b"Pe\xf1a", "", "Peña", ["wrong_character_set"], id="otherwise Latin-1"),
        pytest.param(b"Pe\xf1a", "UNICODE UTF-8", "Peña", ["wrong_character_set"], id="not UTF-8"),
        pytest.param("Peña".encode(), "ASCII", "Peña", ["wrong_character_set"], id="not ASCII"),
        pytest.param(b"\x93ok\x94", "8859/1", "“ok”", [], id="Windows quotes called Latin-1"),
        pytest.param(b"\xa4", "8859/15", "€", [], id="euro"),
        pytest.param(b"ok", "KLINGON", "ok", ["unknown_character_set"], id="unknown"),
        pytest.param(
            "Muñoz".encode(), "8859/1", "Muñoz", ["wrong_character_set"], id="UTF-8 called Latin-1"
        ),
        pytest.param("PÓŁ".encode("iso8859-2"), "8859/2", "PÓŁ", [], id="Polish is no UTF-8"),
        pytest.param("李".encode("gb18030"), "GB 18030-2000", "李", [], id="Chinese"),
        pytest.param("許功蓋".encode("big5"), "BIG-5", "許功蓋", [], id="Chinese with backslashes"),
        pytest.param("김".encode("euc_kr"), "KS X 1001", "김", [], id="Korean"),
        pytest.param(JIS + b"\r\n|a", "ASCII~ISO IR87", "山田\r\n|a", [], id="Japanese"),
        pytest.param(JIS, "", "山田", ["wrong_character_set"], id="Japanese, not declared"),
        pytest.param(b"a\x00b\x1cc", "", "abc", [], id="control signs go"),
    ],
)
def test_bytes_are_read(raw: bytes, declared: str, text: str, codes: list[str]) -> None:
    read, _, problems = decoded(raw, declared)

    assert (read, [one.code for one in problems]) == (text, codes)


@pytest.mark.parametrize(
    ("raw", "declared", "waits"),
    [
        pytest.param(b"ok", "KLINGON", False, id="plain letters"),
        pytest.param("Muñoz".encode(), "KLINGON", True, id="other letters"),
        pytest.param(b"a\x1b$)AB", "KLINGON", True, id="an escape"),
        pytest.param("ł".encode("utf-16-le"), "UNICODE UTF-16", True, id="zeros"),
        pytest.param(b"Pe\xf1a", "ISO IR87", True, id="no letters of an Asian set"),
        pytest.param(JIS[:-4], "ISO IR87", True, id="half a letter"),
        pytest.param("Peña".encode(), "ISO IR87", False, id="UTF-8 all the same"),
        pytest.param(b"Pe\xf1a", "UNICODE UTF-8", False, id="Latin-1 called UTF-8"),
    ],
)
def test_letters_that_are_not_known_are_not_believed(
    raw: bytes, declared: str, waits: bool
) -> None:
    assert is_unreadable(decoded(raw, declared)[2]) is waits


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_segments_end_with_any_line_end(end: str) -> None:
    raw = message("OBR|1||A", "ZXX|ours").replace(b"\r", end.encode())
    header = header_of(raw)
    assert header is not None

    names = [one.name for one in split_message(raw, header).segments]

    assert names == ["MSH", "PID", "OBR", "ZXX"]


@pytest.mark.parametrize("word", ["CTA", "MRI", "CTA|thorax", "ABS", "ABS\n"])
def test_a_short_line_of_a_text_goes_on_with_the_text(word: str) -> None:
    text = f"FINDINGS:\n{word}\nLiver: new 11 mm calcification."
    raw = message("OBR|1||A", f"OBX|1|TX|||{text}", "PV1", "OBX|2|TX|||End.")
    header = header_of(raw)
    assert header is not None

    split = split_message(raw, header)

    assert [one.name for one in split.segments] == ["MSH", "PID", "OBR", "OBX", "PV1", "OBX"]
    assert "|".join(split.segments[3].fields[5:]) == text


def test_a_place_names_component_and_subcomponent() -> None:
    raw = message(r"OBR|1||a1&a2^b1&b\T\2~c|\"\"".replace(r"\"", '"'))
    header = header_of(raw)
    assert header is not None
    obr = split_message(raw, header).segments[2]

    read = [obr.value(*place_of(f"OBR-{place}")[1:]) for place in ("3", "3.1.2", "3.2.2", "3.3")]

    assert read == ["a1", "a2", "b&2", ""]
    assert obr.repetitions(3) == [r"a1&a2^b1&b\T\2", "c"]
    assert (obr.value(4), obr.text(4), obr.value(99)) == ("", "", "")


@pytest.mark.parametrize("place", ["OBR", "OBR-0", "obr-3", "OBR-3.0", "OBR-3.1.1.1", "OBR-٣"])
def test_what_is_no_place_is_refused(place: str) -> None:
    with pytest.raises(ValueError, match=place):
        place_of(place)


EST = timezone(timedelta(hours=-5))


@pytest.mark.parametrize(
    ("stamp", "on", "at"),
    [
        ("20260228", date(2026, 2, 28), datetime(2026, 2, 28, tzinfo=UTC)),
        ("202602282330-0500", date(2026, 2, 28), datetime(2026, 2, 28, 23, 30, tzinfo=EST)),
        ("20240229010203.5", date(2024, 2, 29), datetime(2024, 2, 29, 1, 2, 3, 500000, tzinfo=UTC)),
        ("20261231235960", date(2026, 12, 31), datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("202602", None, None),
        ("2026", None, None),
        ("20260230", None, None),
        ("00010101", None, None),
        ("2026-02-28", None, None),
        ("202602282500", date(2026, 2, 28), None),
        ("202602281200+9900", date(2026, 2, 28), None),
        ("yesterday", None, None),
    ],
)
def test_time_stamps(stamp: str, on: date | None, at: datetime | None) -> None:
    assert (day(stamp), moment(stamp, UTC)) == (on, at)
