"""What a platform sees: alive, ready, and the figures."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone
from pytest_django import Settings

from hepcalc_site import health, metrics
from surveillance.models import FailsafeRun, KeptFinding, SweepRun

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


pytestmark = pytest.mark.usefixtures("fresh_cache")


@pytest.fixture
def installed_long_ago(db: None) -> None:
    MigrationRecorder.Migration.objects.update(applied=NOON - timedelta(days=30))


def sweep_finished(at: datetime) -> None:
    SweepRun.objects.create(kind="chase", started_at=at, finished_at=at)


def test_livez_asks_nothing_of_the_database(client: Client) -> None:
    assert client.get("/livez").content == b"ok"


def test_probes_answer_under_any_host_name_and_without_tls(client: Client) -> None:
    with override_settings(SECURE_SSL_REDIRECT=True, ALLOWED_HOSTS=["hepcalc.example.org"]):
        answer = client.get("/livez", headers={"host": "10.1.2.3"})

    assert answer.status_code == 200


@pytest.mark.django_db
def test_a_new_installation_is_ready() -> None:
    answer = Client().get("/readyz")

    assert answer.json() == {
        "ready": True,
        "checks": {"database": "ok", "broker": "ok", "migrations": "ok", "sweep": "ok"},
    }
    assert answer.status_code == 200


@pytest.mark.usefixtures("installed_long_ago")
@pytest.mark.parametrize(
    ("age", "status"),
    [
        pytest.param(timedelta(minutes=45), 200, id="just-fresh"),
        pytest.param(timedelta(minutes=45, seconds=1), 503, id="just-stale"),
    ],
)
def test_readiness_follows_the_age_of_the_last_sweep(age: timedelta, status: int) -> None:
    sweep_finished(NOON - age)

    with time_machine.travel(NOON, tick=False):
        answer = Client().get("/readyz")

    assert answer.status_code == status


@pytest.mark.usefixtures("installed_long_ago")
def test_a_sweep_that_began_and_never_finished_does_not_count() -> None:
    SweepRun.objects.create(kind="chase", started_at=NOON)

    with time_machine.travel(NOON, tick=False):
        answer = Client().get("/readyz")

    assert answer.status_code == 503
    assert "no sweep finished since" in answer.json()["checks"]["sweep"]


@pytest.mark.usefixtures("installed_long_ago")
def test_a_replay_of_another_day_is_no_proof_that_somebody_looked() -> None:
    SweepRun.objects.create(kind="replay", started_at=NOON, finished_at=NOON)

    with time_machine.travel(NOON, tick=False):
        answer = Client().get("/readyz")

    assert answer.status_code == 503


@pytest.mark.django_db
def test_a_broker_that_is_away_is_named(settings: Settings) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"  # nobody listens there

    answer = Client().get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["broker"].startswith("does not answer")


@pytest.mark.django_db
def test_pending_migrations_are_seen() -> None:
    health._require_migrated.cache_clear()
    MigrationRecorder.Migration.objects.filter(app="surveillance").delete()

    answer = Client().get("/readyz")

    assert answer.json()["checks"]["migrations"].startswith("pending")


@pytest.mark.django_db
def test_metrics_count_per_status_and_age() -> None:
    sweep_finished(timezone.now() - timedelta(seconds=90))

    text = Client().get("/metrics").content.decode()

    assert "# TYPE hepcalc_follow_ups_open gauge" in text
    assert 'hepcalc_seconds_since_sweep{kind="chase"} 9' in text


@pytest.mark.django_db
def test_metrics_tell_what_the_failsafe_found_last() -> None:
    found = KeptFinding("queue_quiet", None, 7, (), (), None, NOON).as_json()
    now = timezone.now() - timedelta(seconds=90)
    for findings in ([], [found, {**found, "count": 2}, {**found, "code": "sweep_silent"}]):
        FailsafeRun.objects.create(started_at=now, finished_at=now, findings=findings)

    text = Client().get("/metrics").content.decode()

    assert 'hepcalc_failsafe_findings{code="queue_quiet"} 9.0' in text
    assert 'hepcalc_failsafe_findings{code="sweep_silent"} 7.0' in text
    assert 'hepcalc_seconds_since_failsafe{sites="all"} 9' in text


class Cache(dict[str, object]):
    """Keeps what it is given, and for how many seconds it was to be kept."""

    seconds = 0.0

    def set(self, key: str, value: object, seconds: float) -> None:
        self[key], self.seconds = value, seconds


@pytest.mark.django_db
@pytest.mark.parametrize(("taken", "kept_for"), [(0.01, 30), (0.5, 50), (8, 800)])
def test_a_figure_that_takes_long_to_count_is_counted_seldom(
    monkeypatch: pytest.MonkeyPatch, taken: float, kept_for: float
) -> None:
    asked: list[datetime] = []
    cache, stopwatch = Cache(), iter([0.0, taken])

    def slow(now: datetime) -> metrics.Figures:
        asked.append(now)
        return {"all": 1.0}

    monkeypatch.setattr(metrics, "cache", cache)
    monkeypatch.setattr(metrics, "monotonic", lambda: next(stopwatch))
    monkeypatch.setattr(metrics, "GAUGES", {"slow": ("Slow", "sites", slow)})
    for _ in range(2):
        assert 'slow{sites="all"} 1.0' in Client().get("/metrics").content.decode()

    assert len(asked) == 1
    assert cache.seconds == pytest.approx(kept_for)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("token", "headers", "address", "status"),
    [
        pytest.param("", {}, "127.0.0.1", 200, id="from-here"),
        pytest.param("", {}, "192.0.2.7", 403, id="from-elsewhere"),
        pytest.param("", {"x-forwarded-for": "192.0.2.7"}, "127.0.0.1", 403, id="through-a-proxy"),
        pytest.param("t0ken", {}, "127.0.0.1", 403, id="token-missing"),
        pytest.param("t0ken", {"authorization": "Bearer no"}, "127.0.0.1", 403, id="token-wrong"),
        pytest.param("t0ken", {"authorization": "Bearer t0ken"}, "192.0.2.7", 200, id="token"),
    ],
)
def test_metrics_are_for_those_who_may_read_them(
    settings: Settings, token: str, headers: dict[str, str], address: str, status: int
) -> None:
    settings.METRICS_TOKEN = token

    answer = Client().get("/metrics", headers=headers, REMOTE_ADDR=address)

    assert answer.status_code == status
