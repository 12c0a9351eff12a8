"""Administrators hand a file in, see what it would do, and confirm; nobody else does."""

import csv
import io
import stat
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from patients.models import AuditEvent, Membership, Patient, Role, Site
from patients.workflows.end_role import end_role
from surveillance.intake.csv_registry import uploads
from surveillance.intake.csv_registry.columns import COLUMNS
from surveillance.intake.csv_registry.uploads import work_on_uploads
from surveillance.models import ImagingExam, RegistryImport, RegistryImportStatus
from surveillance.tasks import import_registry_files
from surveillance.workflows.claim_registry_import import claim_registry_import
from surveillance.workflows.note_import_progress import LEASE
from surveillance.workflows.settle_registry_import import ImportNotReady, settle_registry_import
from tests.factories import NOW, MembershipFactory, SiteFactory
from tests.surveillance.intake.registry_files import csv_text, row
from tests.surveillance.intake.snapshot import counts

pytestmark = pytest.mark.django_db
START = "registry_import"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def north() -> Site:
    return SiteFactory(slug="north", name="North Hospital")


@pytest.fixture
def administrator(client: Client, north: Site) -> Client:
    client.force_login(MembershipFactory(site=north, administrator=True).user)
    return client


def upload(client: Client, *rows: dict[str, str], text: str | None = None, **fields: str):
    """Hand a file in and follow to its page."""
    content = (csv_text(rows) if text is None else text).encode()
    data = {"file": SimpleUploadedFile("registry.csv", content), **fields}
    return client.post(reverse(START), data, follow=True)


def many(number: int) -> list[dict[str, str]]:
    return [row(mrn=f"A{n}", accession=f"ACC-{n}") for n in range(number)]


def answer(client: Client, verb: str):
    [pk] = RegistryImport.objects.values_list("pk", flat=True)
    return client.post(reverse("registry_import_file", args=[pk]), {"verb": verb}, follow=True)


@pytest.fixture
def large(monkeypatch):
    """As if every file were too large to be worked on while the page waits."""
    monkeypatch.setattr("surveillance.web.registry_import.WHILE_WAITING", 0)


