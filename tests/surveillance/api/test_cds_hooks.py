"""CDS Hooks 2.0: who may ask, what the cards say, and what feedback changes (nothing)."""

import json
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import jsonschema_rs
import pytest
import time_machine
from django.test import Client
from jwcrypto.jwk import JWK
from jwcrypto.jwt import JWT

from patients.models import AuditEvent
from surveillance.models import CdsFeedback, EhrSystem, FollowUp, FormerIdentifier, IntakeFeed
from surveillance.workflows.merge_patients import merge_patients
from surveillance.workflows.save_ehr_system import EhrSystemIncomplete, save_ehr_system
from tests.factories import NOW, TODAY, SiteFactory
from tests.surveillance.web.scenes import Clinic, a_clinic, a_patient, owed

pytestmark = pytest.mark.django_db

ISSUER = "https://ehr.example.org"
KEY = JWK.generate(kty="EC", crv="P-384", kid="k1")
VIEW, SELECT = "/cds-services/hepcalc-patient-view", "/cds-services/hepcalc-order-select"
MRN = "urn:oid:1.2.3"
CARD = {
    "type": "object",
    "required": ["summary", "indicator", "source"],
    "properties": {
        "summary": {"type": "string", "maxLength": 140},
        "indicator": {"enum": ["info", "warning", "critical"]},
        "uuid": {"type": "string"},
        "detail": {"type": "string"},
        "source": {"type": "object", "required": ["label"]},
        "suggestions": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["label"],
                "properties": {
                    "actions": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["type", "description", "resource"],
                            "properties": {"type": {"enum": ["create", "update", "delete"]}},
                        },
                    }
                },
            },
        },
        "selectionBehavior": {"enum": ["at-most-one", "any"]},
        "overrideReasons": {
            "type": "array",
            "items": {"type": "object", "required": ["code", "system", "display"]},
        },
        "links": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["label", "url", "type"],
                "properties": {"type": {"enum": ["absolute", "smart"]}},
            },
        },
    },
    "dependentRequired": {"suggestions": ["selectionBehavior"]},
    "additionalProperties": False,
}


@pytest.fixture
def clinic() -> Any:
    with time_machine.travel(NOW, tick=False):
        made = a_clinic()
        EhrSystem.objects.create(
            site=made.site,
            name="EHR",
            issuer=ISSUER,
            mrn_system=MRN,
            jwks={"keys": [json.loads(KEY.export_public())]},
        )
        yield made


def token(address: str, key: JWK = KEY, **claims: Any) -> str:
    now = int(NOW.timestamp())
    said = {
        "iss": ISSUER, "aud": f"http://testserver{address}", "iat": now, "exp": now + 300,
        "jti": uuid4().hex,
    } | claims  # fmt: skip
    made = JWT(header={"alg": "ES384", "kid": "k1"}, claims=said)
    made.make_signed_token(key)
    return str(made.serialize())


def ask(address: str, body: Any, signed: str | None = None) -> Any:
    return Client().post(
        address,
        json.dumps(body),
        content_type="application/json",
        headers={"authorization": f"Bearer {token(address) if signed is None else signed}"},
    )


def hook(mrn: str, name: str = "patient-view", **context: Any) -> dict[str, Any]:
    patient = {"resourceType": "Patient", "identifier": [{"system": MRN, "value": mrn}]}
    return {
        "hook": name,
        "hookInstance": str(uuid4()),
        "context": {"userId": "Practitioner/1", "patientId": "p1"} | context,
        "prefetch": {"patient": patient},
    }


def order(code: str) -> dict[str, Any]:
    coding = [{"system": "http://loinc.org", "code": code}]
    request = {"resourceType": "ServiceRequest", "status": "draft", "code": {"coding": coding}}
    return {"resourceType": "Bundle", "entry": [{"resource": request}]}


def test_what_can_be_asked_is_told_to_everybody() -> None:
    services = Client().get("/cds-services").json()["services"]

    assert [one["hook"] for one in services] == ["patient-view", "order-select"]
    assert all({"id", "hook", "description", "prefetch"} <= set(one) for one in services)


