"""A PostgreSQL cluster of its own for a test, so that it can be shot without hurting others."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hepcalc_site.running.ports import is_free

POSTGRES = Path("/usr/lib/postgresql")
AS_POSTGRES = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups")
"""PostgreSQL refuses to run as root."""


class Cluster:
    """Runs on a free port of 127.0.0.1; everybody is let in, as `postgres`."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._folder = folder
        self._programs = programs
        self.port = next(port for port in range(18500, 18700) if is_free(port))
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        """A new, empty cluster, started."""
        options = ("--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8")
        self._run("initdb", *options)
        self._start()

    def restart_at_once(self) -> None:
        """As if the power had failed: nothing is finished, the log is replayed."""
        self._run("pg_ctl", "stop", "--mode=immediate", "--wait")
        self._start()

    def stop(self) -> None:
        """For good."""
        self._run("pg_ctl", "stop", "--mode=immediate", "--wait")

    def _start(self) -> None:
        settings = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self._folder}"
        log = str(self._folder / "log")
        self._run("pg_ctl", "start", "--wait", "--log", log, "--options", settings)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), "-D", str(self._folder / "data"), *arguments]
        prefix = AS_POSTGRES if os.getuid() == 0 else ()
        done = subprocess.run(
            [*prefix, *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        assert done.returncode == 0, done.stderr


@contextmanager
def a_cluster() -> Iterator[Cluster]:
    """A running cluster; deleted afterwards."""
    programs = max(POSTGRES.glob("*/bin"), key=lambda path: int(path.parent.name))
    folder = Path(tempfile.mkdtemp(prefix="hepcalc-cluster-"))
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    cluster = Cluster(folder, programs)
    try:
        cluster.make()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder)
