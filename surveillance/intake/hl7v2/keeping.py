"""Messages as they came are read and kept; what is to be answered comes back.

Reading and keeping each run in a thread, with that thread's connection. A message is answered only
after the transaction that keeps it was committed. While the database is away nothing is answered:
the sender, who has heard nothing, sends again.
"""

import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db import Error, close_old_connections, connection

from surveillance.believed_moments import AHEAD, WORDS, is_ahead
from surveillance.intake.hl7v2.acknowledgement import acknowledge
from surveillance.intake.hl7v2.guarded_reading import header_in, read_for, unstorable
from surveillance.intake.hl7v2.header import Header
from surveillance.intake.hl7v2.problems import Problem, Severity
from surveillance.intake.hl7v2.reading import ReadMessage
from surveillance.intake.hl7v2.senders import feeds_of, sender_of
from surveillance.models import IntakeFeed
from surveillance.workflows.keep_message import keep_message
from surveillance.workflows.keep_messages import Received, keep_messages
from surveillance.workflows.keep_stray import TooManyStrays, keep_stray

log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]

SECONDS_BETWEEN_LOOKS = 1.0

CLOCK_AHEAD = Problem(AHEAD, "", WORDS, Severity.WARNING)
NOT_HL7 = "Not an HL7 v2 message: it does not begin with MSH. Nothing of it was kept."
TOO_LARGE = "The message is longer than this listener takes. Nothing of it was kept; send less."
STRAY = (
    "MSH-3 and MSH-4 name no feed. Kept, not taken in: register the sender as a feed. "
    'An administrator finds it under Messages, Unknown senders. It names itself "{application}", '
    '"{facility}".'
)
STRAY_SET_ASIDE = (
    "MSH-3 and MSH-4 name no feed. Set aside by an administrator: send no more of it. "
    "It is kept and not taken in unless that is undone under Messages, Unknown senders."
)
"""MSA-3 holds the first 80 letters of these, ERR-8 the first 250."""
LONGEST_NAME_TOLD = 40


class Line(threading.local):
    """This thread's connection. In busy times asking before each transaction whether the server is
    still there would cost as much as the transaction's own questions; should it go away between two
    looks, the sender hears nothing and sends again."""

    look_again_at = 0.0

    def look(self) -> None:
        """Let go of a connection that is old or broken, if nobody has looked for a while."""
        if time.monotonic() >= self.look_again_at:
            close_old_connections()
            self.look_again_at = time.monotonic() + SECONDS_BETWEEN_LOOKS


