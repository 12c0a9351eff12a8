"""HL7 v2: our own splitting against a hand-written split, the `hl7` library and hl7apy.

Goals (ratios in one run): a report message with ten lines of text is split, and the values that a
report needs are read, in at most 3 times the time of splitting strings by hand without escape
sequences, at least 30 times faster than with `hl7`, 500 times than with hl7apy. The whole way to a
ReportArrival is told besides. Run: python -m bench.hl7v2
"""

import hl7
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message

from bench import measure
from surveillance.arrivals import ReportArrival
from surveillance.intake.hl7v2.header import header_of
from surveillance.intake.hl7v2.reading import read_message
from surveillance.intake.hl7v2.splitting import split_message

LINES = 10
ROUNDS = 5
MESSAGES = 2_000
FEW = 100
OWN, HAND = "our own splitting, unescaped", "split by hand, nothing unescaped"

TEXT = "Line {} of the report: calcification of 4 mm in segment VII {} no soft tissue, unchanged."
AND = ("and", "\\T\\")
"""One line in five holds an escape sequence."""
MESSAGE = "\r".join(
    [
        "MSH|^~\\&|RIS|GENHOSP|HEPCALC|GENHOSP|20260301101500+0000||ORU^R01^ORU_R01|1|P|2.5.1",
        "PID|1||600100^^^GENHOSP^MR||Prueba^Ana^Maria^^^^L||19610214|F",
        "ORC|RE|ORD-1|RAD26-0001",
        "OBR|1|ORD-1|RAD26-0001|CTLIV^CT LIVER MULTIPHASE^L|||20260228093000" + "|" * 17 + "CT|F",
        *(
            f"OBX|{number}|TX|RPT^Report^L||{TEXT.format(number, AND[number % 5 == 0])}||||||F"
            for number in range(1, LINES + 1)
        ),
    ]
).encode()


def main() -> None:
    """Print messages per second, and the ratios."""
    _check()
    taken = measure.interleaved(
        {
            HAND: lambda: [by_hand() for _ in range(MESSAGES)],
            OWN: lambda: [own() for _ in range(MESSAGES)],
            "the whole way to an arrival": lambda: [
                read_message(MESSAGE, {}) for _ in range(MESSAGES)
            ],
        },
        ROUNDS,
    )
    measure.tell("A report of ten lines", taken, HAND, MESSAGES, "messages")
    few = measure.interleaved(
        {
            OWN: lambda: [own() for _ in range(FEW)],
            "the whole way to an arrival": lambda: [read_message(MESSAGE, {}) for _ in range(FEW)],
            "hl7 (python-hl7)": lambda: [by_hl7() for _ in range(FEW)],
            "hl7apy, no validation": lambda: [by_hl7apy() for _ in range(FEW // 20)] * 20,
        },
        ROUNDS,
    )
    few["hl7apy, no validation"] = [20 * one for one in few["hl7apy, no validation"]]
    measure.tell("Against the libraries", few, OWN, FEW, "messages")


def by_hand() -> list[str]:
    """What a script would do: split, take what is needed; no escapes, no other signs."""
    rows = [line.split("|") for line in MESSAGE.decode().split("\r")]
    first = {row[0]: row for row in reversed(rows)}
    values = [
        first["MSH"][9],
        first["PID"][3].split("^")[0],
        first["OBR"][3],
        first["OBR"][4].split("^")[1],
        first["OBR"][7],
        first["OBR"][25],
    ]
    return [*values, *(row[5] for row in rows if row[0] == "OBX")]


def own() -> list[str]:
    """The same values by our own splitting, as they are read for arrivals."""
    header = header_of(MESSAGE)
    assert header is not None
    segments = split_message(MESSAGE, header).segments
    first = {segment.name: segment for segment in reversed(segments)}
    request = first["OBR"]
    values = [
        header.control_id,
        first["PID"].value(3),
        request.value(3),
        request.value(4, 2),
        request.value(7),
        request.value(25),
    ]
    return [*values, *(segment.text(5) for segment in segments if segment.name == "OBX")]


def by_hl7() -> list[str]:
    """The same values by `hl7`."""
    message = hl7.parse(MESSAGE.decode())
    places = ("MSH.10", "PID.3.1.1", "OBR.3", "OBR.4.1.2", "OBR.7", "OBR.25")
    values = [str(message[place]) for place in places]
    return [*values, *(message.unescape(str(line[5])) for line in message.segments("OBX"))]


def by_hl7apy() -> list[str]:
    """The same values by hl7apy."""
    message = parse_message(
        MESSAGE.decode(), validation_level=VALIDATION_LEVEL.TOLERANT, find_groups=False
    )
    pid, request = message.pid, message.obr
    values = [
        message.msh.msh_10.to_er7(),
        pid.pid_3.pid_3_1.to_er7(),
        request.obr_3.to_er7(),
        request.obr_4.obr_4_2.to_er7(),
        request.obr_7.to_er7(),
        request.obr_25.to_er7(),
    ]
    return [*values, *(line.obx_5.to_er7() for line in message.children if line.name == "OBX")]


def _check() -> None:
    """Nothing is timed unless all read the same."""
    [report] = read_message(MESSAGE, {}).parts
    unescaped = [value.replace("\\T\\", "&") for value in by_hand()]
    alike = own() == unescaped == by_hl7()
    apy = [value.replace("\\T\\", "&") for value in by_hl7apy()]
    if not (alike and apy == unescaped and isinstance(report, ReportArrival)):
        raise SystemExit("The readers do not read alike: nothing was timed.")


if __name__ == "__main__":
    main()
