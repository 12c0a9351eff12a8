"""Who looked at whom, what was done, is the chain whole, and what is recorded of a patient."""

import ast
import csv
import io
import json
from datetime import timedelta

import pytest
from django.test import Client

from patients.audit import record_event
from patients.models import AuditEvent, AuditSeal, Patient, Role
from patients.workflows.record_view import record_view
from patients.workflows.seal_audit import seal_audit
from surveillance.roles import PERMISSIONS, Permission
from surveillance.web.audit_query import SHOWN
from surveillance.web.audit_vocabulary import DEEDS, SAID, THINGS
from surveillance.web.audit_words import ACTIONS, SUBJECTS, action_words
from tests.architecture.sources import calls_in, modules
from tests.factories import NOW, MembershipFactory
from tests.surveillance.web.scenes import Clinic, a_clinic, a_patient

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
AUDITORS = [role for role in Role if Permission.VIEW_AUDIT in PERMISSIONS[role]]
OTHERS = [role for role in Role if role not in AUDITORS]
PAGES = ("/audit/", "/audit/access/", "/audit/chain/")


@pytest.fixture
def ada(clinic: Clinic) -> Patient:
    return a_patient(clinic, family_name="Okafor", given_name="Ada", mrn="A-1")


@pytest.fixture
def auditor(clinic: Clinic, client: Client) -> Client:
    client.force_login(clinic.auditor)
    return client


def look(patient: Patient, by, days_ago: int = 0) -> None:
    record_view(patient=patient, by=by, now=NOW - timedelta(days=days_ago), page="patient")


def act(patient: Patient, by, action: str = "contact_logged") -> None:
    record_event(action, site=patient.site, subject=patient, by=by, now=NOW, patient=patient)


class TestPermission:
    @pytest.mark.parametrize("address", PAGES)
    @pytest.mark.parametrize("role", AUDITORS)
    def test_roles_that_audit_may_open_them(self, client, clinic, role, address) -> None:
        client.force_login(MembershipFactory(site=clinic.site, role=role).user)

        assert client.get(address).status_code == 200

    @pytest.mark.parametrize("address", PAGES)
    @pytest.mark.parametrize("role", OTHERS)
    def test_other_roles_may_not(self, client, clinic, role, address) -> None:
        client.force_login(MembershipFactory(site=clinic.site, role=role).user)

        assert client.get(address).status_code == 403
        assert client.post("/audit/patient/", {"mrn": "A-1"}).status_code == 403

    @pytest.mark.parametrize("role", OTHERS)
    def test_other_roles_export_nothing(self, client, clinic, ada, role) -> None:
        client.force_login(MembershipFactory(site=clinic.site, role=role).user)

        assert client.get(f"/patients/{ada.pk}/record.json").status_code == 403
        assert not AuditEvent.objects.filter(action="downloaded").exists()

    def test_another_site_is_refused_and_its_events_never_shown(self, auditor, clinic) -> None:
        elsewhere = a_clinic(name="Elsewhere")
        theirs = a_patient(elsewhere, family_name="Lindqvist", mrn="B-1")
        look(theirs, elsewhere.navigator)

        for address in PAGES:
            assert auditor.get(address, {"site": elsewhere.site.slug}).status_code == 403
        assert auditor.get("/audit/").context["rows"] == []
        assert auditor.get("/audit/access/").context["rows"] == []
        assert auditor.get("/audit/", {"patient": theirs.pk}).context["patient"] == ""
        assert auditor.get(f"/patients/{theirs.pk}/record.json").status_code == 404
        found = auditor.post("/audit/patient/", {"mrn": "B-1"}, follow=True).content.decode()
        assert "has no patient with this MRN" in found
        assert "Lindqvist" not in found


