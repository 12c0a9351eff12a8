"""A clinician's inbox: one entry per patient, readable on a telephone, nothing for axe to find."""

import pytest
from playwright.sync_api import Page

from surveillance.models import Notification
from tests.browser.test_accessibility import overflow, violations
from tests.browser.test_journeys import days_from_now
from tests.factories import NOW
from tests.surveillance.web.scenes import Clinic, a_lesion, a_patient, escalated, owed

pytestmark = pytest.mark.browser


@pytest.fixture
def told(clinic: Clinic) -> Clinic:
    """Ada is escalated and has a second lesion without an order, Bo has two without one."""
    ada = a_patient(clinic, family_name="Okafor", given_name="Ada")
    overdue = owed(clinic, days_from_now(-12), patient=ada)
    tell(clinic, "ESCALATION_RAISED", overdue, escalated(overdue, clinic.clinician))
    tell(clinic, "ORDER_MISSING", owed(clinic, days_from_now(20), lesion=a_lesion(ada, "L2")))
    bo = a_patient(clinic, family_name="Lindqvist", given_name="Bo")
    for label, days in (("L1", 15), ("L2", 25)):
        lesion = a_lesion(bo, label)
        tell(clinic, "ORDER_MISSING", owed(clinic, days_from_now(days), lesion=lesion))
    return clinic


def tell(clinic: Clinic, template: str, follow_up, escalation=None) -> None:
    Notification.objects.create(
        site=clinic.site,
        channel="IN_APP",
        template=template,
        dedupe_key=f"{template}:{follow_up.pk}",
        recipient=clinic.clinician,
        patient=follow_up.patient,
        follow_up=follow_up,
        escalation=escalation,
        created_at=NOW,
        not_before=NOW,
        status="SENT",
        finished_at=NOW,
    )


@pytest.mark.parametrize("width", [1280, 360])
def test_inbox_of_a_clinician_is_readable_at_any_width(
    page: Page, sign_in, told: Clinic, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(told.clinician)

    page.goto("/inbox/")

    assert page.locator("main h2").all_inner_texts() == ["Escalated: waits for your answer"]
    assert page.locator(".hc-inbox__row").count() == 1
    page.get_by_role("link", name="Messages 2").click()
    assert page.locator("main h2").all_inner_texts() == ["Told to you"]
    assert page.locator(".hc-inbox__row").count() == 2
    assert violations(page) == []
    assert overflow(page) == 0


def test_ticking_a_patient_reads_everything_about_them(page: Page, sign_in, told: Clinic) -> None:
    sign_in(told.clinician)
    page.goto("/inbox/messages/")

    page.get_by_label("Tick what is new about Lindqvist, Bo").check()
    page.get_by_role("button", name="Mark the ticked ones as read").click()

    page.get_by_text("2 messages marked as read.").wait_for()
    left = Notification.objects.inbox_of(told.clinician).unread()
    assert set(left.values_list("patient__given_name", flat=True)) == {"Ada"}
