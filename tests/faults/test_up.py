"""`manage.py up` with real processes: order, sudden deaths, nothing left behind."""

import os
import shutil
import signal
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.core.management import CommandError

from hepcalc_site.broker_address import embedded_url
from hepcalc_site.running import ports
from tests.faults.processes import Running, eventually, manage, start
from tests.faults.scale import times
from tests.surveillance.intake.hl7v2.wire import Sender, code_of, oru

pytestmark = pytest.mark.faults
DATABASE = "hepcalc.sqlite3"
ENDED = "ended unexpectedly (killed by SIGKILL)"


def tasks_in_hand(data_dir: Path) -> int:
    """How many tasks workers have taken and not yet finished; 0 where no broker answers."""
    try:
        return int(redis.Redis.from_url(embedded_url(data_dir)).hlen("unacked"))
    except redis.RedisError:
        return 0


@pytest.fixture
def up(empty_database: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Running]:
    shutil.copy(empty_database, tmp_path / DATABASE)
    running = start(tmp_path, *getattr(request, "param", ()))
    try:
        assert eventually(lambda: "HepCalc is ready" in running.said(), 60), running.said()
        yield running
    finally:
        running.destroy()


@pytest.mark.parametrize("up", [pytest.param(["--mllp"], id="with-mllp")], indirect=True)
def test_it_runs_five_processes_and_stops_them_in_order_on_ctrl_c(up: Running) -> None:
    socket = up.data_dir / "broker" / "valkey.sock"
    assert up.get("/livez") == "ok"
    assert eventually(lambda: '"ready": true' in up.get("/readyz"), 20), up.get("/readyz")
    names = ("valkey", "worker", "gunicorn", "beat", "mllp_server")
    assert {bool(up.child(word)) for word in names} == {True}
    with Sender(up.mllp_port) as stranger:
        assert code_of(stranger.ask(oru())) == "AE"
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    assert (up.data_dir / "broker" / "appendonlydir").is_dir()
    with pytest.raises(CommandError, match=f"Port {up.port} is taken"):
        ports.choose(up.port)

    second = manage(up.data_dir, "up", "--no-prepare")
    up.process.send_signal(signal.SIGINT)
    status = up.process.wait(20)

    assert (second.returncode, "already runs" in second.stderr) == (1, True)
    assert status == 0
    assert "Everything has stopped." in up.said()
    assert not up.alive()


@pytest.mark.parametrize("farewell", [signal.SIGKILL, signal.SIGINT], ids=["kill-9", "ctrl-c"])
def test_nothing_is_left_even_while_tasks_wait_for_the_database(
    empty_database: Path, tmp_path: Path, farewell: signal.Signals
) -> None:
    shutil.copy(empty_database, tmp_path / DATABASE)
    writer = sqlite3.connect(tmp_path / DATABASE, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")  # every task that wants to write now waits for 20 seconds
    up = start(tmp_path)
    try:
        assert eventually(lambda: tasks_in_hand(tmp_path) > 0, 60), up.said()

        up.process.send_signal(farewell)
        up.process.wait(15)

        assert eventually(lambda: not up.alive(), 10), up.alive()
    finally:
        writer.close()
        up.destroy()


@pytest.mark.parametrize("name", ["valkey", "worker", "gunicorn", "beat"] * times(1))
def test_the_death_of_one_stops_the_rest_with_a_message(up: Running, name: str) -> None:
    os.kill(up.child(name), signal.SIGKILL)

    status = up.process.wait(30)

    assert status == 1
    assert ENDED in up.said()
    assert "To start it again: `manage.py up`" in up.said().splitlines()[-1]
    assert not up.alive()


@pytest.mark.parametrize("up", [pytest.param(["--mllp"], id="with-mllp")], indirect=True)
def test_a_listener_that_is_killed_is_started_again_and_the_pages_stay(up: Running) -> None:
    killed = up.child("mllp_server")
    os.kill(killed, signal.SIGKILL)

    assert eventually(
        lambda: f"mllp {ENDED}; starting it again. The rest goes on." in up.said(), 20
    )
    assert eventually(lambda: is_listening(up), 60), up.said()
    assert up.child("mllp_server") != killed
    assert up.get("/livez") == "ok"

    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(30) == 0
    assert not up.alive()


def is_listening(up: Running) -> bool:
    try:
        with Sender(up.mllp_port) as stranger:
            return code_of(stranger.ask(oru())) == "AE"
    except OSError:
        return False
