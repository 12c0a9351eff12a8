"""What an administrator reviews after an incident and an auditor proves, in a real browser."""

import json
from datetime import date

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from patients.models import Role
from surveillance.models import FollowUp
from tests.browser.test_journeys import days_from_now
from tests.factories import MembershipFactory
from tests.surveillance.web.scenes import Clinic, a_patient, an_exam, owed

pytestmark = pytest.mark.browser


@pytest.fixture
def reviewed(clinic: Clinic) -> FollowUp:
    """A lesion with an exam that was known early and one that came later."""
    follow_up = owed(clinic, days_from_now(-12), patient=a_patient(clinic, family_name="Okafor"))
    an_exam(follow_up.lesion, date(2025, 9, 1), 7.0)
    an_exam(follow_up.lesion, date(2026, 3, 3), 9.5)
    return follow_up


def test_administrator_reviews_a_lesion_as_known_on_a_day_and_takes_the_files(
    page: Page, sign_in, clinic: Clinic, reviewed: FollowUp
) -> None:
    sign_in(clinic.administrator)
    page.goto(f"/patients/{reviewed.patient_id}/")
    page.get_by_role("link", name="Whole history").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("History of")
    expect(page.get_by_text("9.5 mm").first).to_be_visible()

    page.get_by_text("Choose entries, or look back to a day").click()
    page.get_by_label("As known on").fill("2026-01-31")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("note")).to_contain_text("As known at the end of 31 Jan 2026")
    expect(page.get_by_role("main")).not_to_contain_text("9.5 mm")
    page.get_by_role("link", name="Back to today").click()
    expect(page.get_by_text("9.5 mm").first).to_be_visible()

    with page.expect_download() as summary:
        page.get_by_role("link", name="PDF").first.click()
    with page.expect_download() as export:
        page.get_by_role("link", name="JSON").first.click()
    assert summary.value.path().read_bytes().startswith(b"%PDF")
    assert json.loads(export.value.path().read_text(encoding="utf-8"))


def test_administrator_invites_a_colleague_and_gives_a_second_role(
    page: Page, sign_in, clinic: Clinic
) -> None:
    sign_in(clinic.administrator)
    page.goto("/people/")
    page.get_by_role("link", name="Invite").first.click()
    page.get_by_label("First name").fill("Nia")
    page.get_by_label("Last name").fill("Sample")
    page.get_by_label("User name").fill("nia")
    page.get_by_label("E-mail at work").fill("nia@example.org")
    page.get_by_label("Role").select_option(Role.NURSE_NAVIGATOR)
    page.get_by_role("button", name="Open the account").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nia Sample")

    page.get_by_label("Site").last.select_option(clinic.site.slug)
    page.get_by_label("Role").last.select_option(Role.LEAD_NAVIGATOR)
    page.get_by_role("button", name="Give the role").click()

    expect(page.get_by_role("main")).to_contain_text("Lead navigator")
    roles = User.objects.get(username="nia").memberships.values_list("role", flat=True)
    assert set(roles) == {Role.NURSE_NAVIGATOR, Role.LEAD_NAVIGATOR}


def test_auditor_sees_who_looked_checks_the_chain_and_counts_every_lesion(
    page: Page, sign_in, clinic: Clinic, reviewed: FollowUp
) -> None:
    auditor = MembershipFactory(site=clinic.site, role=Role.AUDITOR).user
    sign_in(clinic.navigator)
    page.goto(f"/patients/{reviewed.patient_id}/")
    page.context.clear_cookies()
    sign_in(auditor)

    page.goto("/audit/access/")
    expect(page.get_by_role("table")).to_contain_text(str(clinic.navigator.get_full_name()))
    page.goto("/audit/chain/")
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("Newest digest", exact=True)).to_be_visible()
    page.goto("/certificate/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Coverage certificate")
    expect(page.get_by_role("row", name="Lesions on record 1")).to_be_visible()
    page.goto("/failsafe/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
