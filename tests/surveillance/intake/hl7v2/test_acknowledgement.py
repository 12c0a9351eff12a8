"""The answer mirrors the message, and tells what is wrong without telling about anybody."""

from datetime import UTC, datetime

import pytest
from hl7apy.parser import parse_message

from surveillance.intake.hl7v2.acknowledgement import MOST_TOLD, acknowledge
from surveillance.intake.hl7v2.problems import Problem
from surveillance.intake.hl7v2.reading import header_of, read_message
from tests.surveillance.intake.hl7v2.messages import report, stored

NOW = datetime(2026, 3, 1, 10, 16, 5, tzinfo=UTC)


def answer(raw: bytes) -> list[str]:
    read = read_message(raw, {})
    ack = acknowledge(raw, read.code, read.problems, now=NOW, control_id="A7")
    assert ack.endswith(b"\r")
    return ack.decode("latin-1").split("\r")[:-1]


def test_an_accepted_message_is_answered_with_sender_and_receiver_changed() -> None:
    assert answer(stored("oru_251_loinc_sections")) == [
        "MSH|^~\\&|HEPCALC|GENHOSP|RADIS|GENHOSP|20260301101605+0000||ACK^R01^ACK|A7|P|2.5.1"
        "||||||UNICODE UTF-8",
        "MSA|AA|MSG00001",
    ]


def test_version_2_3_is_told_in_msa_3() -> None:
    assert answer(stored("oru_23_no_patient")) == [
        "MSH|^~\\&|HEPCALC|GENHOSP|RIS|GENHOSP|20260301101605+0000||ACK|A7|P|2.3",
        "MSA|AE|NP-1|PID is missing, and the message cannot be understood without it.",
    ]


def test_version_2_5_is_told_in_err_too() -> None:
    *_, msa, err = answer(stored("oru_251_no_accession"))

    assert msa.startswith("MSA|AA|A-3|OBR-3 is empty")
    assert err.startswith("ERR||OBR^1^3|101^Required field missing^HL70357|W|no_accession|||OBR-3")


def test_unusual_signs_are_mirrored_and_escaped() -> None:
    raw = stored("oru_231_unusual_signs")

    ack = acknowledge(raw, "AE", ["50% of A#B is @!"], now=NOW, control_id="A7").decode()

    assert ack.startswith("MSH#%!?@#HEPCALC#GENHOSP#RIS#GENHOSP#")
    assert "MSA#AE#SIGN-1#50?S? of A?F?B is ?T??R?\r" in ack


def test_what_is_no_hl7_is_answered_in_usual_signs() -> None:
    msh, msa, err = answer(b"GET / HTTP/1.1\r\n\r\n")

    assert msh == "MSH|^~\\&|||||20260301101605+0000||ACK|A7|P|2.5.1"
    assert msa.startswith("MSA|AR||")
    assert "|not_hl7|" in err


def test_many_problems_are_told_in_part() -> None:
    problems = [Problem("no_status", "OBR-25", "is empty.")] * 1_000

    ack = acknowledge(report(), "AA", problems, now=NOW, control_id="A7")

    assert ack.count(b"\rERR|") == MOST_TOLD


def test_no_answer_says_whose_message_it_is() -> None:
    for place in ("600100", "Prueba", "19610214"):
        raw = report(f25=place, f7=place)

        assert place not in "".join(answer(raw)[1:])


@pytest.mark.parametrize(
    "name", ["oru_251_loinc_sections", "oru_251_no_accession", "oru_23_no_patient", "orm_23_new"]
)
def test_hl7apy_reads_our_answers(name: str) -> None:
    theirs = parse_message("\r".join(answer(stored(name))))

    header = header_of(stored(name))
    assert header is not None
    assert theirs.msa.msa_2.to_er7() == header.control_id
    assert theirs.msh.msh_12.msh_12_1.to_er7() == header.version
    if header.version == "2.5.1":  # of older versions hl7apy knows no structure of an ACK
        assert theirs.validate()


@pytest.mark.parametrize("name", ["oru_251_loinc_sections", "orm_24_cancelled_without_obr"])
def test_hl7apy_reads_what_we_read(name: str) -> None:
    theirs = parse_message(stored(name).decode().rstrip("\r"), find_groups=False)

    [ours] = read_message(stored(name), {}).parts
    assert ours.person.mrn == theirs.pid.pid_3.pid_3_1.to_er7()  # type: ignore[union-attr]
    assert ours.order_number == theirs.orc.orc_2.to_er7()  # type: ignore[union-attr]
