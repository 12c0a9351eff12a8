"""What a platform asks: is the process alive, is the installation ready, how is it doing.

The answers carry counts and ages only. They are given before host names and TLS are looked at
(see middleware.answer_probes), because a platform asks by address and over plain HTTP.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from kombu.exceptions import OperationalError
from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client.exposition import generate_latest

from hepcalc_site.metrics import registry
from surveillance.models import SweepRun

OK: Final = "ok"
PRESENT_DAY: Final = "chase"  # the kind of SweepRun that beat asks for
SECONDS_FOR_THE_BROKER = 3
LOOPBACK = frozenset({"127.0.0.1", "::1"})


def livez(_request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked, so that a database's fault restarts nothing."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(_request: HttpRequest) -> JsonResponse:
    """200 when everything is fit for work, else 503; each check in words."""
    now = timezone.now()
    checks = {name: check(now) for name, check in CHECKS.items()}
    ready = all(found == OK for found in checks.values())
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text. Needs METRICS_TOKEN, or comes from this very machine when none is set."""
    if not may_read_metrics(request):
        return HttpResponseForbidden("Send METRICS_TOKEN as a bearer token.")
    return HttpResponse(generate_latest(registry(timezone.now())), content_type=CONTENT_TYPE_LATEST)


def may_read_metrics(request: HttpRequest) -> bool:
    """Whether the asker knows the token; without one, whether it asks from here, unproxied."""
    if settings.METRICS_TOKEN:
        offered = request.headers.get("Authorization", "")
        return constant_time_compare(offered, f"Bearer {settings.METRICS_TOKEN}")
    is_proxied = "X-Forwarded-For" in request.headers
    return request.META.get("REMOTE_ADDR") in LOOPBACK and not is_proxied


def check_database(_now: datetime) -> str:
    """One trivial question to the database."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return f"does not answer ({type(error).__name__})"
    return OK


def check_broker(_now: datetime) -> str:
    """One connection to the broker."""
    try:
        with current_app.connection_for_write(
            url=settings.CELERY_BROKER_URL, connect_timeout=SECONDS_FOR_THE_BROKER
        ) as broker:
            broker.ensure_connection(max_retries=1, timeout=SECONDS_FOR_THE_BROKER)
    except (OperationalError, OSError) as error:
        return f"does not answer ({type(error).__name__})"
    return OK


def check_migrations(_now: datetime) -> str:
    """Every migration of this version is applied."""
    try:
        return OK if is_migrated() else "pending: run manage.py migrate"
    except DatabaseError as error:
        return f"unknown ({type(error).__name__})"


class PendingMigrations(Exception):
    """The database is behind the code."""


def is_migrated() -> bool:
    """Whether nothing is pending; a yes is remembered, as migrations are not undone under us."""
    try:
        _require_migrated()
    except PendingMigrations:
        return False
    return True


@cache
def _require_migrated() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise PendingMigrations


def check_sweep(now: datetime) -> str:
    """Somebody looked for what is due lately; a new installation has as long to begin."""
    try:
        since = last_looked_at() or installed_at()
    except DatabaseError as error:
        return f"unknown ({type(error).__name__})"
    if since is None or now - since > settings.SWEEP_STALE_AFTER:
        return _stale_words(since)
    return OK


def _stale_words(since: datetime | None) -> str:
    if since is None:
        return "never ran"
    most = settings.SWEEP_STALE_AFTER // timedelta(minutes=1)
    return (
        f"no sweep finished since {since:%Y-%m-%d %H:%M} UTC, more than {most} minutes: "
        "worker, beat or broker has stopped"
    )


def last_looked_at() -> datetime | None:
    """When the newest sweep of the present day finished; a replay of another day proves nothing."""
    return (
        SweepRun.objects.finished()
        .filter(kind=PRESENT_DAY)
        .values_list("finished_at", flat=True)
        .first()
    )


def installed_at() -> datetime | None:
    """When the first migration was applied."""
    applied = MigrationRecorder(connection).migration_qs.order_by("applied")
    moment: datetime | None = applied.values_list("applied", flat=True).first()
    return moment


CHECKS: Mapping[str, Callable[[datetime], str]] = {
    "database": check_database,
    "broker": check_broker,
    "migrations": check_migrations,
    "sweep": check_sweep,
}
