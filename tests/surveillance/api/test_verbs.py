"""Each verb of the table: done, refused, and kept from those who may not."""

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.serializers import DateField, DateTimeField

from patients.models import Patient, Role, Site
from surveillance.api.verbs.addresses import VERBS
from surveillance.api.verbs.verb import Verb
from surveillance.models import FollowUp
from surveillance.roles import roles_with
from surveillance.workflows.book_follow_up import book_follow_up
from surveillance.workflows.record_order import record_order
from tests.factories import SiteFactory
from tests.surveillance.api.scenes import System, a_system
from tests.surveillance.api.verb_scene import Scene, a_scene

pytestmark = pytest.mark.django_db
EACH = pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.scope.value)
REFUSED = {
    "close-follow-up": "still_owed",
    "disown-follow-up": "not_yours_to_disown",
    "disown": "not_yours_to_disown",
}
"""What the workflows rightly refuse in this scene."""


@pytest.fixture
def scene() -> Scene:
    return a_scene()


def address(verb: Verb, scene: Scene) -> str:
    place = f"{verb.target.path}/{scene.named(verb.target.path).pk}" if verb.target else verb.path
    return f"/api/v1/{place}/{verb.scope.value}/"


def system_for(verb: Verb, *sites: Site) -> System:
    """A system whose account may do it: as director, who may do almost everything."""
    roles = roles_with(verb.permission)
    role = Role.MEDICAL_DIRECTOR if Role.MEDICAL_DIRECTOR in roles else sorted(roles)[0]
    return a_system(*sites, scope=verb.scope.value, role=role)


def send(system: System, verb: Verb, scene: Scene, **headers: str) -> Any:
    sent = scene.body(verb.scope.value)
    return system.client.post(address(verb, scene), sent, format="json", headers=headers)


def prepare(verb: Verb, scene: Scene) -> None:
    """An order or an appointment where the verb takes one back."""
    today = scene.site.local_date(timezone.now())
    common: dict[str, Any] = {"follow_up": scene.follow_up, "by": None, "now": timezone.now()}
    if verb.scope == "cancel-order":
        record_order(order_number="ORD-1", ordered_on=today, **common)
    if verb.scope == "record-missed-appointment":
        book_follow_up(booked_for=today, **common)


@EACH
def test_a_verb_is_done_and_answers_as_described(verb: Verb, scene: Scene) -> None:
    prepare(verb, scene)

    answer = send(system_for(verb, scene.site), verb, scene)

    if verb.scope in REFUSED:
        assert (answer.status_code, answer.json()["code"]) == (409, REFUSED[verb.scope])
        return
    assert answer.status_code == (201 if verb.created else 200), answer.json()
    assert set(answer.json()) == set(verb.answers().fields)


@EACH
def test_a_verb_is_kept_from_those_who_may_not(verb: Verb, scene: Scene) -> None:
    other_scope = a_system(scene.site, scope="read", role=Role.MEDICAL_DIRECTOR)
    auditor = a_system(scene.site, scope=verb.scope.value, role=Role.AUDITOR)
    stranger = system_for(verb, SiteFactory())

    answers = [send(one, verb, scene) for one in (other_scope, auditor, stranger)]

    told = [(answer.status_code, answer.json()["code"]) for answer in answers]
    nowhere = (404, "not_found") if verb.target else (400, "invalid")
    assert told == [(403, "scope_missing"), (403, "role_missing"), nowhere]


