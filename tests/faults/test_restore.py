"""A backup from the middle of the sendings is restored: what it knows as sent is not sent again,
what it does not know of goes out with the Message-ID that the far side knows already.
"""

import shutil
import sqlite3
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from tests.faults.chase_processes import APART, use_database, workers
from tests.faults.chase_story import fill
from tests.faults.processes import eventually
from tests.faults.scale import count, times
from tests.faults.smtp_sink import SmtpSink
from tests.surveillance.chase.scenes import at

pytestmark = pytest.mark.faults

NOW = at(date(2027, 3, 25))
FOLLOW_UPS = 30
RESTORES = times(1)


def back_up(there: Path, copy: Path) -> None:
    """While it is in use, as docs/operations.md says."""
    with sqlite3.connect(there) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    source.close()
    target.close()


def put_back(copy: Path, there: Path) -> None:
    for name in (f"{there}-wal", f"{there}-shm"):
        Path(name).unlink(missing_ok=True)
    shutil.copy(copy, there)


def sent_according_to(copy: Path) -> set[str]:
    with sqlite3.connect(copy) as connection:
        rows = connection.execute(
            "SELECT id FROM surveillance_notification WHERE channel = 'EMAIL' AND status = 'SENT'"
        ).fetchall()
    connection.close()
    return {row[0] for row in rows}


def is_all_done(there: Path) -> bool:
    with sqlite3.connect(there) as connection:
        (left,) = connection.execute(
            "SELECT (SELECT count(*) FROM surveillance_notification WHERE status = 'PENDING')"
            " + (SELECT count(*) FROM surveillance_followup WHERE next_look_on <= ?)",
            [NOW.date().isoformat()],
        ).fetchone()
    connection.close()
    return bool(left == 0)


@pytest.mark.parametrize("number", range(RESTORES))
def test_a_restored_backup_sends_nothing_again_that_it_knows_as_sent(
    monkeypatch: pytest.MonkeyPatch, empty_database: Path, tmp_path: Path, number: int
) -> None:
    database, copy = tmp_path / "live.sqlite3", tmp_path / "backup.sqlite3"
    sent_before = FOLLOW_UPS // 3 + number % (FOLLOW_UPS // 3)
    shutil.copy(empty_database, database)
    use_database(monkeypatch, f"sqlite:///{database}")
    with APART.Pool(1) as there:
        there.apply(fill, [FOLLOW_UPS])

    with SmtpSink(seconds_each=0.05) as sink:
        with workers(["both"], NOW, sink.port, context=APART):
            assert eventually(lambda: len(sink.taken) > sent_before, 60)
            back_up(database, copy)
            assert eventually(partial(is_all_done, database), 60)
        put_back(copy, database)
        with workers(["both"], NOW, sink.port, context=APART):
            assert eventually(partial(is_all_done, database), 60)

    known = sent_according_to(copy)
    again = [name for name, copies in sink.taken.items() if copies > 1]
    count("Backup restored", messages=len(sink.taken), known_as_sent=len(known), again=len(again))
    assert len(sink.taken) >= FOLLOW_UPS
    assert 0 < len(known) < len(sink.taken)
    assert not known & {name[1:].split("@")[0].replace("-", "") for name in again}
    assert max(sink.taken.values()) <= 2
