"""The pages of message texts: list, writing with live advice, preview, use, history."""

from typing import Any

import pytest
from django.test import Client

from patients.models import AuditEvent, Role
from surveillance.delivery.texts import version_in_use
from surveillance.models import MessageTemplateUse, MessageTemplateVersion, TextKind
from surveillance.protocol.message_terms import PLACEHOLDERS
from surveillance.web.message_text_view import MEANINGS, kind_named, name_in_address
from tests.factories import MembershipFactory
from tests.surveillance.web.scenes import Clinic, a_clinic, a_patient, owed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

NAME = "patient_reminder.email.en"
PLAIN = {"subject": "A note from {site}", "body": "Please call us: {phone}."}


@pytest.fixture
def administrator(clinic: Clinic, client: Client) -> Client:
    client.force_login(clinic.administrator)
    return client


def address(clinic: Clinic, name: str = NAME) -> str:
    return f"/templates/{clinic.site.slug}/{name}/"


def kind() -> TextKind:
    found = kind_named(NAME)
    assert found is not None
    return found


def written(client: Client, clinic: Clinic, **changed: str) -> MessageTemplateVersion:
    client.post(address(clinic), PLAIN | changed)
    return MessageTemplateVersion.objects.latest("number")


def page_of(version: MessageTemplateVersion) -> str:
    return f"/templates/versions/{version.pk}/"


def put_in_use(client: Client, clinic: Clinic, **changed: str) -> MessageTemplateVersion:
    version = written(client, clinic, **changed)
    client.post(page_of(version), {"mrn": a_patient(clinic).mrn})
    client.post(f"{page_of(version)}use/")
    return version


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