class TestPreview:
    def test_shows_what_the_file_would_do_and_writes_nothing(self, administrator: Client) -> None:
        before = counts()

        page = upload(administrator, row(), row(mrn="A2", accession="ACC-2", size_mm="huge"))

        text = page.content.decode()
        assert "What the file would do" in text
        assert "2 rows: 1" in text
        assert "huge" in text
        assert "is not a number" in text
        assert "Import 1 rows" in " ".join(text.split())
        assert counts() == before
        assert RegistryImport.objects.get().status == RegistryImportStatus.PREVIEWED

    def test_a_problem_is_shown_in_spanish_and_kept_in_english(self, administrator: Client) -> None:
        content = csv_text([row(), row(mrn="A2", accession="ACC-2", size_mm="huge")]).encode()
        data = {"file": SimpleUploadedFile("registry.csv", content)}

        page = administrator.post(
            reverse(START), data, follow=True, headers={"accept-language": "es"}
        )

        assert "no es un número" in page.content.decode()
        kept = RegistryImport.objects.get().problems.get()
        assert kept.message == "is not a number"
        assert kept.cure.startswith("Write digits")

    def test_confirming_does_what_was_shown(self, administrator: Client) -> None:
        upload(administrator, row(), row(mrn="A2", accession="ACC-2", size_mm="huge"))
        preview = RegistryImport.objects.get()

        page = answer(administrator, "confirm")

        effect = RegistryImport.objects.get()
        assert effect.status == RegistryImportStatus.FINISHED
        assert effect.counts == effect.forecast == preview.counts
        assert (effect.rows, effect.refused_rows) == (preview.rows, preview.refused_rows) == (2, 1)
        assert "What was recorded" in page.content.decode()
        assert Patient.objects.get().mrn == "A1"
        assert ImagingExam.objects.get().recorded_by == effect.uploaded_by
        assert not Path(effect.stored_path).exists()

    def test_discarding_forgets_the_file(self, administrator: Client) -> None:
        upload(administrator, row())

        answer(administrator, "discard")

        assert RegistryImport.objects.get().status == RegistryImportStatus.DISCARDED
        assert not Path(RegistryImport.objects.get().stored_path).exists()
        assert not Patient.objects.exists()

    def test_confirming_twice_imports_once(self, administrator: Client) -> None:
        upload(administrator, row())
        answer(administrator, "confirm")

        page = answer(administrator, "confirm")

        assert "reload the page" in page.content.decode()
        assert ImagingExam.objects.count() == 1

    def test_a_file_that_cannot_be_read_says_why(self, administrator: Client) -> None:
        page = upload(administrator, text="mrn,site,cirhosis\nA1,north,no\n")

        assert RegistryImport.objects.get().status == RegistryImportStatus.REFUSED
        assert "Did you mean cirrhosis?" in page.content.decode()

    def test_errors_are_downloaded_whole_and_harmless(self, administrator: Client) -> None:
        rows = [row(mrn=f"A{n}", accession=f"ACC-{n}", size_mm="=1+1") for n in range(230)]
        page = upload(administrator, *rows)

        assert "30 more are in the file" in page.content.decode()
        url = reverse("registry_import_problems", args=[RegistryImport.objects.get().pk])
        text = b"".join(administrator.get(url)).decode("utf-8-sig")
        found = list(csv.DictReader(io.StringIO(text)))
        assert len(found) == 230
        assert {problem["value"] for problem in found} == {"'=1+1"}

    def test_the_template_has_every_column(self, administrator: Client) -> None:
        text = b"".join(administrator.get(reverse("registry_template"))).decode("utf-8-sig")

        assert next(csv.reader(io.StringIO(text))) == [column.name for column in COLUMNS]

    def test_uploads_are_private(self, administrator: Client) -> None:
        upload(administrator, row())

        path = Path(RegistryImport.objects.get().stored_path)
        assert path.parent == Path(settings.REGISTRY_UPLOAD_DIR)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert "registry" not in path.name

    def test_a_missing_file_is_asked_for(self, administrator: Client) -> None:
        page = administrator.post(reverse(START), {})

        assert "Error: " in page.content.decode()
        assert not RegistryImport.objects.exists()

    def test_a_file_too_large_for_a_page_is_refused(
        self, administrator: Client, monkeypatch
    ) -> None:
        monkeypatch.setattr("surveillance.web.registry_import_form.LARGEST", 10)

        page = upload(administrator, row())

        assert "command line" in page.content.decode()


