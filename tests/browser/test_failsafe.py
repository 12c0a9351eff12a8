"""A lead navigator looks what must never be, has it checked anew, and goes to the patient."""

import pytest
from playwright.sync_api import Page

from surveillance.models import FailsafeAlert
from tests.browser.test_accessibility import overflow, violations
from tests.browser.test_journeys import days_from_now
from tests.factories import NOW
from tests.surveillance.web.scenes import Clinic, a_patient, owed

pytestmark = pytest.mark.browser


def test_a_finding_leads_to_its_patient(page: Page, sign_in, clinic: Clinic) -> None:
    owed(
        clinic,
        days_from_now(-12),
        patient=a_patient(clinic, family_name="Okafor", given_name="Ada"),
        owner=None,
    )
    FailsafeAlert.objects.create(
        site=clinic.site,
        code="follow_up_without_owner",
        kind="RAISED",
        path="EMAIL",
        recipient="operators",
        count=1,
        since=NOW,
        at=NOW,
        dedupe_key="shown",
    )
    sign_in(clinic.lead).goto("/")
    page.get_by_role("link", name="Failsafe").click()
    page.get_by_text("Nothing was ever checked").wait_for()

    page.get_by_role("button", name="Check everything now").click()

    page.get_by_role("heading", name="Nobody in post answers for a follow-up.").wait_for()
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert overflow(page) <= 0
    page.get_by_role("link", name="Okafor, Ada").first.click()
    page.get_by_role("heading", name="Okafor, Ada").first.wait_for()