def test_a_card_says_what_is_owed_why_and_what_to_order(clinic: Clinic) -> None:
    follow_up = owed(clinic, -9)

    [card] = ask(VIEW, hook(follow_up.patient.mrn)).json()["cards"]

    jsonschema_rs.validate(CARD, card)
    assert card["indicator"] == "critical"
    assert "overdue by 9 days" in card["summary"]
    assert "Rule R24" in card["detail"]
    assert "For clinician review" in card["detail"]
    assert card["links"][0]["url"].endswith(f"/patients/{follow_up.patient_id}/")
    [action] = card["suggestions"][0]["actions"]
    assert (action["type"], action["resource"]["resourceType"]) == ("create", "ServiceRequest")
    order = action["resource"]
    assert (order["status"], order["subject"]) == ("draft", {"reference": "Patient/p1"})
    assert order["occurrencePeriod"]["start"] == TODAY.isoformat()
    assert str(follow_up.lesion_id) not in str(order)  # the EHR knows none of our ids
    assert "overdue by 9 days" in order["reasonCode"][0]["text"]
    assert AuditEvent.objects.filter(
        action="viewed", patient_id=str(follow_up.patient_id), detail__page="CDS Hooks"
    ).exists()


@pytest.mark.parametrize(
    ("days", "ladder", "indicator"),
    [
        (90, "AT_RISK", "info"),
        (20, "AT_RISK", "warning"),
        (90, "URGENT", "warning"),
        (-1, "LOW", "warning"),
        (-1, "AT_RISK", "critical"),
    ],
)
def test_the_indicator_follows_danger_and_day(
    clinic: Clinic, days: int, ladder: str, indicator: str
) -> None:
    follow_up = owed(clinic, days, escalation_class=ladder)

    [card] = ask(VIEW, hook(follow_up.patient.mrn)).json()["cards"]

    assert card["indicator"] == indicator


def test_an_order_on_file_is_suggested_no_more(clinic: Clinic) -> None:
    follow_up = owed(clinic, 30, ordered_on=date(2026, 8, 1))

    [card] = ask(VIEW, hook(follow_up.patient.mrn)).json()["cards"]

    jsonschema_rs.validate(CARD, card)
    assert "suggestions" not in card


def test_nothing_owed_nobody_known_or_of_another_site_is_no_card(clinic: Clinic) -> None:
    elsewhere = owed(a_clinic(), -9)
    healthy = a_patient(clinic)

    for mrn in (healthy.mrn, "nobody", elsewhere.patient.mrn):
        assert ask(VIEW, hook(mrn)).json() == {"cards": []}


@pytest.mark.parametrize(("code", "indicator"), [("30670-4", "info"), ("28614-6", "warning")])
def test_an_order_is_compared_with_what_is_owed(clinic: Clinic, code: str, indicator: str) -> None:
    follow_up = owed(clinic, 30)
    asked = hook(follow_up.patient.mrn, "order-select", draftOrders=order(code))

    [card] = ask(SELECT, asked).json()["cards"]

    jsonschema_rs.validate(CARD, card)
    assert card["indicator"] == indicator


@pytest.mark.parametrize(
    ("words", "indicator"),
    [
        ("MRI liver with gadoxetate", "info"),
        ("US abdomen", "warning"),
        ("X-ray chest", "warning"),
        ("Our own LiMRI", "info"),
    ],
)
def test_an_order_in_the_hospitals_own_words_is_understood(
    clinic: Clinic, words: str, indicator: str
) -> None:
    IntakeFeed.objects.create(
        site=clinic.site,
        name="Hub",
        format="FHIR_R4",
        mapping={"procedures": {"LIMRI": {"modality": "MRI_EXTRACELLULAR"}}},
    )
    code = {"text": words, "coding": [{"code": "LIMRI"}] if "LiMRI" in words else []}
    bundle = {
        "resourceType": "Bundle",
        "entry": [
            {"resource": {"resourceType": "ServiceRequest", "id": "1", "code": code}},
            {"resource": {"resourceType": "ServiceRequest", "id": "2", "code": {"text": "PET"}}},
        ],
    }
    asked = hook(
        owed(clinic, 30).patient.mrn,
        "order-select",
        draftOrders=bundle,
        selections=["ServiceRequest/1"],
    )

    [card] = ask(SELECT, asked).json()["cards"]

    assert card["indicator"] == indicator


