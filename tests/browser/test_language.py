"""The language is chosen with plain HTML, on the narrowest screen, before sign-in and after."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ViewportSize, expect

from tests.surveillance.web.scenes import Clinic

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
    sign_in(clinic.navigator)
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_role("link", name="Lista de trabajo").first).to_be_visible()

    for address in ("/queue/", "/inbox/", "/accounts/2fa/", "/accounts/password/change/"):
        page.goto(address)
        found = Axe().run(page).response["violations"]
        assert [one["id"] for one in found] == [], address
        page.get_by_text(clinic.navigator.get_full_name()).first.click()  # the widest menu
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], address
