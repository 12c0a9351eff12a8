"""A listener on a loopback socket, in a thread of its own; a sender; and messages to send."""

import asyncio
import re
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from surveillance.intake.hl7v2.groups import Groups
from surveillance.intake.hl7v2.keeping import keep_all, read_all
from surveillance.intake.hl7v2.listener import Listener, Listening
from surveillance.intake.hl7v2.serving import note_trouble
from surveillance.models import IntakeFeed, MessageFormat
from tests.factories import NOW, SiteFactory

APPLICATION, FACILITY = "RIS", "NORTH"
PLANTED_NAME, PLANTED_MRN = "Quillfeather", "MRN777001"
START, END = b"\x0b", b"\x1c\x0d"
MSA = re.compile(rb"\rMSA(.)(A[AER])\1?(\w*)", re.DOTALL)
"""With whichever separator: an answer may use that of the message."""


def feed() -> IntakeFeed:
    """A registered sender: the one that `oru` writes into MSH-3 and MSH-4."""
    return IntakeFeed.objects.create(
        site=SiteFactory(),
        name="Radiology",
        format=MessageFormat.HL7V2,
        sending_application=APPLICATION,
        sending_facility=FACILITY,
    )


def oru(control_id: str = "1", *, application: str = APPLICATION, text: str = "Liver: ok") -> bytes:
    """A radiology report about an invented person."""
    lines = [
        f"MSH|^~\\&|{application}|{FACILITY}|HEPCALC|NORTH|20260831080000||ORU^R01^ORU_R01|"
        f"{control_id}|P|2.5.1",
        f"PID|1||{PLANTED_MRN}^^^NORTH^MR||{PLANTED_NAME}^Ada||19600102|F",
        f"OBR|1|ORD{control_id}|ACC{control_id}|USABD^Ultrasound abdomen|||20260830101500"
        "|||||||||||||||20260831075900||RAD|F",
        f"OBX|1|TX|REPORT^Report||{text}||||||F|||20260831075900",
    ]
    return "\r".join([*lines, ""]).encode()


def framed(raw: bytes) -> bytes:
    """As it goes over the wire."""
    return START + raw + END


def code_of(answer: bytes) -> str:
    """MSA-1 of an acknowledgement; nothing where the connection was closed without one."""
    said = MSA.search(answer)
    return said[2].decode() if said else ""


def about(answer: bytes) -> str:
    """MSA-2: which message is answered."""
    said = MSA.search(answer)
    return said[3].decode() if said else ""


class Sender:
    """One connection of a sending system."""

    def __init__(self, port: int, patience: float = 10) -> None:
        self.line = socket.create_connection(("127.0.0.1", port), timeout=patience)
        self._got = b""

    def __enter__(self) -> "Sender":
        return self

    def __exit__(self, *_error: object) -> None:
        self.line.close()

    def send(self, data: bytes) -> None:
        """These bytes, framed or not. A listener that has closed takes none."""
        with suppress(OSError):
            self.line.sendall(data)

    def answer(self) -> bytes:
        """The next answer; nothing once the listener has closed. Fails where neither comes."""
        while END not in self._got:
            try:
                more = self.line.recv(65536)
            except ConnectionError:
                more = b""
            if not more:
                return b""
            self._got += more
        answer, _end, self._got = self._got.partition(END)
        return answer.removeprefix(START)

    def ask(self, raw: bytes) -> bytes:
        """Send one message, wait for its answer."""
        self.send(framed(raw))
        return self.answer()


def keep_at_now(raws: Sequence[bytes]) -> list[bytes | None]:
    """The real keeper at a fixed moment."""
    return keep_all(read_all(raws, lambda: NOW))


@contextmanager
def listening(
    keep: Callable[[Sequence[bytes]], Sequence[bytes | None]] = keep_at_now, **limits: Any
) -> Iterator[int]:
    """A listener that runs meanwhile; its port. Stops as the real one does."""
    loop, opened = asyncio.new_event_loop(), threading.Event()
    found: dict[str, Any] = {}

    async def run() -> None:
        loop.set_exception_handler(note_trouble)
        listener = Listener(
            Listening(host="127.0.0.1", port=0, **limits), Groups(keep), lambda: NOW
        )
        found["port"], found["stop"] = await listener.start(), asyncio.Event()
        opened.set()
        await found["stop"].wait()
        await listener.stop()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    opened.wait(10)
    try:
        yield found["port"]
    finally:
        loop.call_soon_threadsafe(found["stop"].set)
        thread.join(20)
        loop.close()
    assert not thread.is_alive()