def test_an_order_for_something_else_is_passed_over(clinic: Clinic) -> None:
    follow_up = owed(clinic, 30)
    asked = hook(follow_up.patient.mrn, "order-select", draftOrders=order("2345-7"))

    assert ask(SELECT, asked).json() == {"cards": []}


def wrong_tokens() -> dict[str, str]:
    later = int(NOW.timestamp()) + 100_000
    return {
        "another key": token(VIEW, JWK.generate(kty="EC", crv="P-384", kid="k1")),
        "another issuer": token(VIEW, iss="https://other.example.org"),
        "another audience": token(SELECT),
        "issued in the future": token(VIEW, iat=later, exp=later + 300),
        "not yet": token(VIEW, nbf=int(NOW.timestamp()) + 100),
        "a time that is a word": token(VIEW, iat=str(int(NOW.timestamp()))),
        "a time that is endless": token(VIEW, exp=1e400),
        "half a sign": token(VIEW, iss="\ud800"),
        "expired": token(VIEW, exp=int(NOW.timestamp()) - 900, iat=int(NOW.timestamp()) - 1000),
        "lives too long": token(VIEW, exp=later),
        "no token": "",
        "no JWT": "abc.def",
    }


@pytest.mark.parametrize("why", sorted(wrong_tokens()))
def test_whoever_is_not_trusted_is_refused(clinic: Clinic, why: str) -> None:
    follow_up = owed(clinic, 30)

    answer = ask(VIEW, hook(follow_up.patient.mrn), wrong_tokens()[why])

    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")


def test_a_token_counts_once(clinic: Clinic) -> None:
    follow_up, once = owed(clinic, 30), token(VIEW)

    assert ask(VIEW, hook(follow_up.patient.mrn), once).status_code == 200
    assert ask(VIEW, hook(follow_up.patient.mrn), once).status_code == 401


def test_an_ehr_that_is_switched_off_is_trusted_no_more(clinic: Clinic) -> None:
    EhrSystem.objects.get().delete()

    assert ask(VIEW, hook("1")).status_code == 401


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"hook": "order-sign"}, 400),
        ({"hookInstance": ""}, 400),
        ({"context": None}, 400),
        ({"prefetch": {}}, 412),
        ({"prefetch": {"patient": {"resourceType": "Person"}}}, 412),
        ({"prefetch": {"patient": {"resourceType": "Patient", "identifier": "x"}}}, 200),
    ],
)
def test_what_a_hook_lacks_is_said(clinic: Clinic, change: dict[str, Any], status: int) -> None:
    assert ask(VIEW, hook("1") | change).status_code == status


def test_feedback_is_kept_once_and_ends_nothing(clinic: Clinic) -> None:
    follow_up = owed(clinic, -9)
    entry = {
        "card": str(follow_up.pk),
        "outcome": "overridden",
        "outcomeTimestamp": NOW.isoformat(),
        "overrideReason": {"reason": {"code": "later"}, "userComment": "Next week"},
    }

    for _time in range(2):
        assert ask(f"{VIEW}/feedback", {"feedback": [entry]}).status_code == 200

    kept = CdsFeedback.objects.get()
    assert (kept.patient, kept.reason, kept.comment) == (follow_up.patient, "later", "Next week")
    assert FollowUp.objects.open().filter(pk=follow_up.pk).exists()


@pytest.mark.parametrize(
    "entry", [{}, "x", {"card": "1"}, {"card": str(uuid4()), "outcome": "ignored"}]
)
def test_feedback_that_cannot_be_read_is_refused_with_its_place(clinic: Clinic, entry: Any) -> None:
    answer = ask(f"{VIEW}/feedback", {"feedback": [entry]})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "feedback.0")
    assert not CdsFeedback.objects.exists()


