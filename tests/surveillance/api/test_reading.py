"""What other systems read: lists, single records, pages, versions, and whose."""

from datetime import date, timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from patients.models import AuditEvent, Patient, Role
from surveillance.api.resources.addresses import RESOURCES
from tests.factories import NOW, TODAY, PatientFactory, SiteFactory
from tests.surveillance.api.scenes import a_full_record, a_system
from tests.surveillance.factories import (
    FollowUpFactory,
    ImagingExamFactory,
    LesionFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def monday():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def north():
    return SiteFactory(slug="north")


def names_in(client: APIClient, address: str, **query) -> list[str]:
    answer = client.get(address, query)
    assert answer.status_code == 200, answer.json()
    return [row["id"] for row in answer.json()["results"]]


def follow_up_at(site, **fields):
    patient = PatientFactory(site=site)
    lesion = LesionFactory(patient=patient)
    return FollowUpFactory(lesion=lesion, **fields)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_every_resource_is_listed_and_shown_to_its_own_site_only(resource, north) -> None:
    system, elsewhere = (
        a_system(site, role=Role.MEDICAL_DIRECTOR) for site in (north, SiteFactory(slug="south"))
    )
    a_full_record(north)
    client = system.client
    client.get(f"/api/v1/patients/{Patient.objects.get().pk}/")  # leaves a line on the trail
    address = f"/api/v1/{resource.name}/"

    [row, *_] = client.get(address).json()["results"]

    one = f"{address}{row[resource.names[0]]}/"
    detail = client.get(one)
    assert detail.status_code == 200
    assert set(detail.json()) == set(resource.names)
    assert set(row) == set(resource.names) - resource.on_request
    assert detail["Cache-Control"] == "no-store, private"
    assert elsewhere.client.get(one).status_code == 404 or not resource.site
    theirs = elsewhere.client.get(address).json()["results"]
    assert row not in theirs or not resource.site


def test_a_follow_up_says_where_today_lies_in_its_window(north) -> None:
    late = follow_up_at(
        north, earliest_on=date(2026, 5, 1), target_on=date(2026, 6, 1), latest_on=date(2026, 8, 30)
    )
    client = a_system(north).client

    told = client.get(f"/api/v1/follow-ups/{late.pk}/").json()

    assert (told["stage"], told["overdue_days"], told["site"]) == ("OVERDUE", 1, "north")


def test_each_site_is_overdue_by_its_own_day() -> None:
    west, east = (
        SiteFactory(time_zone="Pacific/Honolulu"),
        SiteFactory(time_zone="Pacific/Kiritimati"),
    )
    window = {"earliest_on": date(2026, 5, 1), "target_on": date(2026, 6, 1)}
    behind, ahead = (follow_up_at(site, latest_on=TODAY, **window) for site in (west, east))

    with time_machine.travel("2026-08-31T11:00Z"):
        client = a_system(west, east).client
        overdue = names_in(client, "/api/v1/follow-ups/", overdue="true")
        not_yet = names_in(client, "/api/v1/follow-ups/", overdue="false")

    assert (overdue, not_yet) == ([str(ahead.pk)], [str(behind.pk)])


@pytest.mark.parametrize("order", ["id", "-id", "latest_on", "-latest_on", "sort_key"])
def test_pages_hold_every_row_once_in_any_order(north, order) -> None:
    made = [follow_up_at(north, latest_on=date(2027, 2, 20 + n // 2)) for n in range(5)]
    client = a_system(north).client
    address, seen = f"/api/v1/follow-ups/?limit=2&order={order}", []

    while address:
        page = client.get(address).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]

    assert sorted(seen) == sorted(str(one.pk) for one in made)
    backwards = names_in(client, "/api/v1/follow-ups/", order=f"-{order}".removeprefix("--"))
    assert seen == backwards[::-1]


def test_a_list_asks_the_same_few_questions_however_long(north, django_assert_num_queries) -> None:
    for _ in range(3):
        follow_up_at(north)
    client = a_system(north).client

    with django_assert_num_queries(4):  # the token and its account, the sites, the page
        client.get("/api/v1/follow-ups/")


def test_counting_stops_and_says_so(north, monkeypatch) -> None:
    monkeypatch.setattr("surveillance.api.pagination.COUNTED_TO", 1)
    monkeypatch.setattr("surveillance.api.resources.views.COUNTED_TO", 1)
    for _ in range(3):
        follow_up_at(north)

    told = a_system(north).client.get("/api/v1/follow-ups/?count=true&limit=1").json()

    assert (told["count"], told["count_is_capped"]) == (1, True)
    assert "count" not in told["next"]


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        pytest.param("patiant=x", "patiant", "unknown_parameter", id="a misspelt filter"),
        pytest.param("open=true&open=false", "open", "given_twice", id="said twice"),
        pytest.param("open=perhaps", "open", "invalid", id="not a yes or no"),
        pytest.param("order=reason", "order", "invalid_choice", id="no such order"),
        pytest.param("limit=9999", "limit", "max_value", id="too long a page"),
        pytest.param("cursor=abc", "cursor", "cursor_invalid", id="a cursor made up"),
        pytest.param("fields=id,pasword", "fields", "invalid", id="no such field"),
        pytest.param("patient=12", "patient", "invalid", id="no id"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(north, query, field, code) -> None:
    answer = a_system(north).client.get(f"/api/v1/follow-ups/?{query}")

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    [error] = answer.json()["errors"]
    assert (error["field"], error["code"]) == (field, code)


def test_a_cursor_counts_for_its_own_list_and_order_only(north) -> None:
    for _ in range(3):
        follow_up_at(north)
    client = a_system(north).client
    following = client.get("/api/v1/follow-ups/?limit=1").json()["next"]

    other_list = client.get(following.replace("follow-ups", "patients"))
    other_order = client.get(f"{following}&order=latest_on")

    assert (other_list.status_code, other_order.status_code) == (400, 400)


def test_only_the_fields_asked_for_are_shown_and_the_key(north) -> None:
    exam = ImagingExamFactory(patient=PatientFactory(site=north), report_text="Long text.")
    client = a_system(north).client

    usual = client.get("/api/v1/imaging-exams/").json()["results"]
    chosen = client.get("/api/v1/imaging-exams/?fields=report_text").json()["results"]

    assert "report_text" not in usual[0]
    assert chosen == [{"id": str(exam.pk), "report_text": "Long text."}]


def test_whoever_has_this_version_is_told_so_until_the_day_or_the_record_changes(north) -> None:
    follow_up = follow_up_at(north)
    client, address = a_system(north).client, f"/api/v1/follow-ups/{follow_up.pk}/"
    tag = client.get(address)["ETag"]

    same = client.get(address, headers={"if-none-match": f'"other", {tag}'})
    with time_machine.travel(NOW + timedelta(days=1)):
        tomorrow = a_system(north).client.get(address, headers={"if-none-match": tag})

    assert (same.status_code, same.content) == (304, b"")
    assert tomorrow.status_code == 200
    assert tag.startswith('"1.')


def test_a_record_says_when_it_changed_last(north) -> None:
    exam = ImagingExamFactory(patient=PatientFactory(site=north))

    answer = a_system(north).client.get(f"/api/v1/imaging-exams/{exam.pk}/")

    assert answer["Last-Modified"] == "Mon, 31 Aug 2026 09:00:00 GMT"


def test_one_record_is_a_look_a_list_and_what_is_known_are_none(north) -> None:
    follow_up = follow_up_at(north)
    system = a_system(north)
    address = f"/api/v1/lesions/{follow_up.lesion_id}/"
    system.client.get("/api/v1/lesions/")
    tag = system.client.get(address)["ETag"]
    system.client.get(address, headers={"if-none-match": tag})

    system.client.get(f"{address}timeline/")

    looks = AuditEvent.objects.filter(action="viewed", actor=f"user:{system.user.pk}")
    pages = [row.detail["page"] for row in looks.order_by("pk")]
    assert pages == ["api lesions", "api lesion timeline"]
    assert {row.patient_id for row in looks} == {str(follow_up.patient_id)}


def test_the_timeline_tells_a_lesions_story(north) -> None:
    follow_up = follow_up_at(north)
    client = a_system(north).client

    told = client.get(f"/api/v1/lesions/{follow_up.lesion_id}/timeline/").json()["results"]

    assert told[0]["kind"] == "LESION"
    assert "OPENED" in {entry["kind"] for entry in told}


def test_patients_are_searched_without_a_name_in_an_address(north) -> None:
    rossi = PatientFactory(site=north, family_name="Rossi")
    PatientFactory(site=SiteFactory(), family_name="Rossi")
    system = a_system(north)

    found = system.client.post("/api/v1/patients/search/", {"words": "ross"}, format="json")

    assert [row["id"] for row in found.json()["results"]] == [str(rossi.pk)]
    assert found.json()["more"] is False
    seen = AuditEvent.objects.get(action="viewed", detail={"page": "search"})
    assert seen.patient_id == str(rossi.pk)


def test_the_trail_is_read_by_those_who_may(north) -> None:
    follow_up = follow_up_at(north)
    integration, auditor = a_system(north), a_system(north, role=Role.AUDITOR)
    integration.client.get(f"/api/v1/patients/{follow_up.patient_id}/")

    refused = integration.client.get("/api/v1/audit-events/").json()["results"]
    told = auditor.client.get("/api/v1/audit-events/").json()["results"]

    assert refused == []
    assert [row["action"] for row in told] == ["viewed"]


def test_a_token_for_one_site_sees_no_other() -> None:
    sites = [SiteFactory(slug="north"), SiteFactory(slug="south")]
    patients = [PatientFactory(site=site) for site in sites]
    client = a_system(*sites, scope="read site:south").client

    assert names_in(client, "/api/v1/patients/") == [str(patients[1].pk)]
    assert client.get(f"/api/v1/patients/{patients[0].pk}/").status_code == 404


@pytest.mark.parametrize(
    ("method", "address", "headers", "status", "code"),
    [
        pytest.param("get", "/api/v1/nothing/", {}, 404, "not_found", id="nothing there"),
        pytest.param("get", "/api/v1/patients/12/", {}, 404, "not_found", id="no id"),
        pytest.param("put", "/api/v1/patients/", {}, 405, "method_not_allowed", id="not so"),
        pytest.param(
            "get", "/api/v1/patients/", {"accept": "text/csv"}, 406, "not_acceptable", id="no csv"
        ),
        pytest.param(
            "post", "/api/v1/patients/search/", {}, 415, "unsupported_media_type", id="no json"
        ),
    ],
)
def test_every_refusal_is_a_problem(north, method, address, headers, status, code) -> None:
    client = a_system(north).client

    answer = getattr(client, method)(
        address, **({"data": "x", "content_type": "text/plain"} if method == "post" else {}),
        headers=headers,
    )  # fmt: skip

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"
