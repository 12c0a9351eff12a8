"""Valid messages, spoilt by chance: what cables, buggy senders and hostile people send."""

import random
from collections.abc import Callable

from tests.surveillance.intake.hl7v2.wire import END, START, oru

Spoil = Callable[[bytes, random.Random], bytes]
SEPARATORS = b"|^~\\&\r\n"


def _flip(raw: bytes, dice: random.Random) -> bytes:
    spoilt = bytearray(raw)
    for _ in range(dice.randint(1, 12)):
        spoilt[dice.randrange(len(spoilt))] = dice.randrange(256)
    return bytes(spoilt)


def _cut(raw: bytes, dice: random.Random) -> bytes:
    return raw[: dice.randrange(len(raw))]


def _behead(raw: bytes, dice: random.Random) -> bytes:
    return raw[dice.randrange(len(raw)) :]


def _take_out(raw: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(raw))
    return raw[:at] + raw[at + dice.randint(1, 80) :]


def _put_in(raw: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(raw))
    return raw[:at] + dice.randbytes(dice.randint(1, 60)) + raw[at:]


def _say_again(raw: bytes, dice: random.Random) -> bytes:
    lines = raw.split(b"\r")
    at = dice.randrange(len(lines))
    return b"\r".join(lines[:at] + [lines[at]] * dice.randint(2, 60) + lines[at:])


def _shuffle(raw: bytes, dice: random.Random) -> bytes:
    lines = raw.split(b"\r")
    dice.shuffle(lines)
    return b"\r".join(lines)


def _swap_separators(raw: bytes, dice: random.Random) -> bytes:
    one, other = dice.sample(SEPARATORS, 2)
    return raw.translate(bytes.maketrans(bytes([one, other]), bytes([other, one])))


def _swell(raw: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(raw))
    return raw[:at] + bytes([dice.randrange(32, 256)]) * dice.randint(200, 20_000) + raw[at:]


def _frame_inside(raw: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(raw))
    return raw[:at] + dice.choice([START, END, END + START, b"\x1c"]) + raw[at:]


def _noise(raw: bytes, dice: random.Random) -> bytes:
    return dice.randbytes(len(raw))


def _other_letters(raw: bytes, dice: random.Random) -> bytes:
    letters = dice.choice(["utf-16", "utf-16-be", "cp037", "utf-32", "utf-7"])
    return raw.decode("latin-1").encode(letters, "replace")


SPOILS: list[Spoil] = [
    _flip, _cut, _behead, _take_out, _put_in, _say_again, _shuffle, _swap_separators, _swell,
    _frame_inside, _noise, _other_letters,
]  # fmt: skip


def mutation(number: int) -> bytes:
    """The mutation of this number: the same in every run."""
    dice = random.Random(number)
    raw = oru(f"M{number}", text="Señora. \\H\\Liver\\N\\ \\.br\\ calcification 4 mm")
    for spoil in dice.choices(SPOILS, k=dice.randint(1, 2)):
        raw = spoil(raw, dice) or b"?"
    return raw