def test_an_ehr_whose_tokens_could_not_be_checked_is_not_saved() -> None:
    system = EhrSystem(site=SiteFactory(), name="EHR", issuer=ISSUER)

    with pytest.raises(EhrSystemIncomplete):
        save_ehr_system(system=system, by=None, now=NOW)

    system.jwks_url = "https://ehr.example.org/jwks.json"
    save_ehr_system(system=system, by=None, now=NOW)
    assert system.history.count() == 1


def test_the_window_is_named_by_its_days(clinic: Clinic) -> None:
    follow_up = owed(clinic, 30)

    [card] = ask(VIEW, hook(follow_up.patient.mrn)).json()["cards"]

    assert (TODAY + timedelta(days=30)).isoformat() in card["detail"]


def described(follow_up: FollowUp, **more: Any) -> dict[str, Any]:
    """A hook whose Patient says more than the number."""
    asked = hook(follow_up.patient.mrn)
    asked["prefetch"]["patient"] |= more
    return asked


def test_a_patient_who_agrees_is_shown_what_is_owed(clinic: Clinic) -> None:
    follow_up = owed(clinic, -9)
    on_file = follow_up.patient
    name = [{"family": on_file.family_name.upper(), "given": [on_file.given_name]}]
    asked = described(follow_up, id="p1", name=name, birthDate=str(on_file.birth_date))

    [card] = ask(VIEW, asked).json()["cards"]

    assert card["uuid"] == str(follow_up.pk)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"birthDate": "1901-01-01"}, "birth date differ"),
        ({"name": [{"family": "Completely", "given": ["Different"]}]}, "name or birth date"),
        ({"id": "p2"}, "another patient"),
    ],
)
def test_nobodys_debt_is_shown_at_another_persons_record(
    clinic: Clinic, more: dict[str, Any], words: str
) -> None:
    follow_up = owed(clinic, -9)

    [card] = ask(VIEW, described(follow_up, **more)).json()["cards"]

    jsonschema_rs.validate(CARD, card)
    assert words in card["summary"]
    assert str(follow_up.patient_id) not in str(card)
    assert not AuditEvent.objects.filter(action="viewed").exists()


def test_numbers_of_two_patients_are_no_patient_until_they_are_merged(clinic: Clinic) -> None:
    one, other = owed(clinic, -9), owed(clinic, -30)
    asked = hook(one.patient.mrn)
    numbers = asked["prefetch"]["patient"]["identifier"]
    numbers.append({"system": MRN, "value": other.patient.mrn})

    [doubt] = ask(VIEW, asked).json()["cards"]
    merge_patients(
        survivor=one.patient, duplicate=other.patient, reason="one", by=clinic.lead, now=NOW
    )
    after = ask(VIEW, asked).json()["cards"]

    jsonschema_rs.validate(CARD, doubt)
    assert "several patients" in doubt["summary"]
    left = FollowUp.objects.open().filter(patient=one.patient)
    assert sorted(card["uuid"] for card in after) == sorted(str(row.pk) for row in left)
    assert len(after) > 1


def test_a_number_that_was_given_up_is_its_patients(clinic: Clinic) -> None:
    follow_up = owed(clinic, -9)
    FormerIdentifier.objects.create(
        site=clinic.site, mrn="OLD-1", patient=follow_up.patient, recorded_at=NOW
    )

    [card] = ask(VIEW, hook("OLD-1")).json()["cards"]

    assert card["uuid"] == str(follow_up.pk)


@pytest.mark.parametrize(
    "orders",
    [
        5,
        {"entry": 5},
        {"entry": [5, {"resource": {"code": {"coding": [{"code": ["US"]}, {"code": {}}, 5]}}}]},
    ],
)
def test_odd_orders_are_no_orders(clinic: Clinic, orders: Any) -> None:
    asked = hook(owed(clinic, 30).patient.mrn, "order-select", draftOrders=orders, selections=[[]])

    assert ask(SELECT, asked).json() == {"cards": []}


