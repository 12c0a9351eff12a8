"""A message is sent as another system would send it, and what is answered comes back."""

import json
import socket
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from surveillance.intake.applying import take_in_message
from surveillance.intake.fhir.answers import RESPONSES, bundle_response, what_became
from surveillance.intake.fhir.outcome import outcome
from surveillance.intake.fhir.reading import ReadBundle
from surveillance.intake.fhir_feed import read_of_feed
from surveillance.intake.hl7v2.framing import END, START
from surveillance.intake.hl7v2.keeping import keep_here
from surveillance.models import IntakeFeed, IntakeMessage
from surveillance.workflows.keep_message import keep_message

SECONDS_TO_CONNECT: Final = 1
SECONDS_TO_ANSWER: Final = 10
MOST_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class Sent:
    """What was answered, and the message on file (None: it was not kept). `port`: the port over
    which it went, 0 where nobody listened and it was handed to the listener's own functions."""

    answer: str
    message: IntakeMessage | None
    port: int = 0


def as_hl7(text: str) -> bytes:
    """Typed lines as segments of HL7 v2."""
    lines = [line.strip() for line in text.splitlines()]
    return "".join(f"{line}\r" for line in lines if line).encode()


def send_hl7(
    raw: bytes, feed: IntakeFeed, *, address: tuple[str, int] | None, now: datetime
) -> Sent:
    """Send it to the listener at `address` and take in at once what was kept; where nobody listens
    it goes the listener's own way without the wire."""
    answer = _over_the_wire(raw, address) if address else None
    port = address[1] if address and answer is not None else 0
    if answer is None:
        answer = keep_here(raw, now)
    message = _kept(feed, raw)
    if message is not None:
        take_in_message(message, now)
    told = (answer or b"").decode("utf-8", "replace").replace("\r", "\n").strip()
    return Sent(told, message, port)


def send_fhir(raw: bytes, feed: IntakeFeed, *, now: datetime) -> Sent:
    """Read, keep, take in, as the FHIR door does; raises FaultyMapping where the feed has one."""
    read = read_of_feed(raw, feed, received_at=now)
    kept = keep_message(feed=feed, envelope=read.envelope, parts=read.parts, now=now)
    return Sent(json.dumps(_told(read, kept.message, now), indent=2), kept.message)


def _told(read: ReadBundle, message: IntakeMessage, now: datetime) -> dict[str, Any]:
    if read.is_refused:
        return outcome(list(read.all_problems()))
    became = what_became(read, take_in_message(message, now))
    if read.kind in RESPONSES:
        return bundle_response(read.kind, became, False)
    return outcome([problem for one in became for problem in one.problems()])


def _over_the_wire(raw: bytes, address: tuple[str, int]) -> bytes | None:
    """The answer without its frame; None where nobody listens or nothing is answered."""
    try:
        with socket.create_connection(address, timeout=SECONDS_TO_CONNECT) as line:
            line.settimeout(SECONDS_TO_ANSWER)
            line.sendall(START + raw + END)
            return _answer_on(line)
    except OSError:
        return None


def _answer_on(line: socket.socket) -> bytes | None:
    heard = b""
    while not heard.endswith(END) and len(heard) < MOST_BYTES:
        more = line.recv(4096)
        if not more:
            return None
        heard += more
    return heard.removeprefix(START).removesuffix(END)


def _kept(feed: IntakeFeed, raw: bytes) -> IntakeMessage | None:
    digest = sha256(raw).hexdigest()
    found = IntakeMessage.objects.filter(feed=feed, digest=digest)
    return found.order_by("-received_at").first()