class TestAccessReview:
    def test_everybody_is_counted_with_the_most_looks_first(self, auditor, clinic, ada) -> None:
        bo = a_patient(clinic, family_name="Lindqvist")
        for patient in (ada, bo, bo):
            look(patient, clinic.navigator)
        look(ada, clinic.lead)
        look(ada, clinic.lead, days_ago=60)

        rows = auditor.get("/audit/access/").context["rows"]

        assert [(row.name, row.looks, row.patients) for row in rows] == [
            (clinic.navigator.get_full_name(), "3 looks", "2 patients"),
            (clinic.lead.get_full_name(), "1 look", "1 patient"),
        ]

    def test_one_patient_is_told_by_whom_and_who_only_looked(self, auditor, clinic, ada) -> None:
        look(ada, clinic.navigator)
        act(ada, clinic.navigator)
        look(ada, clinic.lead)
        act(ada, clinic.clinician)

        rows = auditor.get("/audit/access/", {"patient": ada.pk}).context["rows"]

        assert {(row.name, row.only_looked) for row in rows} == {
            (clinic.navigator.get_full_name(), False),
            (clinic.lead.get_full_name(), True),
        }

    def test_one_person_is_told_at_whom(self, auditor, clinic, ada) -> None:
        look(ada, clinic.navigator)
        look(a_patient(clinic), clinic.lead)

        [row] = auditor.get("/audit/access/", {"person": clinic.navigator.pk}).context["rows"]

        assert row.name == "Okafor, Ada, MRN A-1"

    def test_period_is_that_of_the_site(self, auditor, clinic, ada) -> None:
        look(ada, clinic.lead, days_ago=60)
        asked = {"first_on": "2026-07-02", "last_on": "2026-07-02"}

        assert len(auditor.get("/audit/access/", asked).context["rows"]) == 1
        asked = {"first_on": "2026-07-03", "last_on": "2026-08-31"}
        assert auditor.get("/audit/access/", asked).context["rows"] == []

    def test_review_of_a_patient_is_a_look_itself(self, auditor, ada) -> None:
        auditor.get("/audit/access/", {"patient": ada.pk})

        assert AuditEvent.objects.get(action="viewed").detail == {"page": "audit trail"}

    def test_period_that_runs_backwards_is_told(self, auditor) -> None:
        asked = {"first_on": "2026-08-31", "last_on": "2026-08-01"}

        page = auditor.get("/audit/access/", asked)

        assert page.status_code == 422
        assert "Enter a day on or after 31 Aug 2026" in page.content.decode()

    @pytest.mark.parametrize("patients", [1, 12])
    def test_asks_as_often_for_any_number(
        self, auditor, clinic, patients, django_assert_max_num_queries
    ) -> None:
        for _ in range(patients):
            look(a_patient(clinic), clinic.navigator)

        for asked in ({}, {"person": clinic.navigator.pk}):
            with django_assert_max_num_queries(14):
                auditor.get("/audit/access/", asked)


class TestSearch:
    def test_number_is_sent_by_post_and_never_stands_in_an_address(self, auditor, ada) -> None:
        response = auditor.post("/audit/patient/", {"mrn": " A-1 ", "then": "audit"})

        assert response.headers["Location"] == f"/audit/?site={ada.site.slug}&patient={ada.pk}"
        assert auditor.get("/audit/patient/").status_code == 405

    def test_person_deed_and_patient_narrow_it(self, auditor, clinic, ada) -> None:
        act(ada, clinic.navigator)
        act(ada, clinic.lead, "exam_recorded")
        act(a_patient(clinic), clinic.navigator)
        asked = {"person": clinic.navigator.pk, "action": "contact_logged", "patient": ada.pk}

        [row] = auditor.get("/audit/", asked).context["rows"]

        assert (row.what, row.patient) == ("Contact logged", "Okafor, Ada, MRN A-1")
        assert row.who == clinic.navigator.get_full_name()

    def test_pages_follow_each_other_without_gap_at_one_moment(self, auditor, clinic, ada) -> None:
        for _ in range(SHOWN + 7):
            act(ada, clinic.navigator)
        asked = {"action": "contact_logged"}

        first = auditor.get("/audit/", asked)
        second = auditor.get("/audit/" + first.context["older_url"])

        assert len(first.context["rows"]) == SHOWN
        assert len(second.context["rows"]) == 7
        assert second.context["older_url"] == ""
        assert second.context["first_url"]

    @pytest.mark.parametrize("before", ["nonsense", "2026-08-31T09:00:00_1", "_"])
    def test_place_that_nobody_can_read_is_the_start(self, auditor, clinic, ada, before) -> None:
        act(ada, clinic.navigator)

        assert len(auditor.get("/audit/", {"before": before}).context["rows"]) == 1

    @pytest.mark.parametrize("events", [1, 30])
    def test_asks_as_often_for_any_number(
        self, auditor, clinic, ada, events, django_assert_max_num_queries
    ) -> None:
        for _ in range(events):
            act(ada, clinic.navigator)

        with django_assert_max_num_queries(14):
            auditor.get("/audit/")

    def test_every_deed_of_the_workflows_can_be_asked_for(self) -> None:
        written = set()
        for path in modules():
            for call in calls_in(path):
                name = ast.unparse(call.func).rsplit(".", 1)[-1]
                if name in {"record_event", "Deed", "Change", "change_follow_up"}:
                    parts = [*call.args, *(k.value for k in call.keywords if k.arg == "action")]
                    written |= {
                        part.value
                        for whole in parts
                        for part in (ast.walk(whole) if not isinstance(whole, ast.Dict) else ())
                        if isinstance(part, ast.Constant)
                        and isinstance(part.value, str)
                        and part.value.count("_") >= 1
                        and not part.value.endswith("_")
                    }

        assert len(written) > 40
        assert written <= set(ACTIONS)