@pytest.mark.parametrize(
    ("system", "cards"), [("urn:hepcalc:term:modality", 1), ("urn:lab", 0), ("", 0)]
)
def test_only_our_own_systems_codes_are_our_terms(clinic: Clinic, system: str, cards: int) -> None:
    code = {"coding": [{"system": system, "code": "CT_MULTIPHASE"}]}
    bundle = {"entry": [{"resource": {"resourceType": "ServiceRequest", "code": code}}]}
    asked = hook(owed(clinic, 30).patient.mrn, "order-select", draftOrders=bundle)

    assert len(ask(SELECT, asked).json()["cards"]) == cards


@pytest.mark.parametrize(
    ("number", "born"),
    [("\ud800", "1955-01-01"), ("a\0b", ""), ([], "2000-13-45"), ("1", {}), ("1", "x" * 12)],
)
def test_odd_patients_are_nobody(clinic: Clinic, number: Any, born: Any) -> None:
    asked = hook("1")
    asked["prefetch"]["patient"] |= {
        "identifier": [{"system": MRN, "value": number}], "birthDate": born, "name": 7,
    }  # fmt: skip

    assert ask(VIEW, asked).json() == {"cards": []}


def test_a_birth_date_that_is_none_contradicts_nobody(clinic: Clinic) -> None:
    follow_up = owed(clinic, -9)

    [card] = ask(VIEW, described(follow_up, birthDate="2000-13-45", name=7)).json()["cards"]

    assert card["uuid"] == str(follow_up.pk)


def raw(body: str, **headers: str) -> Any:
    signed = {"authorization": f"Bearer {token(VIEW)}"} | headers
    return Client().post(VIEW, body, content_type="application/json", headers=signed)


def test_monstrous_bodies_and_other_hosts_are_problems(clinic: Clinic) -> None:
    deep, large = raw("[" * 100_000), raw('"' + "x" * 6_000_000 + '"')

    assert [answer.status_code for answer in (deep, large)] == [400, 413]
    assert deep["Content-Type"] == large["Content-Type"] == "application/problem+json"
    assert raw("{}", host="elsewhere.example.org").status_code == 400
    assert ask(VIEW, hook("1"), "[" * 100_000).status_code == 401


def entry_about(card: Any, **more: Any) -> dict[str, Any]:
    return {
        "card": str(card), "outcome": "overridden", "outcomeTimestamp": NOW.isoformat(),
    } | more  # fmt: skip


def test_feedback_about_what_was_never_shown_is_refused_with_all_of_it(clinic: Clinic) -> None:
    mine, theirs = owed(clinic, -9), owed(a_clinic(), -9)

    for other in (theirs.pk, uuid4()):
        entries = [entry_about(mine.pk), entry_about(other)]
        answer = ask(f"{VIEW}/feedback", {"feedback": entries})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "feedback.1")

    assert not CdsFeedback.objects.exists()


@pytest.mark.parametrize(
    "more",
    [
        {"outcomeTimestamp": "0001-01-01T00:00:00+14:00"},
        {"outcomeTimestamp": []},
        {"outcome": []},
        {"overrideReason": 5},
        {"overrideReason": {"reason": "later"}},
    ],
)
def test_odd_feedback_is_refused(clinic: Clinic, more: dict[str, Any]) -> None:
    entry = entry_about(owed(clinic, -9).pk, **more)

    assert ask(f"{VIEW}/feedback", {"feedback": [entry]}).status_code == 400


def test_half_a_sign_in_a_comment_costs_nothing_but_itself(clinic: Clinic) -> None:
    said = {"reason": {"code": "later"}, "userComment": "Next \ud800week\0"}
    entry = entry_about(owed(clinic, -9).pk, overrideReason=said)

    assert ask(f"{VIEW}/feedback", {"feedback": [entry]}).status_code == 200
    assert CdsFeedback.objects.get().comment == "Next ?week\N{REPLACEMENT CHARACTER}"


def test_feedback_comes_in_reasonable_pieces(clinic: Clinic) -> None:
    many = [entry_about(uuid4())] * 101

    assert ask(f"{VIEW}/feedback", {"feedback": many}).status_code == 400
