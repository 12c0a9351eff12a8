"""MLLP: where a message begins and ends in the bytes that come. Knows nothing of sockets.

A frame is 0x0B, the message, 0x1C 0x0D. What stands between frames is passed over. A frame that
begins inside another one means that the other was cut off: a sender that starts again. Only what
has both its ends is a message.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

START = b"\x0b"
END = b"\x1c\x0d"
LONGEST_HEAD = 4096
PATIENCE_WITH_GIANTS = 10


@dataclass(frozen=True, slots=True)
class Frame:
    """One message as it came, without the bytes that frame it."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class Giant:
    """A frame that was longer than allowed: only its beginning was kept."""

    head: bytes


class EndlessFrame(Exception):
    """Many times more than the longest message, and still no end: nobody sends this in earnest."""


@dataclass(slots=True)
class FrameReader:
    """Takes bytes as they come, gives frames. Holds at most `most_bytes` and what came last."""

    most_bytes: int
    is_inside: bool = False
    _held: bytearray = field(default_factory=bytearray)
    _passed_over: int = 0

    def take(self, data: bytes) -> list[Frame | Giant]:
        """The frames that these bytes complete. Raises EndlessFrame."""
        return list(self._frames(data))

    def _frames(self, data: bytes) -> Iterator[Frame | Giant]:
        while data:
            if not self.is_inside:
                _between, start, data = data.partition(START)
                self._begin(inside=bool(start))
                continue
            frame, data = self._inside(data)
            if frame:
                yield frame

    def _begin(self, *, inside: bool) -> None:
        self.is_inside = inside
        self._held = bytearray()
        self._passed_over = 0

    def _inside(self, data: bytes) -> tuple[Frame | Giant | None, bytes]:
        """Add what belongs to this frame; the frame if it ends here, and the bytes after that."""
        again, end = data.find(START), self._end_in(data)
        if again >= 0 and (end is None or again < end):
            self._begin(inside=True)
            return None, data[again + 1 :]
        self._hold(data if end is None else data[:end])
        if end is None:
            return None, b""
        frame = self._finished()
        self._begin(inside=False)
        return frame, data[end:]

    def _end_in(self, data: bytes) -> int | None:
        """The place just after the end; its first byte may have come with the bytes before."""
        if self._held[-1:] == END[:1] and data[:1] == END[1:]:
            return 1
        place = data.find(END)
        return None if place < 0 else place + len(END)

    def _hold(self, data: bytes) -> None:
        if not self._passed_over and len(self._held) + len(data) <= self.most_bytes + len(END):
            self._held += data
            return
        self._passed_over += len(data)
        head = (self._held[:LONGEST_HEAD] + data)[:LONGEST_HEAD]
        self._held = head + data[-1:]  # the end may be divided between two packets
        if self._passed_over > PATIENCE_WITH_GIANTS * self.most_bytes:
            raise EndlessFrame

    def _finished(self) -> Frame | Giant:
        if self._passed_over:
            return Giant(bytes(self._held[:LONGEST_HEAD]))
        return Frame(bytes(self._held[: -len(END)]))
