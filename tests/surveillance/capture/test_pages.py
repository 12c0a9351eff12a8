"""The pages: what waits is found, confirmed with one key, excluded, clarified."""

from typing import Any

import pytest
import time_machine
from django.test import Client

from patients.models import AuditEvent, Patient
from surveillance.arrivals import Person, ReportState
from surveillance.models import CaptureAnswer, Clarification, Lesion
from tests.factories import NOW, MembershipFactory, SiteFactory
from tests.surveillance.capture.scenes import SILENT, captured, sent, taken_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield SiteFactory()


@pytest.fixture
def client(site) -> Client:
    browser = Client()
    browser.force_login(MembershipFactory(site=site, role="NURSE_NAVIGATOR").user)
    return browser


def filled_in(page: Any) -> dict[str, Any]:
    """What a browser sends when nothing was changed."""
    form = page.context["form"]
    return {
        field.html_name: value for field in form if (value := field.value()) not in (None, False)
    }


def test_one_key_puts_a_report_on_file_and_another_click_says_what_was_clarified(
    site, client
) -> None:
    report = captured(site)
    address = f"/reports/{report.pk}/"

    listed = client.get("/reports/").content.decode()
    page = client.get(address)
    done = client.post(address, filled_in(page), follow=True)

    assert address in listed
    assert "<mark>" in page.content.decode()
    assert "autofocus" in page.content.decode()
    assert "Tracked" in done.content.decode()
    lesion = Lesion.objects.get()
    assert lesion.segments == ["VII"]
    assert lesion.observations.get().size_mm == 6
    assert AuditEvent.objects.filter(action="viewed", patient_id=str(lesion.patient_id)).exists()

    client.post(f"{address}clarify/", {"answer": "MRI in six months, by telephone"})

    assert Clarification.objects.get().answer.startswith("MRI")


def test_a_report_is_excluded_with_its_reason(site, client) -> None:
    report = captured(site)

    refused = client.post(f"/reports/{report.pk}/exclude/", {"exclusion": "OTHER"})
    client.post(f"/reports/{report.pk}/exclude/", {"exclusion": "NOT_OUR_PATIENT"})

    assert refused.status_code == 422
    listed = client.get("/reports/?list=EXCLUDED").content.decode()
    assert "Not a patient of this site" in listed
    assert not Patient.objects.exists()


def test_what_is_missing_is_asked_for_beside_its_field(site, client) -> None:
    report = captured(site, modality=None)
    address = f"/reports/{report.pk}/"

    answer = client.post(address, filled_in(client.get(address)))

    assert answer.status_code == 422
    assert "Choose what kind of exam it was" in answer.content.decode()
    assert not Lesion.objects.exists()


def test_a_later_silent_text_stands_beside_it_and_one_key_excludes(site, client) -> None:
    report = captured(site)
    taken_in(site, sent(site, SILENT, said_at=NOW))
    taken_in(site, sent(site, "Chest: clear.", person=Person(mrn="N9"), said_at=NOW))

    page = client.get(f"/reports/{report.pk}/").content.decode()
    client.post(f"/reports/{report.pk}/exclude/", {"exclusion": "SAID_OTHERWISE"})

    assert "No focal lesion, no calcification" in page
    assert "Exclude it: the later text stands" in page
    assert "Chest: clear." not in page
    assert CaptureAnswer.objects.get().exclusion == "SAID_OTHERWISE"


def test_a_cancelled_report_says_so_and_asks_nothing(site, client) -> None:
    report = captured(site)
    taken_in(site, sent(site, state=ReportState.CANCELLED, said_at=NOW))

    page = client.get(f"/reports/{report.pk}/").content.decode()
    listed = client.get("/reports/?list=CANCELLED").content.decode()

    assert page.count("Cancelled by the sender") == 2
    assert "Confirm: put it on file" not in page
    assert f"/reports/{report.pk}/" in listed
