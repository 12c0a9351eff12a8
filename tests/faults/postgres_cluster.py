"""A PostgreSQL cluster of its own for a test, so that it can be shot without hurting others."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
        self._ballast = folder / "ballast"
        self.port = next(port for port in range(18500, 18700) if is_free(port))
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        """A new, empty cluster, started."""
        options = ("--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8")
        self._run("initdb", "--wal-segsize=1", *options)
        self._start()

    def restart_at_once(self) -> None:
        """As if the power had failed: nothing is finished, the log is replayed."""
        self.stop()
        self._start()

    def fill_disk(self) -> None:
        """Leave no room on the disk, until `free_disk`."""
        with suppress(OSError), self._ballast.open("wb") as file:
            while True:
                file.write(bytes(2**16))
                file.flush()

    def free_disk(self) -> None:
        """There is room again; a server that gave up is started, as a service would be."""
        self._ballast.unlink()
        if not self.is_running():
            self._start()

    def is_running(self) -> bool:
        """Whether there is a server at all; it may be recovering."""
        return self._do("pg_ctl", "status").returncode == 0

    def stop(self) -> None:
        """At once, if it runs."""
        if self.is_running():
            self._run("pg_ctl", "stop", "--mode=immediate", "--wait")

    def _start(self) -> None:
        settings = (
            f"-p {self.port} -c max_wal_size=16MB -c listen_addresses=127.0.0.1 -k {self._folder}"
        )
        log = str(self._folder / "log")
        self._run("pg_ctl", "start", "--wait", "--log", log, "--options", settings)

    def _run(self, program: str, *arguments: str) -> None:
        done = self._do(program, *arguments)
        assert done.returncode == 0, done.stderr

    def _do(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [str(self._programs / program), "-D", str(self._folder / "data"), *arguments]
        prefix = AS_POSTGRES if os.getuid() == 0 else ()
        return subprocess.run(
            [*prefix, *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )


@contextmanager
def a_cluster(disk_mb: int | None = None) -> Iterator[Cluster]:
    """A running cluster; deleted afterwards. `disk_mb`: on a disk of its own, of that size (in
    memory; only root may mount one)."""
    programs = max(POSTGRES.glob("*/bin"), key=lambda path: int(path.parent.name))
    folder = Path(tempfile.mkdtemp(prefix="hepcalc-cluster-"))
    with _disk(folder, disk_mb):
        if os.getuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        cluster = Cluster(folder, programs)
        try:
            cluster.make()
            yield cluster
        finally:
            cluster.stop()
    shutil.rmtree(folder)


@contextmanager
def _disk(folder: Path, megabytes: int | None) -> Iterator[None]:
    if megabytes is None:
        yield
        return
    size = f"size={megabytes}m"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