@EACH
def test_a_body_is_read_strictly(verb: Verb, scene: Scene) -> None:
    """A misspelt field is refused by name, and no day is so far away that it is our fault."""
    system, sent, where = system_for(verb, scene.site), scene.body(verb.scope), address(verb, scene)
    named = verb.reads().fields.items()
    days = [name for name, field in named if isinstance(field, DateField | DateTimeField)]

    misspelt = system.client.post(where, sent | {"resaon": "x"}, format="json")
    far_away = {
        (name, day): system.client.post(where, sent | {name: day}, format="json").status_code
        for name in days
        for day in ("0001-01-01", "9999-12-31", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z")
    }

    assert [one["field"] for one in misspelt.json()["errors"]] == ["resaon"]
    assert {key: status for key, status in far_away.items() if status >= 500} == {}


def test_a_refusal_carries_the_workflows_code_and_its_field(scene: Scene) -> None:
    [verb] = [one for one in VERBS if one.scope == "record-order"]
    system, where = system_for(verb, scene.site), address(verb, scene)

    answer = system.client.post(
        where, {"order_number": "ORD-1", "ordered_on": "2100-01-01"}, format="json"
    )

    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    assert answer.json()["code"] == "order_impossible"
    assert answer.json()["errors"][0]["field"] == "ordered_on"


def test_who_saw_an_older_version_is_told_todays(scene: Scene) -> None:
    [verb] = [one for one in VERBS if one.scope == "record-order"]
    system = system_for(verb, scene.site)

    first = send(system, verb, scene, if_match=f'"{scene.follow_up.version}"')
    sent = {"order_number": "ORD-2", "ordered_on": scene.body("record-order")["ordered_on"]}
    second = system.client.post(
        address(verb, scene), sent, format="json", headers={"if-match": '"1"'}
    )

    assert (first.status_code, first["ETag"]) == (200, f'"{first.json()["version"]}"')
    assert (second.status_code, second.json()["code"]) == (412, "changed_meanwhile")
    assert second["ETag"] == first["ETag"]
    assert FollowUp.objects.get(pk=scene.follow_up.pk).order_number == "ORD-77"


def test_if_match_is_not_passed_over_where_there_are_no_versions(scene: Scene) -> None:
    [verb] = [one for one in VERBS if one.scope == "write-note"]

    answer = send(system_for(verb, scene.site), verb, scene, if_match='"1"')

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_header")


def test_not_appropriate_is_signed_by_clinicians_only(scene: Scene) -> None:
    [verb] = [one for one in VERBS if one.scope == "close-follow-up"]
    nurse = a_system(scene.site, scope=verb.scope.value, role=Role.NURSE_NAVIGATOR)

    answer = nurse.client.post(
        address(verb, scene), {"outcome": "NOT_APPROPRIATE", "note": "Frail"}, format="json"
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")


def test_a_risk_fact_that_is_left_out_stays_as_it_is(scene: Scene) -> None:
    [verb] = [one for one in VERBS if one.scope == "update-risk"]
    system = system_for(verb, scene.site)
    sent = scene.body(verb.scope.value) | {"facts": {"cirrhosis": "YES"}}
    system.client.post(address(verb, scene), sent, format="json")

    send(system, verb, scene)

    newest = scene.patient.risk_profiles.order_by("-pk").first()
    assert newest is not None
    assert (newest.cirrhosis, newest.ald) == ("YES", "YES")


@EACH
def test_the_example_in_the_description_is_one(verb: Verb) -> None:
    form = verb.reads(data=dict(verb.example))

    assert form.is_valid(), form.errors


@pytest.mark.parametrize(
    ("kind", "value", "status"),
    [
        ("CHARACTERISATION_WAIVER", "WAIVED", 403),
        ("REMOVED_OR_TREATED", "REMOVED", 403),
        ("PATHOLOGY", "BENIGN_SPECIFIC", 403),
        ("PATHOLOGY", "MALIGNANT", 200),
    ],
)
def test_what_may_let_somebody_out_is_a_clinicians_word(
    scene: Scene, kind: str, value: str, status: int
) -> None:
    [verb] = [one for one in VERBS if one.scope == "record-lesion-event"]
    said = scene.body(verb.scope.value) | {"kind": kind, "value": value}
    machine, clinician = (
        a_system(scene.site, scope=verb.scope.value, role=role)
        for role in (Role.INTEGRATION, Role.CLINICIAN)
    )

    unproved = clinician.client.post(address(verb, scene), said | {"evidence": " "}, format="json")
    by_machine = machine.client.post(address(verb, scene), said, format="json")
    by_clinician = clinician.client.post(address(verb, scene), said, format="json")

    assert (unproved.status_code, by_machine.status_code) == (400, status)
    assert by_clinician.status_code == 200


@pytest.mark.parametrize(
    "said", [{"family_name": "a\u202eb"}, {"language": "xxxxxxxxxxxx"}, {"city": "A\u200bB"}]
)
def test_what_the_pages_refuse_is_refused_here(scene: Scene, said: dict[str, str]) -> None:
    [verb] = [one for one in VERBS if one.scope == "amend-patient"]

    answer = system_for(verb, scene.site).client.post(address(verb, scene), said, format="json")

    assert [answer.status_code, answer.json()["errors"][0]["field"]] == [400, *said]


def test_a_misspelt_parameter_never_writes(scene: Scene) -> None:
    [verb] = [one for one in VERBS if one.scope == "write-note"]
    where = f"{address(verb, scene)}?dryrun=true"

    answer = system_for(verb, scene.site).client.post(
        where, scene.body(verb.scope.value), format="json"
    )

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "dryrun")


@pytest.mark.parametrize(
    ("body", "answered"),
    [
        ('{"text":' + "[" * 100_000, (400, "parse_error")),
        ('{"text":"' + "x" * (6 * 1024 * 1024) + '"}', (413, "too_large")),
    ],
)
def test_a_monstrous_body_is_a_problem_too(
    scene: Scene, body: str, answered: tuple[int, str]
) -> None:
    [verb] = [one for one in VERBS if one.scope == "write-note"]

    answer = system_for(verb, scene.site).client.generic(
        "POST", address(verb, scene), body, content_type="application/json"
    )

    assert (answer.status_code, answer.json()["code"]) == answered
    assert answer["Content-Type"] == "application/problem+json"


def test_a_birth_date_on_file_is_not_erased(scene: Scene) -> None:
    [verb] = [one for one in VERBS if one.scope == "amend-patient"]
    system = system_for(verb, scene.site)

    answer = system.client.post(address(verb, scene), {"birth_date": None}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (409, "birth_date_erased")
    assert Patient.objects.get(pk=scene.patient.pk).birth_date == scene.patient.birth_date


@pytest.mark.parametrize(
    ("role", "facts", "status"),
    [
        (Role.INTEGRATION, {"cirrhosis": "UNKNOWN"}, 400),
        (Role.INTEGRATION, {"egfr": None}, 400),
        (Role.INTEGRATION, {"prior_hcc": "UNKNOWN"}, 200),
        (Role.CLINICIAN, {"cirrhosis": "UNKNOWN"}, 200),
    ],
)
def test_what_is_known_of_risk_is_forgotten_by_a_clinician_only(
    scene: Scene, role: Role, facts: dict[str, Any], status: int
) -> None:
    [verb] = [one for one in VERBS if one.scope == "update-risk"]
    client = a_system(scene.site, scope=verb.scope.value, role=role).client
    said = {"effective_on": scene.body(verb.scope.value)["effective_on"], "source": "clinic"}
    known = {"cirrhosis": "YES", "egfr": 80, "prior_hcc": "UNKNOWN"}
    told = client.post(address(verb, scene), said | {"facts": known}, format="json")
    assert told.status_code == 200, told.content

    answer = client.post(address(verb, scene), said | {"facts": facts}, format="json")

    assert answer.status_code == status, answer.content


def test_who_saw_an_escalation_unanswered_answers_over_nobody(scene: Scene) -> None:
    [verb] = [one for one in VERBS if one.scope == "acknowledge-escalation"]
    system, until = system_for(verb, scene.site), scene.body(verb.scope.value)["until"]

    def answered(what: str, seen: str | None) -> Any:
        said = {"next_action": what, "until": until, "seen_acknowledged_at": seen}
        return system.client.post(address(verb, scene), said, format="json")

    first = answered("Calling", None)
    late = answered("Writing", None)
    next_ = answered("Visiting", first.json()["acknowledged_at"])

    assert (first.status_code, next_.status_code) == (200, 200)
    assert (late.status_code, late.json()["code"]) == (409, "escalation_answered_meanwhile")


def test_a_search_of_patients_is_read_strictly(scene: Scene) -> None:
    client = a_system(scene.site, scope="read").client
    said = {"words": scene.patient.mrn, "sites": scene.site.slug}

    answer = client.post("/api/v1/patients/search/", said, format="json")

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "sites")