LINE = Line()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to answer: the code of MSA-1, and why it is not AA."""

    code: str
    problems: Sequence[Any] = ()


@dataclass(slots=True)
class Letter:
    """One message on its way. Without a verdict nothing is answered."""

    raw: bytes
    header: Header | None
    feed: IntakeFeed | None = None
    read: ReadMessage | None = None
    verdict: Verdict | None = None

    def received(self) -> Received:
        """What to keep of it."""
        assert self.feed is not None
        assert self.read is not None
        return Received(feed=self.feed, envelope=self.read.envelope, parts=self.read.parts)

    def is_kept(self, now: datetime) -> None:
        """It is on file: the verdict of the reader may be told, and that its clock is ahead."""
        assert self.read is not None
        ahead = [CLOCK_AHEAD] if any(is_ahead(part, now) for part in self.read.parts) else []
        self.verdict = Verdict(self.read.code, [*self.read.problems, *ahead])


@dataclass(frozen=True, slots=True)
class Group:
    """Messages that came at the same time, read, and when that was."""

    letters: Sequence[Letter]
    now: datetime


def read_all(raws: Sequence[bytes], clock: Clock) -> Group:
    """Read them, each by the mapping of its feed. Raises what the database raises."""
    LINE.look()
    letters = [Letter(raw, header_in(raw)) for raw in raws]
    try:
        _read(letters)
    except Error:
        connection.close()
        raise
    return Group(letters, clock())


def keep_all(group: Group) -> list[bytes | None]:
    """Keep them in one transaction, and each in its own if that fails; the answer to each.

    None: it is not known to be kept, so there is no answer.
    """
    try:
        LINE.look()
        _keep(group.letters, group.now)
    except Error as fault:
        log.error("hl7_not_kept", messages_count=len(group.letters), exc_info=fault)
        connection.close()
    return [answer_to(letter, group.now) for letter in group.letters]


def keep_here(raw: bytes, now: datetime) -> bytes | None:
    """Keep one message on the caller's connection, within its transaction; the answer to it.

    Raises what the database raises.
    """
    letters = [Letter(raw, header_in(raw))]
    _read(letters)
    _keep(letters, now)
    return answer_to(letters[0], now)


def answer_to(letter: Letter, now: datetime) -> bytes | None:
    """The acknowledgement, or None where there is no verdict."""
    if letter.verdict is None:
        return None
    said, control_id = letter.verdict, uuid.uuid4().hex[:20]
    try:
        return acknowledge(
            letter.header or letter.raw, said.code, said.problems, now=now, control_id=control_id
        )
    except Exception as fault:
        log.error("hl7_not_answered", exc_info=fault)
        return None


def refusal_of_giant(head: bytes, now: datetime) -> bytes | None:
    """The answer to a message of which only the beginning was looked at."""
    return answer_to(Letter(head, None, verdict=Verdict("AR", [TOO_LARGE])), now)


def _read(letters: Sequence[Letter]) -> None:
    senders = {id(one): sender_of(one.header) for one in letters if one.header}
    feeds = feeds_of(senders.values())
    for letter in letters:
        if letter.header is None:
            letter.verdict = Verdict("AR", [NOT_HL7])
            continue
        sender = senders[id(letter)]
        letter.feed = feeds.get((sender.application, sender.facility))
        if letter.feed is not None:
            letter.read = read_for(letter.feed, letter.raw, letter.header)


def _keep(letters: Sequence[Letter], now: datetime) -> None:
    _keep_together([one for one in letters if one.feed], now)
    for letter in letters:
        if letter.header and letter.feed is None:
            letter.verdict = _stray(letter, now)


def _stray(letter: Letter, now: datetime) -> Verdict:
    assert letter.header is not None
    log.warning("hl7_unknown_sender", bytes_count=len(letter.raw))
    sender = sender_of(letter.header)
    try:
        waits = keep_stray(sender=sender, raw=letter.raw, now=now)
    except TooManyStrays as refusal:
        return Verdict("AR", [str(refusal)])
    if not waits:
        return Verdict("AE", [STRAY_SET_ASIDE])
    names = sender.application[:LONGEST_NAME_TOLD], sender.facility[:LONGEST_NAME_TOLD]
    return Verdict("AE", [STRAY.format(application=names[0], facility=names[1])])


def _keep_together(letters: Sequence[Letter], now: datetime) -> None:
    """All in one transaction; where it fails each in its own, so that one spoils no other."""
    if not letters:
        return
    try:
        keep_messages(received=[one.received() for one in letters], now=now)
    except (Error, ValueError) as fault:
        log.warning("hl7_group_divided", messages_count=len(letters), exc_info=fault)
        connection.close_if_unusable_or_obsolete()
        _keep_each(letters, now)
        return
    for letter in letters:
        letter.is_kept(now)


def _keep_each(letters: Sequence[Letter], now: datetime) -> None:
    for letter in letters:
        try:
            _keep_one(letter, now)
        except (Error, ValueError) as fault:
            if not _still_there():
                raise
            _keep_bare(letter, fault, now)
        letter.is_kept(now)


def _keep_one(letter: Letter, now: datetime) -> None:
    one = letter.received()
    keep_message(feed=one.feed, envelope=one.envelope, parts=one.parts, now=now)


def _keep_bare(letter: Letter, fault: Exception, now: datetime) -> None:
    assert letter.header is not None
    log.error("hl7_kept_bare", exc_info=fault)
    letter.read = unstorable(letter.raw, letter.header)
    _keep_one(letter, now)


def _still_there() -> bool:
    """Whether the database answers: the fault lies in the message then."""
    return connection.connection is not None and connection.is_usable()
