"""The command line: what is printed, what is left behind, and the exit status."""

import csv
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from patients.models import Membership, Patient, Role, Site
from surveillance.failsafe import find_all
from surveillance.intake.csv_registry.documentation import registry_file_page
from surveillance.models import (
    CapturedReport,
    CaptureState,
    ContactAttempt,
    Escalation,
    ExamMatch,
    FollowUp,
    ImagingExam,
    IntakeFeed,
    IntakeItem,
    LetterBatch,
    LetterBatchStatus,
    Notification,
)
from surveillance.models.captured_report import GONE
from tests.architecture.sources import ROOT
from tests.factories import NOW, PatientFactory, SiteFactory, UserFactory
from tests.surveillance.intake.registry_files import csv_file, row

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_a_fixed_day():
    with time_machine.travel(NOW, tick=False):
        yield


def import_registry(path: Path, **options) -> tuple[str, str, int]:
    """Output, errors and exit status of the command."""
    out, err = StringIO(), StringIO()
    try:
        call_command("import_registry", path, stdout=out, stderr=err, **options)
    except SystemExit as stopped:
        return out.getvalue(), err.getvalue(), int(str(stopped.code))
    return out.getvalue(), err.getvalue(), 0


class TestImportRegistry:
    def test_a_good_file_goes_in(self, tmp_path: Path) -> None:
        SiteFactory(slug="north")

        out, err, status = import_registry(csv_file(tmp_path, row()), progress=True)

        assert status == 0
        assert "1 rows: 1 went in, 0 refused." in out
        assert "1 of 1 rows" in err
        assert ImagingExam.objects.count() == 1

    def test_a_refused_row_is_told_with_line_column_value_and_cure(self, tmp_path: Path) -> None:
        SiteFactory(slug="north")
        errors = tmp_path / "errors.csv"

        out, err, status = import_registry(
            csv_file(tmp_path, row(), row(mrn="A2", size_mm="=8+1")), errors=errors
        )

        assert status == 1
        assert "2 rows: 1 went in, 1 refused." in out
        assert "line 3, size_mm: “=8+1” is not a number." in err
        with errors.open(encoding="utf-8-sig", newline="") as file:
            [problem] = csv.DictReader(file)
        assert (problem["line"], problem["column"]) == ("3", "size_mm")
        assert problem["value"] == "'=8+1", "a spreadsheet must not run what a file says"

    def test_a_dry_run_writes_nothing(self, tmp_path: Path) -> None:
        SiteFactory(slug="north")

        out, _, status = import_registry(csv_file(tmp_path, row()), dry_run=True)

        assert status == 0
        assert "1 would go in" in out
        assert not Patient.objects.exists()

    def test_site_and_format_may_be_given_for_the_file(self, tmp_path: Path) -> None:
        SiteFactory(slug="north")
        cells = {name: value for name, value in row().items() if name != "site"}
        cells |= {"birth_date": "17/05/1970", "performed_on": "01/06/2026"}

        _, _, status = import_registry(
            csv_file(tmp_path, cells), site="north", date_format="DD/MM/YYYY"
        )

        assert status == 0
        assert str(ImagingExam.objects.get().performed_on) == "2026-06-01"

    def test_a_file_that_cannot_be_read_is_refused_whole(self, tmp_path: Path) -> None:
        SiteFactory(slug="north")

        with pytest.raises(CommandError, match="Did you mean cirrhosis"):
            import_registry(csv_file(tmp_path, row(cirhosis="no")))

    @pytest.mark.parametrize(
        ("options", "complaint"),
        [({"site": "nowhere"}, "There is no site nowhere"), ({"date_format": "soon"}, "format")],
    )
    def test_wrong_options_are_refused(
        self, tmp_path: Path, options: dict[str, str], complaint: str
    ) -> None:
        with pytest.raises(CommandError, match=complaint):
            import_registry(csv_file(tmp_path, row()), **options)

    def test_a_missing_file_is_said_to_be_missing(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="There is no file"):
            import_registry(tmp_path / "none.csv")