class TestScope:
    @pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR}))
    def test_other_roles_may_not(self, client: Client, north: Site, role: str) -> None:
        client.force_login(MembershipFactory(site=north, role=role).user)

        assert client.get(reverse(START)).status_code == 403
        assert upload(client, row()).status_code == 403

    def test_rows_of_other_sites_are_refused(self, administrator: Client) -> None:
        SiteFactory(slug="south", name="South Hospital")

        page = upload(administrator, row(site="south"))

        assert "is not a site that you may import into" in page.content.decode()
        assert RegistryImport.objects.get().refused_rows == 1

    def test_other_sites_cannot_be_chosen(self, administrator: Client) -> None:
        SiteFactory(slug="south")

        upload(administrator, row(site=""), site="south")

        assert not RegistryImport.objects.exists()

    def test_what_a_file_says_is_shown_to_nobody_else(
        self, administrator: Client, north: Site
    ) -> None:
        upload(administrator, row())
        pk = RegistryImport.objects.get().pk
        administrator.force_login(MembershipFactory(site=north, administrator=True).user)

        assert administrator.get(reverse("registry_import_file", args=[pk])).status_code == 404
        assert administrator.get(reverse("registry_import_problems", args=[pk])).status_code == 404

    def test_a_role_that_ended_imports_nothing(self, administrator: Client, large) -> None:
        upload(administrator, row())
        import_registry_files()
        end_role(membership=Membership.objects.get(), by=None, now=NOW)
        row_ = RegistryImport.objects.get()
        settle_registry_import(
            registry_import=row_, status=RegistryImportStatus.RUNNING, by=None, now=NOW
        )

        import_registry_files()

        assert RegistryImport.objects.get().refused_rows == 1
        assert not Patient.objects.exists()

    def test_a_file_for_every_site_leaves_its_trail_in_its_rows_alone(
        self, administrator: Client, large
    ) -> None:
        upload(administrator, row())
        RegistryImport.objects.update(site=None)
        import_registry_files()

        answer(administrator, "confirm")
        import_registry_files()

        assert RegistryImport.objects.get().status == RegistryImportStatus.FINISHED
        trail = AuditEvent.objects.values_list("action", flat=True)
        steps = [action for action in trail if action.startswith("registry_import_")]
        assert len(trail) > len(steps)
        assert "registry_import_finished" not in steps

    def test_a_file_of_one_site_leaves_its_own_trail_there(
        self, administrator: Client, north: Site
    ) -> None:
        upload(administrator, row(), site=north.slug)

        answer(administrator, "confirm")

        events = AuditEvent.objects.filter(action__startswith="registry_import_")
        assert [event.action for event in events.order_by("pk")] == [
            "registry_import_previewed",
            "registry_import_running",
            "registry_import_finished",
        ]
        assert {event.subject_id for event in events} == {str(RegistryImport.objects.get().pk)}
        assert events[0].detail["rows"] == 1


