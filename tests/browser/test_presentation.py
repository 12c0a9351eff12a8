"""Twice the size, without motion, on paper: the pages keep what they say and lose the rest."""

from datetime import date

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_accessibility import overflow
from tests.browser.test_journeys import days_from_now
from tests.factories import PASSWORD
from tests.surveillance.web.scenes import Clinic, a_patient, an_exam, escalated, owed

pytestmark = pytest.mark.browser

MOVING = """() => [...document.querySelectorAll('*')].filter(one => {
  const style = getComputedStyle(one);
  const lasts = [...style.transitionDuration.split(','), ...style.animationDuration.split(',')];
  return lasts.some(text => parseFloat(text) > 0.01) || style.scrollBehavior === 'smooth';
}).map(one => one.tagName + '.' + one.className)"""


@pytest.fixture
def pages(clinic: Clinic) -> dict[str, str]:
    """One page of each kind that people read all day."""
    late = owed(clinic, days_from_now(-12), patient=a_patient(clinic, family_name="Okafor"))
    an_exam(late.lesion, date(2026, 3, 3), 9.5)
    escalation = escalated(late, clinic.clinician)
    return {
        "queue": "/queue/?tab=all",
        "panel": f"/follow-ups/{late.pk}/panel/",
        "patient": f"/patients/{late.patient_id}/",
        "case": f"/escalations/{escalation.pk}/",
        "inbox": "/inbox/",
        "history": f"/lesions/{late.lesion_id}/",
        "contact": f"/patients/{late.patient_id}/contact/",
        "tour": "/tour/",
    }


def test_at_twice_the_size_nothing_is_cut_off(
    chromium: Browser, live_server, clinic: Clinic, pages: dict[str, str]
) -> None:
    """A window of 1280 x 900 at 200 % shows 640 x 450 of the page's own pixels."""
    context = chromium.new_context(
        base_url=live_server.url, viewport={"width": 640, "height": 450}, device_scale_factor=2
    )
    page = context.new_page()
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill(clinic.clinician.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "login" not in url)

    wide = {}
    for name, address in pages.items():
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        wide[name] = overflow(page)
    context.close()

    assert {name: pixels for name, pixels in wide.items() if pixels > 0} == {}


def test_nothing_moves_for_who_asks_for_less_motion(
    page: Page, sign_in, clinic: Clinic, pages: dict[str, str]
) -> None:
    page.emulate_media(reduced_motion="reduce")
    sign_in(clinic.clinician)

    moving = {}
    for name, address in pages.items():
        page.goto(address)
        moving[name] = page.evaluate(MOVING)

    assert {name: found for name, found in moving.items() if found} == {}


def test_paper_shows_the_matter_and_no_controls(
    page: Page, sign_in, clinic: Clinic, pages: dict[str, str]
) -> None:
    sign_in(clinic.clinician)
    page.emulate_media(media="print")

    shown = {}
    for name, address in pages.items():
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        controls = page.locator(
            "header, nav, [role=search], input[type=search], .hc-filters details"
        )
        shown[name] = [
            one.evaluate("one => one.outerHTML.slice(0, 80)")
            for one in controls.all()
            if one.is_visible()
        ]

    assert {name: found for name, found in shown.items() if found} == {}