class TestSeedDemo:
    def test_a_demonstration_is_alive_and_without_faults(self, capsys) -> None:
        call_command("seed_demo", patients=40, seed=3, days=9, as_of="2026-08-31")

        printed = capsys.readouterr().out
        assert Patient.objects.count() == 40
        assert Site.objects.count() == 3
        assert len({site.time_zone for site in Site.objects.all()}) == 3
        assert {Role(one.role) for one in Membership.objects.all()} == set(Role) - {
            Role.INTEGRATION
        }
        assert FollowUp.objects.open().exists()
        assert Escalation.objects.exists()
        assert Notification.objects.exists()
        assert ContactAttempt.objects.exists()
        assert Notification.objects.letters_to_print().exists()
        assert LetterBatch.objects.filter(status=LetterBatchStatus.POSTED).exists()
        assert FollowUp.objects.exclude(booked_for=None).exists()
        assert ExamMatch.objects.closed_by_themselves().exists()
        assert ExamMatch.objects.undecided().exists()
        assert IntakeItem.objects.waiting().exists()
        for state in set(CaptureState) - set(GONE):
            assert CapturedReport.objects.in_state(state).exists()
        assert "Password of all: " in printed
        assert not [(one.code, one.count) for one in find_all(now=NOW)]

    def test_the_file_of_the_same_seed_says_nothing_new(self, tmp_path: Path) -> None:
        story = {"patients": 60, "seed": 5, "as_of": "2026-08-31"}
        file = tmp_path / "same.csv"
        call_command("seed_demo", **story, write=file)
        assert not Patient.objects.exists(), "writing the file does not touch the database"
        call_command("seed_demo", **story, days=4)

        out, _, status = import_registry(file)

        assert status == 0
        created_or_changed = [line.split()[-3:-1] for line in out.splitlines()[1:-1]]
        assert {number for line in created_or_changed for number in line} == {"0"}

    def test_a_second_time_changes_nothing(self, capsys) -> None:
        call_command("seed_demo", patients=3, days=1, as_of="2026-08-31")
        before = Patient.objects.count()

        call_command("seed_demo", patients=9, days=1, as_of="2026-08-31")

        assert Patient.objects.count() == before
        assert "already" in capsys.readouterr().out

    def test_invented_people_are_not_put_among_others(self) -> None:
        PatientFactory()

        with pytest.raises(CommandError, match="other patients"):
            call_command("seed_demo", patients=1)

        assert not Site.objects.filter(slug="northgate").exists()

    def test_somebody_elses_account_gets_no_roles(self) -> None:
        UserFactory(username="admin", email="ada@hospital.example.com")

        with pytest.raises(CommandError, match="signs in as admin"):
            call_command("seed_demo", patients=1)

    def test_an_installation_that_others_reach_gets_no_demo_accounts(self, settings) -> None:
        settings.IS_LOCAL = False

        with pytest.raises(CommandError, match="more than this machine"):
            call_command("seed_demo", patients=1)

    @pytest.mark.parametrize("day", ["2026-13-01", "2026-09-02"])
    def test_a_day_that_cannot_be_is_refused(self, day: str) -> None:
        with pytest.raises(CommandError):
            call_command("seed_demo", patients=1, as_of=day)

    def test_the_password_comes_from_the_environment(self, monkeypatch, capsys) -> None:
        monkeypatch.setenv("DEMO_PASSWORD", "as-you-like-it")

        call_command("seed_demo", patients=1, days=1, as_of="2026-08-31")

        assert User.objects.get(username="navigator").check_password("as-you-like-it")
        assert "as-you-like-it" not in capsys.readouterr().out


def test_the_page_about_columns_is_what_the_code_says() -> None:
    written = ROOT / "docs" / "registry-file.md"

    assert written.read_text(encoding="utf-8") == registry_file_page(), (
        "run: manage.py print_registry_columns > docs/registry-file.md"
    )


def test_the_page_is_printed(capsys) -> None:
    call_command("print_registry_columns")

    assert capsys.readouterr().out == registry_file_page()


class TestAddFeed:
    def test_a_feed_is_added_once(self, capsys) -> None:
        SiteFactory(slug="north")
        words = ("add_feed", "north", "RIS")

        call_command(*words, application="RIS", facility="NORTH")
        call_command(*words, application="OTHER")

        feed = IntakeFeed.objects.get()
        assert (feed.format, feed.sending_application) == ("HL7V2", "RIS")
        assert "is there already" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("mapping", "words", "complaint"),
        [
            pytest.param("{}", ("nowhere", "RIS"), "no site nowhere", id="site"),
            pytest.param("{}", ("north", "RIS"), "MSH-3 and MSH-4", id="sender"),
            pytest.param("{", ("north", "RIS"), "cannot be read", id="no-json"),
            pytest.param('{"nonsense": 1}', ("north", "RIS"), "nonsense", id="mapping"),
        ],
    )
    def test_what_cannot_be_is_refused(
        self, tmp_path: Path, mapping: str, words: tuple[str, str], complaint: str
    ) -> None:
        SiteFactory(slug="north")
        file = tmp_path / "mapping.json"
        file.write_text(mapping, encoding="utf-8")

        with pytest.raises(CommandError, match=complaint):
            call_command("add_feed", *words, mapping=file)

        assert not IntakeFeed.objects.exists()
