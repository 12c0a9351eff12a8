"""Uploaded files: kept in a private folder, worked on by lease, removed when done with.

A worker that dies leaves its file as it stands; when the lease has run out the next one goes on
after the last patient that was done. `work_on_uploads` is called by a task without arguments.
"""

import os
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic
from uuid import UUID

import structlog
from django.conf import settings

from patients.kept_words import in_the_language_of_records
from patients.models import Site
from surveillance.intake.csv_registry.header import FileRefused
from surveillance.intake.csv_registry.importing import (
    Batch,
    FileToRead,
    OpenRegistryFile,
    look_at,
    take_in,
)
from surveillance.intake.csv_registry.values import DateFormat
from surveillance.models import RegistryImport, RegistryImportStatus
from surveillance.registry.plan import TakenIn
from surveillance.registry.rows import RowProblem
from surveillance.roles import Permission, sites_where
from surveillance.workflows.claim_registry_import import claim_registry_import
from surveillance.workflows.note_import_progress import (
    LEASE,
    ImportPosition,
    ImportTakenOver,
    note_import_progress,
)
from surveillance.workflows.release_registry_import import release_registry_import
from surveillance.workflows.settle_registry_import import ImportNotReady, settle_registry_import

LARGEST = 200 * 1024 * 1024
"""Bytes that may be uploaded; larger files go in by the command line."""
WHILE_WAITING = 256 * 1024
"""Bytes that are worked on while the person waits for the page."""
SLICE_SECONDS = 540.0
"""After which a task hands a file back, well below the time limit of tasks."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Worker:
    """Who works on files, by which clock, and until when (monotonic seconds)."""

    name: str
    clock: Callable[[], datetime]
    until: float


def keep_upload(pieces: Iterable[bytes]) -> Path:
    """Write an upload into the private folder, readable by us only; returns where."""
    folder = Path(settings.REGISTRY_UPLOAD_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{uuid.uuid4()}.csv"
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for piece in pieces:
            file.write(piece)
    return path


def remove_upload(registry_import: RegistryImport) -> None:
    """Delete the file: what it says is in the records now, or is not wanted."""
    if registry_import.stored_path:
        Path(registry_import.stored_path).unlink(missing_ok=True)


def work_on_uploads(*, clock: Callable[[], datetime], only: UUID | None = None) -> int:
    """Preview and take in what waits (or `only` that file), for a while; the number worked on.

    What is wrong with a file is kept in English, whoever waits for it.
    """
    with in_the_language_of_records():
        return _work_on_those_waiting(clock, only)


def _work_on_those_waiting(clock: Callable[[], datetime], only: UUID | None) -> int:
    worker = Worker(str(uuid.uuid4()), clock, monotonic() + SLICE_SECONDS)
    count = 0
    while monotonic() < worker.until:
        row = claim_registry_import(owner=worker.name, only=only, now=clock())
        if row is None:
            break
        count += 1
        _work_on(row, worker)
    return count


def _work_on(row: RegistryImport, worker: Worker) -> None:
    try:
        with OpenRegistryFile(file_of(row), now=worker.clock()) as opened:
            if not _through(row, opened, worker):
                release_registry_import(import_id=row.pk, owner=worker.name)
                return
            done = _settle(row, opened, worker)
    except FileRefused as refused:
        done = _refuse(row, refused.problems, worker)
    except FileNotFoundError:
        gone = RowProblem(1, "", "", "file_gone", "The file is no longer there", "Upload it again")
        done = _refuse(row, (gone,), worker)
    except (ImportTakenOver, ImportNotReady):
        log.info("registry_import_taken_over", import_id=str(row.pk))
        return
    if done.status in {RegistryImportStatus.FINISHED, RegistryImportStatus.REFUSED}:
        remove_upload(done)
    log.info("registry_import", import_id=str(row.pk), status=done.status, row_count=done.rows)


def file_of(row: RegistryImport) -> FileToRead:
    """The uploaded file, to be written to the sites where its uploader may import today."""
    allowed = (
        sites_where(row.uploaded_by, Permission.IMPORT_REGISTRY)
        if row.uploaded_by is not None
        else Site.objects.none()
    )
    sites = {site.slug: site for site in allowed}
    dates = DateFormat.declared(row.date_format)
    return FileToRead(Path(row.stored_path), sites, dates, row.site.slug if row.site else "")


def _through(row: RegistryImport, opened: OpenRegistryFile, worker: Worker) -> bool:
    """Whether the file was worked through to its end before the time was up."""
    after = row.progress.get("after")
    for batch in opened.batches(after=(after[0], after[1]) if after else None):
        now = worker.clock()
        position = _position(row, batch, opened, worker)
        if row.status == RegistryImportStatus.RUNNING:
            by = row.uploaded_by
            take_in(batch, opened.destination, position=position, by=by, now=now)
        else:
            note_import_progress(position=position, taken=look_at(batch, opened.destination))
        if monotonic() > worker.until:
            return False
    return True


def _position(
    row: RegistryImport, batch: Batch, opened: OpenRegistryFile, worker: Worker
) -> ImportPosition:
    return ImportPosition(
        import_id=row.pk,
        owner=worker.name,
        end=batch.end,
        unread=batch.problems,
        unread_rows=batch.unread,
        of=opened.rows,
        lease_until=worker.clock() + LEASE,
    )


def _settle(row: RegistryImport, opened: OpenRegistryFile, worker: Worker) -> RegistryImport:
    running = row.status == RegistryImportStatus.RUNNING
    return settle_registry_import(
        registry_import=row,
        status=RegistryImportStatus.FINISHED if running else RegistryImportStatus.PREVIEWED,
        values={"file_digest": opened.form.digest},
        by=row.uploaded_by,
        now=worker.clock(),
    )


def _refuse(
    row: RegistryImport, problems: tuple[RowProblem, ...], worker: Worker
) -> RegistryImport:
    now = worker.clock()
    position = ImportPosition(row.pk, worker.name, None, problems, 0, 0, now + LEASE)
    note_import_progress(position=position, taken=TakenIn.nothing())
    return settle_registry_import(
        registry_import=row, status=RegistryImportStatus.REFUSED, by=row.uploaded_by, now=now
    )
