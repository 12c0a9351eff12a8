"""REST: a list and a record, against the same rows as dicts by hand and against the bare SQL.

All four in one process and interleaved, through the whole of Django (middleware, token, rate limit,
sites) where there is an endpoint. Goal P7 in docs/benchmarks.md: the list is at most 1.25 times the
hand-made one.
"""

import os
from collections.abc import Callable
from statistics import median, quantiles
from time import perf_counter
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import override_settings
from django.urls import path
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from bench import queue_data
from hepcalc_site.urls import urlpatterns as served
from patients.models import Membership, Role, Site
from surveillance.api.views import ApiView
from surveillance.models import FollowUp
from surveillance.protocol.recommendation import Window
from surveillance.protocol.timeliness import overdue_days, stage_on
from surveillance.roles import Permission
from surveillance.workflows.make_personal_token import NewToken, make_personal_token

ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "300"))
PAGE = 50
COLUMNS = (
    "id", "version", "patient_id", "lesion_id", "assessment_id", "kind", "recommendation",
    "advised_modality", "escalation_class", "reason", "earliest_on", "target_on", "latest_on",
    "owed_since", "opened_at", "owner_id", "ordered_on", "order_number", "booked_for",
    "arrangement_lost_on", "arrangement_lost_reason", "missed_appointments", "snoozed_until",
    "snooze_reason", "sort_key", "closed_at", "closed_by_id", "outcome", "outcome_note",
    "completed_by_id", "superseded_by_id",
)  # fmt: skip


class ByHandView(ApiView):
    """What somebody would write who needs this one list and no other."""

    def get(self, request: Request) -> Response:  # noqa: ARG002  # handed to every view
        """A page of the queue as dicts."""
        now = timezone.now()
        sites = {site.pk: site for site in self.caller.sites(Permission.VIEW_PATIENT)}
        today = {pk: site.local_date(now) for pk, site in sites.items()}
        rows = FollowUp.objects.filter(site__in=list(sites), closed_at=None)
        page = rows.order_by("sort_key", "id").values(*COLUMNS, "site_id")[: PAGE + 1]
        shown = []
        for row in list(page)[:PAGE]:
            site = row.pop("site_id")
            window = Window(row["earliest_on"], row["target_on"], row["latest_on"])
            row["site"] = sites[site].slug
            row["stage"] = stage_on(window, today[site]).value
            row["overdue_days"] = overdue_days(window, today[site])
            shown.append(row)
        return Response({"results": shown})


urlpatterns = [path("by-hand/", ByHandView.as_view()), *served]


def main() -> None:
    """Print medians, 95th percentiles and ratios."""
    queue_data.prepare(ROWS)
    site = Site.objects.get(slug=queue_data.LARGEST)
    user = Membership.objects.filter(site=site, role=Role.NURSE_NAVIGATOR)[0].user
    wanted = NewToken("bench", ["read"], [], 30)
    _row, secret = make_personal_token(wanted=wanted, by=user, now=timezone.now())
    ask = _asker(secret)
    first = FollowUp.objects.filter(site=site).order_by("sort_key", "pk")[0].pk
    with override_settings(ROOT_URLCONF="bench.api", REST_FRAMEWORK=_without_limit()):
        timed = _interleaved(
            {
                "bare SQL, list": lambda: _bare_list(site.pk),
                "dicts by hand, list": lambda: ask("/by-hand/"),
                "REST, list": lambda: ask("/api/v1/follow-ups/?open=true&order=sort_key"),
                "bare SQL, one": lambda: _bare_one(first),
                "REST, one (with its look)": lambda: ask(f"/api/v1/follow-ups/{first}/"),
            }
        )
    _print(timed)


def _without_limit() -> dict[str, Any]:
    rates = {"DEFAULT_THROTTLE_RATES": {"user": "1000000/min"}}
    return {**settings.REST_FRAMEWORK, **rates}


def _asker(secret: str) -> Callable[[str], None]:
    client = Client(SERVER_NAME="localhost", headers={"authorization": f"Bearer {secret}"})

    def ask(address: str) -> None:
        answer = client.get(address)
        if answer.status_code != 200:
            raise SystemExit(f"{address}: {answer.status_code}")

    return ask


def _bare_list(site: int) -> None:
    columns = ", ".join(COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns}, site_id FROM surveillance_followup WHERE site_id = %s "
            "AND closed_at IS NULL ORDER BY sort_key, id LIMIT 51",
            [site],
        )
        cursor.fetchall()


def _bare_one(pk: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM surveillance_followup WHERE id = %s", [pk])
        cursor.fetchall()


def _interleaved(works: dict[str, Callable[[], None]]) -> dict[str, list[float]]:
    timed: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            began = perf_counter()
            work()
            timed[name].append(1000 * (perf_counter() - began))
    return timed


def _print(timed: dict[str, list[float]]) -> None:
    for name, took in timed.items():
        late = quantiles(took, n=20)[-1]
        print(f"  {name:28} median {median(took):7.2f} ms   p95 {late:7.2f} ms")
    ours, hand = median(timed["REST, list"]), median(timed["dicts by hand, list"])
    print(f"  REST list = {ours / hand:.2f} x dicts by hand (goal <= 1.25)")
    print(f"  REST list = {ours / median(timed['bare SQL, list']):.1f} x bare SQL")
