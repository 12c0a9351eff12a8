"""The language is chosen with plain HTML, on the narrowest screen, before sign-in and after."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ViewportSize, expect

from tests.browser.test_journeys import days_from_now
from tests.surveillance.web.scenes import Clinic, a_patient, owed

pytestmark = pytest.mark.browser
NARROW: ViewportSize = {"width": 320, "height": 640}


@pytest.fixture
def plain(chromium: Browser, live_server) -> Iterator[BrowserContext]:
    """A browser without JavaScript, whose owner reads English."""
    context = chromium.new_context(
        base_url=live_server.url, locale="en-US", viewport=NARROW, java_script_enabled=False
    )
    yield context
    context.close()


def test_spanish_is_chosen_without_javascript_and_stays_on_the_page(plain, clinic: Clinic) -> None:
    page = plain.new_page()
    page.goto("/accounts/login/?next=/roles/")

    page.get_by_role("button", name="Español").click()

    expect(page.get_by_role("heading", name="Iniciar sesión")).to_be_visible()
    assert page.url.endswith("/accounts/login/?next=/roles/")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_pages_in_spanish_fit_a_narrow_screen_and_are_accessible(
    sign_in, page, clinic: Clinic
) -> None:
    page.set_viewport_size(NARROW)
    sign_in(clinic.navigator).goto("/")
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_role("link", name="Lista de trabajo").first).to_be_visible()

    for address in ("/queue/", "/inbox/", "/accounts/2fa/", "/accounts/password/change/"):
        page.goto(address)
        found = Axe().run(page).response["violations"]
        assert [one["id"] for one in found] == [], address
        page.get_by_text(clinic.navigator.get_full_name()).first.click()  # the widest menu
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], address


@pytest.mark.parametrize("where", ["page", "panel"])
def test_the_choice_of_a_language_asks_before_it_loses_what_was_typed(
    sign_in, page, clinic: Clinic, where: str
) -> None:
    patient = a_patient(clinic, family_name="Abara", given_name="Ada", reachable=True)
    owed(clinic, days_from_now(-40), patient=patient)
    sign_in(clinic.navigator)
    page.goto(f"/patients/{patient.pk}/note/" if where == "page" else "/queue/?tab=all")
    if where == "panel":
        page.get_by_role("link", name="Log contact").first.click()
    field = page.locator("main textarea").first
    field.fill("She rang back at noon")

    page.get_by_role("button", name="Español").click()

    expect(page.locator(".hc-languages").get_by_role("alert")).to_contain_text("not saved")
    expect(field).to_have_value("She rang back at noon")
    page.get_by_role("button", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")


def test_the_choice_of_a_language_asks_nothing_where_nothing_was_typed(
    sign_in, page, clinic: Clinic
) -> None:
    sign_in(clinic.navigator)
    page.goto("/queue/")

    page.get_by_role("button", name="Español").click()

    expect(page.locator("html")).to_have_attribute("lang", "es")


def test_a_page_of_paper_holds_many_patients_of_the_queue(sign_in, page, clinic: Clinic) -> None:
    for n in range(30):
        patient = a_patient(clinic, family_name=f"Abara{n}", given_name="Ada", reachable=True)
        owed(clinic, days_from_now(-40), patient=patient)
    sign_in(clinic.navigator)
    page.goto("/queue/?tab=all")
    page.set_viewport_size({"width": 718, "height": 1047})  # A4 without its margins
    page.emulate_media(media="print")

    tall = page.locator("tr.hc-queue__row").first.bounding_box()["height"]
    assert tall < 100
    expect(page.locator("tr.hc-queue__row input").first).to_be_hidden()
    expect(page.get_by_role("link", name="Log contact").first).to_be_hidden()
    expect(page.get_by_text(re.compile(r"As of .*\d\d:\d\d"))).to_be_visible()
    expect(page.get_by_role("link", name="Refresh")).to_be_hidden()