class TestList:
    def test_shows_every_text_with_the_words_in_use(
        self, administrator: Client, clinic: Clinic
    ) -> None:
        put_in_use(administrator, clinic)

        rows = administrator.get("/templates/").context["rows"]

        assert len(rows) == len(TextKind.every())
        [changed] = [row for row in rows if row.in_use != "Built-in words"]
        assert (changed.in_use, changed.medium, changed.language) == (
            "Version 1",
            "E-mail",
            "English",
        )
        assert changed.since == "31 Aug 2026, 09:00"
        assert changed.by == clinic.administrator.get_full_name()

    def test_asks_the_same_number_of_queries_however_much_was_changed(
        self, administrator: Client, clinic: Clinic, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(4):
            put_in_use(administrator, clinic, subject=f"Note {number}")

        with django_assert_max_num_queries(10):
            administrator.get("/templates/")

    def test_is_of_one_site_and_leads_to_ones_others(
        self, administrator: Client, clinic: Clinic
    ) -> None:
        other = a_clinic(name="Alder Clinic")
        MembershipFactory(user=clinic.administrator, site=other.site, role=Role.ADMINISTRATOR)

        first = administrator.get(f"/templates/?site={clinic.site.slug}").context

        assert first["site"] == "St Brigid"
        [link] = first["others"]
        assert administrator.get(link.url).context["site"] == "Alder Clinic"

    def test_is_reached_from_the_frame_by_administrators_only(
        self, administrator: Client, clinic: Clinic, client: Client
    ) -> None:
        assert 'href="/templates/"' in text_of(administrator.get("/queue/"))
        client.force_login(clinic.navigator)
        assert 'href="/templates/"' not in text_of(client.get("/queue/"))


class TestWriting:
    def test_begins_with_the_words_in_use(self, administrator: Client, clinic: Clinic) -> None:
        put_in_use(administrator, clinic)

        form = administrator.get(address(clinic)).context["form"]

        assert form.initial == PLAIN

    def test_can_begin_with_another_version(self, administrator: Client, clinic: Clinic) -> None:
        written(administrator, clinic, subject="First")
        written(administrator, clinic, subject="Second")

        response = administrator.get(f"{address(clinic)}?from=1")

        assert response.context["form"].initial["subject"] == "First"
        for number in ("9", "99999999999999999999"):
            assert administrator.get(f"{address(clinic)}?from={number}").status_code == 404

    def test_keeps_a_draft_and_leads_to_its_preview(
        self, administrator: Client, clinic: Clinic
    ) -> None:
        response = administrator.post(address(clinic), PLAIN | {"body": "Call us.\r\n{phone}"})

        version = MessageTemplateVersion.objects.get()
        assert response.headers["Location"] == page_of(version)
        assert version.body == "Call us.\n{phone}"
        assert version_in_use(clinic.site, kind()) is None

    def test_tells_each_fault_at_its_field(self, administrator: Client, clinic: Clinic) -> None:
        response = administrator.post(
            address(clinic), {"subject": "Your liver", "body": "Call {mrn}: {phone}"}
        )

        assert response.status_code == 422
        errors = response.context["form"].errors
        assert "liver" in errors["subject"][0]
        assert "{mrn} is not known here" in errors["body"][0]
        assert not MessageTemplateVersion.objects.exists()

    def test_the_grade_beside_a_refused_text_is_its_own(
        self, administrator: Client, clinic: Clinic
    ) -> None:
        hard = "internationalisation " * 30 + "{phone}"

        response = administrator.post(address(clinic), {"subject": "Call", "body": hard})

        [error] = [one for one in response.context["form"].errors["body"] if "grade" in one]
        assert error.startswith(response.context["measures"].grade)

    def test_without_any_words_is_refused(self, administrator: Client, clinic: Clinic) -> None:
        response = administrator.post(address(clinic), {"subject": "", "body": ""})

        errors = response.context["form"].errors
        assert (errors["subject"], errors["body"]) == (["Enter a subject"], ["Enter the text"])

    def test_of_a_text_message_asks_for_no_subject(
        self, administrator: Client, clinic: Clinic
    ) -> None:
        response = administrator.get(address(clinic, "patient_reminder.sms.es"))

        assert list(response.context["form"].fields) == ["body"]
        assert "part; at most 2" in text_of(response)

    def test_is_advised_while_one_types(self, administrator: Client, clinic: Clinic) -> None:
        response = administrator.post(f"{address(clinic)}check/", PLAIN | {"body": "Call us."})

        assert "Reading grade" in text_of(response)
        assert "Say how to reach you" in text_of(response)
        assert not MessageTemplateVersion.objects.exists()

    def test_of_nothing_yet_is_advised_too(self, administrator: Client, clinic: Clinic) -> None:
        response = administrator.post(f"{address(clinic)}check/", {"body": ""})

        assert "Enter the text" in text_of(response)


class TestPreview:
    def test_fills_in_a_real_patient_s_data_by_post(
        self, administrator: Client, clinic: Clinic
    ) -> None:
        version = written(administrator, clinic)
        patient = a_patient(clinic)

        response = administrator.post(page_of(version), {"mrn": patient.mrn})

        assert response.context["preview"].subject == "A note from St Brigid"
        assert "Put in use" in text_of(response)
        assert AuditEvent.objects.filter(patient_id=str(patient.pk)).count() == 1

    def test_of_a_number_that_nobody_has_is_refused(
        self, administrator: Client, clinic: Clinic
    ) -> None:
        version = written(administrator, clinic)
        elsewhere = a_patient(a_clinic())

        response = administrator.post(page_of(version), {"mrn": elsewhere.mrn})

        assert response.status_code == 422
        assert "Nobody at this site" in response.context["form"].errors["mrn"][0]
        assert response.context["preview"] is None

    def test_warns_when_the_sites_own_name_says_why(
        self, administrator: Client, clinic: Clinic
    ) -> None:
        clinic.site.name = "St Brigid Liver Unit"
        clinic.site.save()
        version = written(administrator, clinic)

        response = administrator.post(page_of(version), {"mrn": a_patient(clinic).mrn})

        assert "“liver”" in response.context["warning"]


class TestUse:
    def test_after_a_preview_sends_the_version(self, administrator: Client, clinic: Clinic) -> None:
        version = put_in_use(administrator, clinic)

        assert version_in_use(clinic.site, kind()) == version
        assert "Version 1 is in use." in text_of(administrator.get(address(clinic)))

    def test_without_a_preview_is_refused_and_says_so(
        self, administrator: Client, clinic: Clinic
    ) -> None:
        version = written(administrator, clinic)

        response = administrator.post(f"{page_of(version)}use/", follow=True)

        assert "Preview this version" in text_of(response)
        assert not MessageTemplateUse.objects.exists()

    def test_is_ended_by_going_back_to_the_built_in_words(
        self, administrator: Client, clinic: Clinic
    ) -> None:
        put_in_use(administrator, clinic)

        response = administrator.post(f"{address(clinic)}withdraw/", follow=True)

        assert "The built-in words are in use." in text_of(response)
        assert version_in_use(clinic.site, kind()) is None


def test_history_shows_what_each_version_changed(administrator: Client, clinic: Clinic) -> None:
    written(administrator, clinic, body="Please call us: {phone}.\nThank you.")
    written(administrator, clinic, body="Please call us: {phone}.\nThanks a lot.")

    newest, oldest = administrator.get(address(clinic)).context["versions"]

    assert newest.name == "Version 2"
    assert [(line.tone, line.words) for line in newest.lines] == [
        ("same", "Subject: A note from {site}"),
        ("same", "Please call us: {phone}."),
        ("removed", "Thank you."),
        ("added", "Thanks a lot."),
    ]
    assert ("removed", "Subject: A message from {site}") in [
        (line.tone, line.words) for line in oldest.lines
    ]


@pytest.mark.parametrize("role", ["navigator", "lead", "clinician", "auditor"])
def test_other_roles_are_refused(clinic: Clinic, client: Client, role: str) -> None:
    client.force_login(clinic.administrator)
    version = written(client, clinic)
    client.force_login(getattr(clinic, role))

    for path in ("/templates/", address(clinic), page_of(version)):
        assert client.get(path).status_code == 403
    for path in ("check/", "withdraw/", ""):
        assert client.post(f"{address(clinic)}{path}", PLAIN).status_code == 403
    assert client.post(f"{page_of(version)}use/").status_code == 403
    assert MessageTemplateVersion.objects.count() == 1


def test_texts_of_another_site_do_not_exist(administrator: Client, clinic: Clinic) -> None:
    elsewhere = a_clinic()
    version = MessageTemplateVersion.objects.create(
        site=elsewhere.site,
        **kind()._asdict(),
        number=1,
        subject="s",
        body="{phone}",
        written_at="2026-08-31T09:00Z",
        written_by=elsewhere.administrator,
    )

    assert administrator.get(address(elsewhere)).status_code == 404
    assert administrator.post(address(elsewhere), PLAIN).status_code == 404
    assert administrator.get(page_of(version)).status_code == 404
    assert administrator.post(f"{page_of(version)}use/").status_code == 404


def test_a_text_that_there_is_not_is_not_found(administrator: Client, clinic: Clinic) -> None:
    assert administrator.get(address(clinic, "report_missing.sms.en")).status_code == 404


def test_every_text_has_its_own_address() -> None:
    assert [kind_named(name_in_address(one)) for one in TextKind.every()] == list(TextKind.every())


class TestCallSheet:
    def test_is_in_the_patients_language_and_english(
        self, navigator: Client, clinic: Clinic
    ) -> None:
        patient = a_patient(clinic, language="es-MX")

        sheet = navigator.get(f"/patients/{patient.pk}/contact/").context["sheet"]

        assert [script.language for script in sheet.scripts] == ["Spanish", "English"]
        assert "«Hola, le llamo de St Brigid." in sheet.scripts[0].words

    def test_is_about_the_appointment_where_one_is_booked(
        self, navigator: Client, clinic: Clinic
    ) -> None:
        follow_up = owed(clinic, 20, booked_for="2026-09-07")

        page = navigator.get(f"/patients/{follow_up.patient_id}/contact/")

        assert "You have a visit with us on Monday 7 September 2026." in text_of(page)

    def test_is_about_making_an_appointment_once_the_day_is_over(
        self, navigator: Client, clinic: Clinic
    ) -> None:
        follow_up = owed(clinic, 20, booked_for="2026-08-28")

        page = navigator.get(f"/patients/{follow_up.patient_id}/contact/")

        assert "help you plan your next visit" in text_of(page)

    @pytest.mark.parametrize(
        ("patient", "before"),
        [
            pytest.param({"language": "en"}, "", id="nothing to arrange"),
            pytest.param(
                {"language": "pt", "interpreter_needed": True},
                "Portuguese: have an interpreter on the line before you dial.",
                id="interpreter needed",
            ),
            pytest.param(
                {"language": "fr"},
                "The patient speaks French, and there is no script for it: offer an interpreter.",
                id="no script",
            ),
        ],
    )
    def test_says_what_to_arrange_before_the_call(
        self, navigator: Client, clinic: Clinic, patient: dict[str, Any], before: str
    ) -> None:
        one = a_patient(clinic, **patient)

        sheet = navigator.get(f"/patients/{one.pk}/contact/").context["sheet"]

        assert sheet.before == before


def test_every_placeholder_is_explained() -> None:
    assert set(MEANINGS) == PLACEHOLDERS