class TestWorker:
    def test_a_large_file_waits_for_a_worker(self, administrator: Client, large) -> None:
        page = upload(administrator, row())

        assert "You may leave this page" in page.content.decode()
        assert 'hx-trigger="every 3s"' in page.content.decode()
        import_registry_files()
        answer(administrator, "confirm")
        assert not Patient.objects.exists()
        import_registry_files()
        assert RegistryImport.objects.get().status == RegistryImportStatus.FINISHED
        assert Patient.objects.exists()

    def test_the_page_asks_again_with_the_fragment_only(self, administrator: Client, large) -> None:
        upload(administrator, row())
        url = reverse("registry_import_file", args=[RegistryImport.objects.get().pk])

        fragment = administrator.get(url, headers={"HX-Request": "true"}).content.decode()

        assert fragment.lstrip().startswith('<div id="registry-file"')

    def test_a_worker_whose_time_is_up_hands_the_file_on(
        self, administrator: Client, large, monkeypatch
    ) -> None:
        monkeypatch.setattr("surveillance.intake.csv_registry.importing.BATCH_ROWS", 10)
        monkeypatch.setattr(uploads, "SLICE_SECONDS", 0.01)
        upload(administrator, *many(35))

        for _ in range(40):
            work_on_uploads(clock=timezone.now)
            if RegistryImport.objects.get().status == RegistryImportStatus.PREVIEWED:
                break

        done = RegistryImport.objects.get()
        assert (done.status, done.rows) == (RegistryImportStatus.PREVIEWED, 35)
        assert done.counts["patients"] == {"created": 35}

    def test_a_dead_workers_file_is_gone_on_with_and_counted_once(
        self, administrator: Client, large, clock
    ) -> None:
        upload(administrator, *many(2500), row(mrn="B1", accession="ACC-B", size_mm="huge"))
        import_registry_files()
        preview = RegistryImport.objects.get()
        answer(administrator, "confirm")
        with pytest.raises(KeyboardInterrupt):
            work_on_uploads(clock=clock_that_stops(after=7))
        half = Patient.objects.count()

        import_registry_files()
        assert Patient.objects.count() == half, "the dead worker's lease still runs"
        clock.shift(LEASE + timedelta(seconds=1))
        import_registry_files()

        done = RegistryImport.objects.get()
        assert 0 < half < 2500
        assert done.status == RegistryImportStatus.FINISHED
        assert done.counts == preview.counts
        assert (done.rows, done.refused_rows, done.problems.count()) == (2501, 1, 1)
        assert Patient.objects.count() == 2500

    def test_two_workers_do_not_work_on_one_file(self, administrator: Client, large) -> None:
        upload(administrator, row())

        first = claim_registry_import(owner="one", now=NOW)
        second = claim_registry_import(owner="two", now=NOW)

        assert first is not None
        assert second is None

    def test_a_file_that_another_worker_took_at_that_moment_is_passed_over(
        self, administrator: Client, large
    ) -> None:
        upload(administrator, row())
        upload(administrator, row(mrn="B1", accession="ACC-2"))
        first, second = RegistryImport.objects.to_do(NOW)
        rival = RegistryImport.objects.filter(pk=first.pk)

        def another_is_faster(execute, sql, params, many, context):
            if sql.startswith("UPDATE") and not rival.exclude(lease_owner="").exists():
                with context["connection"].cursor() as cursor:
                    cursor.cursor.execute(*_as_leased(first, context["connection"].vendor))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(another_is_faster):
            taken = claim_registry_import(owner="two", now=NOW)

        assert taken == second

    def test_a_file_that_somebody_else_moved_on_is_not_moved_twice(
        self, administrator: Client, large
    ) -> None:
        upload(administrator, row())
        mine, theirs = RegistryImport.objects.get(), RegistryImport.objects.get()

        def discard(seen: RegistryImport) -> None:
            settle_registry_import(
                registry_import=seen, status=RegistryImportStatus.DISCARDED, by=None, now=NOW
            )

        discard(theirs)

        with pytest.raises(ImportNotReady, match="Somebody else"):
            discard(mine)

    def test_a_worker_that_was_taken_over_writes_nothing(
        self, administrator: Client, large
    ) -> None:
        upload(administrator, row())
        import_registry_files()
        answer(administrator, "confirm")

        def clock_of_a_loser() -> datetime:
            RegistryImport.objects.exclude(lease_owner="").update(lease_owner="somebody else")
            return NOW

        work_on_uploads(clock=clock_of_a_loser)

        assert not Patient.objects.exists()
        assert RegistryImport.objects.get().status == RegistryImportStatus.RUNNING

    def test_a_file_that_is_gone_is_refused(self, administrator: Client, large) -> None:
        upload(administrator, row())
        Path(RegistryImport.objects.get().stored_path).unlink()

        import_registry_files()

        lost = RegistryImport.objects.get()
        assert lost.status == RegistryImportStatus.REFUSED
        assert lost.problems.get().code == "file_gone"

    def test_nothing_waiting_costs_one_question(self, django_assert_max_num_queries) -> None:
        with django_assert_max_num_queries(3):
            import_registry_files()

    def test_a_finished_file_cannot_be_started_again(self, administrator: Client) -> None:
        upload(administrator, row())
        answer(administrator, "confirm")

        with pytest.raises(ImportNotReady):
            settle_registry_import(
                registry_import=RegistryImport.objects.get(),
                status=RegistryImportStatus.RUNNING,
                by=None,
                now=NOW,
            )


def _as_leased(row: RegistryImport, vendor: str) -> tuple[str, list[object]]:
    """What another worker's claim writes."""
    mark = "?" if vendor == "sqlite" else "%s"
    key = row.pk.hex if vendor == "sqlite" else row.pk
    until = (NOW + LEASE).isoformat(" ").removesuffix("+00:00")
    return (
        f"UPDATE surveillance_registryimport SET lease_owner = 'rival', lease_until = {mark}"
        f" WHERE id = {mark}",
        [until, key],
    )


def clock_that_stops(*, after: int) -> Callable[[], datetime]:
    """A worker that is killed when it looks at the clock for the time after that."""
    looks = iter(range(after))

    def clock() -> datetime:
        if next(looks, None) is None:
            raise KeyboardInterrupt
        return timezone.now()

    return clock