class TestChain:
    def test_whole_chain_is_told_with_its_head_and_the_check_is_recorded(
        self, auditor, clinic, ada
    ) -> None:
        look(ada, clinic.lead)
        seal_audit(now=NOW)

        result = auditor.post("/audit/chain/").context["result"]

        assert (result.is_whole, result.sealed) == (True, "1 event")
        assert result.head == AuditSeal.objects.get().digest
        event = AuditEvent.objects.get(action="audit_chain_verified")
        assert event.detail == {"sealed": 1, "head": result.head, "findings": 0}

    def test_break_is_told_with_its_place(self, auditor, clinic, ada) -> None:
        look(ada, clinic.lead)
        AuditSeal.objects.create(
            site=clinic.site.slug, number=1, event_id=999, digest="0" * 64, sealed_at=NOW
        )

        page = auditor.post("/audit/chain/").content.decode()

        assert "event_deleted: event 999 (number 1) is gone" in page
        assert "1 finding" in page

    def test_digest_noted_earlier_must_be_there(self, auditor, clinic) -> None:
        page = auditor.post("/audit/chain/", {"expected": "a" * 64}).content.decode()

        assert "expected_digest_missing" in page

    def test_half_a_digest_is_refused(self, auditor) -> None:
        assert auditor.post("/audit/chain/", {"expected": "abc"}).status_code == 422
        assert not AuditEvent.objects.exists()


class TestExport:
    def test_json_holds_the_record_and_this_very_look(self, auditor, clinic, ada) -> None:
        look(ada, clinic.navigator)

        response = auditor.get(f"/patients/{ada.pk}/record.json")

        file = json.loads(response.content)
        assert file["records"]["patient"][0]["mrn"] == "A-1"
        actions = [row["action"] for row in file["records"]["auditevent"]]
        assert sorted(actions) == ["downloaded", "viewed"]
        assert "Okafor" not in response["Content-Disposition"]

    def test_csv_reads_back_and_runs_no_formula(self, auditor, clinic) -> None:
        dangerous = a_patient(clinic, family_name="=HYPERLINK(1)")

        response = auditor.get(f"/patients/{dangerous.pk}/record.csv")

        rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
        assert {row["record"] for row in rows} >= {"patient", "auditevent"}
        names = {row["value"] for row in rows if row["field"] == "family_name"}
        assert names == {"'=HYPERLINK(1)"}

    def test_other_forms_do_not_exist(self, auditor, ada) -> None:
        assert auditor.get(f"/patients/{ada.pk}/record.exe").status_code == 404


def test_patient_page_leads_auditors_to_the_review(auditor, navigator, clinic, ada) -> None:
    link = f"/audit/access/?site={clinic.site.slug}&amp;patient={ada.pk}"

    assert link not in navigator.get(f"/patients/{ada.pk}/").content.decode()
    navigator.force_login(clinic.auditor)
    assert link in navigator.get(f"/patients/{ada.pk}/").content.decode()


def test_every_deed_of_the_trail_can_be_translated() -> None:
    assert sorted(DEEDS) == sorted(map(action_words, ACTIONS))
    assert not set(THINGS) & set(SUBJECTS)
    assert not [name for name in SAID if "_" in name]
