"""Every lesion is accounted for exactly once: by function, by command, on the page."""

import json
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client

from patients.models import Role
from surveillance.coverage import Account, Certificate, certify
from surveillance.models import FollowUp, Lesion
from tests.factories import NOW, MembershipFactory, SiteFactory
from tests.surveillance.web.scenes import Clinic, a_clinic, a_lesion, a_patient, surveyed

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic(slug="brigid", name="St Brigid")


def groups(certificate: Certificate) -> dict[tuple[str, str], int]:
    return {(one.account.value, one.detail): one.count for one in certificate.groups}


def test_whoever_is_owed_something_and_whoever_was_forgotten(clinic: Clinic) -> None:
    owed = surveyed(clinic)
    forgotten = a_lesion(owed.patient, "L9")

    certificate = certify(sites=[clinic.site], now=NOW)

    assert groups(certificate) == {("OWED", "IMAGING"): 1, ("UNACCOUNTED", ""): 1}
    assert (certificate.total, certificate.unaccounted) == (2, (forgotten.pk,))
    assert not certificate.is_whole


def test_sum_and_digest_hold_until_something_changes(clinic: Clinic) -> None:
    owed = surveyed(clinic)
    before = certify(sites=[clinic.site], now=NOW)

    assert before.is_whole
    assert certify(sites=[clinic.site], now=NOW).digest == before.digest
    FollowUp.objects.filter(pk=owed.pk).update(closed_at=NOW, outcome="NO_LONGER_OWED")
    after = certify(sites=[clinic.site], now=NOW)
    assert after.digest != before.digest
    assert after.unaccounted == (owed.lesion_id,)


def test_other_sites_are_not_in_it(clinic: Clinic) -> None:
    surveyed(clinic)

    assert certify(sites=[SiteFactory()], now=NOW).total == 0


def test_accounts_have_words() -> None:
    assert len({account.label for account in Account}) == len(Account)


def certificate_of(*options: str) -> tuple[str, int]:
    out, status = StringIO(), 0
    try:
        with time_machine.travel(NOW, tick=False):
            call_command("coverage_certificate", *options, stdout=out)
    except SystemExit as stop:
        status = int(str(stop.code))
    return out.getvalue(), status


def test_command_prints_and_is_clean(clinic: Clinic) -> None:
    surveyed(clinic)

    words, status = certificate_of("--site", "brigid")

    assert status == 0
    assert "1  something is owed: IMAGING" in words
    assert "1  lesions in all" in words


def test_command_names_who_is_lost_and_why(clinic: Clinic) -> None:
    lesion = surveyed(clinic).lesion
    FollowUp.objects.update(closed_at=NOW, outcome="NO_LONGER_OWED")

    words, status = certificate_of("--json")
    told: dict[str, Any] = json.loads(words)

    assert status == 1
    assert told["unaccounted"] == [str(lesion.pk)]
    assert told["independent_check_differs"] == [
        {"lesion": str(lesion.pk), "reason": "I2, I15: elevated risk is never closed"}
    ]
    plain, _ = certificate_of()
    assert f"Owed by the facts, and not open: {lesion.pk}" in plain


def test_command_refuses_a_site_that_is_not_there() -> None:
    with pytest.raises(CommandError, match="no site nowhere"):
        certificate_of("--site", "nowhere")


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.MEDICAL_DIRECTOR, Role.ADMINISTRATOR])
def test_page_is_for_those_who_answer_for_the_whole(
    client: Client, clinic: Clinic, role: Role
) -> None:
    surveyed(clinic)
    elsewhere = a_clinic()
    surveyed(elsewhere)
    client.force_login(MembershipFactory(site=clinic.site, role=role).user)

    response = client.get("/certificate/")

    assert response.status_code == 200
    assert response.context["total"] == 1
    assert "Nobody is lost" in response.content.decode()


@pytest.mark.parametrize("seat", ["navigator", "clinician"])
def test_page_is_not_for_others(client: Client, clinic: Clinic, seat: str) -> None:
    client.force_login(getattr(clinic, seat))

    assert client.get("/certificate/").status_code == 403


def test_page_names_who_may_be_lost(client: Client, clinic: Clinic) -> None:
    lost = a_lesion(a_patient(clinic))
    client.force_login(clinic.auditor)

    page = client.get("/certificate/").content.decode()

    assert page.count(str(lost.pk)) == 2  # not accounted for, and owed by the facts
    assert Lesion.objects.count() == 1


def test_lines_that_do_not_add_up_are_said(
    client: Client, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    surveyed(clinic)
    client.force_login(clinic.auditor)
    monkeypatch.setattr("surveillance.coverage._accounts", lambda *_: iter(()))  # one came since

    page = client.get("/certificate/").content.decode()

    assert "do not add up" in page
    assert "Nobody is lost" not in page
    words, status = certificate_of()
    assert ("do not add up" in words, status) == (True, 1)
