"""A report as ORU^R01 of HL7 v2.5.1, one segment a line."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from surveillance.arrivals import CodedFinding, Person, ReportArrival, ReportState
from surveillance.models import IntakeFeed
from surveillance.protocol.terms import Sex

RECEIVER: Final = "HEPCALC"
ESCAPES: Final = str.maketrans(
    {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "~": "\\R\\", "&": "\\T\\", "\r": " ", "\n": " "}
)
STATES: Final = {
    ReportState.PRELIMINARY: "P",
    ReportState.FINAL: "F",
    ReportState.CORRECTED: "C",
    ReportState.CANCELLED: "X",
}
SEXES: Final = {Sex.FEMALE: "F", Sex.MALE: "M", Sex.OTHER: "O"}


def report_as_oru(report: ReportArrival, feed: IntakeFeed) -> str:
    """The message as `feed` sends it, findings as OBX with the usual codes."""
    state = STATES[report.state]
    lines = [
        header(feed, "ORU^R01^ORU_R01", report.accession, report.said_at),
        patient(report.person, feed),
        _request(report, state),
        *(f"OBX|{number}|{said}|||||{state}" for number, said in enumerate(_said(report), 1)),
    ]
    return "\n".join(lines)


def header(feed: IntakeFeed, kind: str, control_id: str, said_at: datetime) -> str:
    """MSH of a message of this feed."""
    names = {3: feed.sending_application, 4: feed.sending_facility, 5: RECEIVER}
    sender = "|".join(escaped(names[place]) for place in sorted(names))
    moment = stamp(said_at)
    there = escaped(feed.sending_facility)
    return f"MSH|^~\\&|{sender}|{there}|{moment}||{kind}|{escaped(control_id)}|P|2.5.1"


def patient(person: Person, feed: IntakeFeed) -> str:
    """PID: number, name, birth date, sex."""
    number = f"{escaped(person.mrn)}^^^{escaped(feed.sending_facility)}^MR"
    born = f"{person.birth_date:%Y%m%d}" if person.birth_date else ""
    sex = SEXES.get(person.sex, "U") if person.sex else ""
    name = f"{escaped(person.family_name)}^{escaped(person.given_name)}"
    return segment("PID", {1: "1", 3: number, 5: name, 7: born, 8: sex})


def segment(name: str, fields: Mapping[int, str]) -> str:
    """One segment with these fields, by their number."""
    return "|".join([name, *(fields.get(place, "") for place in range(1, max(fields) + 1))])


def escaped(text: str) -> str:
    """The text with the signs that separate fields replaced."""
    return text.translate(ESCAPES)


def stamp(moment: datetime) -> str:
    """A moment with seconds and its offset."""
    return f"{moment.astimezone(UTC):%Y%m%d%H%M%S}+0000"


def _request(report: ReportArrival, state: str) -> str:
    return segment("OBR", {
        1: "1",
        2: escaped(report.order_number),
        3: escaped(report.accession),
        4: f"EXAM^{escaped(report.procedure)}",
        7: f"{report.performed_on:%Y%m%d}",
        15: f"^^^{escaped(report.body_site)}",
        22: stamp(report.said_at),
        24: "RAD",
        25: state,
        32: f"^{escaped(report.reporter)}" if report.reporter else "",
    })  # fmt: skip


def _said(report: ReportArrival) -> Iterator[str]:
    """OBX-2 to OBX-6 of the text, the exam and each finding."""
    for line in report.text.splitlines():
        yield f"TX|REPORT^Report||{escaped(line)}|"
    if report.adequate is not None:
        yield f"ST|ADEQUATE^Adequate||{'Y' if report.adequate else 'N'}|"
    for number, one in enumerate(report.findings, 1):
        yield from _said_of(one, number)


def _said_of(one: CodedFinding, number: int) -> Iterator[str]:
    if one.label:
        yield f"ST|LESION^Lesion|{number}|{escaped(one.label)}|"
    if one.segments:
        yield f"ST|SEGMENT^Segments|{number}|{', '.join(one.segments)}|"
    if one.size_mm is not None:
        yield f"NM|SIZE^Size|{number}|{one.size_mm}|mm"
    if one.conclusion:
        yield f"ST|CONCLUSION^Conclusion|{number}|{one.conclusion.value}|"
