"""Passkeys in a real browser with a virtual key, and a session that ends while somebody types."""

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.factories import PASSWORD
from tests.surveillance.web.scenes import Clinic

pytestmark = pytest.mark.browser
VIRTUAL_KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


@pytest.fixture
def key(page: Page) -> None:
    """A fingerprint reader that always finds the right finger."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": VIRTUAL_KEY})


def on_localhost(page: Page, live_server) -> None:
    """Passkeys belong to a name, not to a number."""
    page.set_default_timeout(30_000)
    page.goto(f"http://localhost:{urlsplit(live_server.url).port}/accounts/login/")


def test_a_passkey_is_added_and_then_lets_its_owner_in_without_a_password(
    page: Page, live_server, clinic: Clinic, key
) -> None:
    found = {}
    on_localhost(page, live_server)
    found["sign-in"] = violations(page)
    page.get_by_label("Username").fill(clinic.navigator.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator(".hc-header summary").last.click()
    page.get_by_role("link", name="Second step at sign-in").click()
    found["second step"] = violations(page)
    page.get_by_role("link", name="Set up an app").click()
    expect(page.locator(".hc-qr svg")).to_be_visible()
    found["app"] = violations(page)
    page.go_back()
    page.get_by_role("link", name="Add a passkey").click()
    found["passkey"] = violations(page)
    page.get_by_label("Sign in with it alone, without a password").check()
    page.get_by_role("button", name="Add").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    found["codes"] = violations(page)
    page.locator(".hc-header summary").last.click()
    page.get_by_role("button", name="Sign out").click()

    page.get_by_role("button", name="Use a passkey").click()

    page.get_by_role("heading", name="Overdue").first.wait_for()
    assert {name: rules for name, rules in found.items() if rules} == {}


def test_what_was_typed_outlives_the_session_and_is_covered_meanwhile(
    page: Page, clinic: Clinic, sign_in, context, settings
) -> None:
    sign_in(clinic.lead)
    page.clock.install()
    page.goto("/absences/")
    page.get_by_label("First day away").fill("2026-09-10")
    usual = settings.SESSION_COOKIE_AGE
    settings.SESSION_COOKIE_AGE = 115  # as if so much of the session were left on the server
    page.clock.run_for((usual - 119) * 1000)
    page.get_by_role("heading", name="You will be signed out in 2 minutes").wait_for()
    warned = violations(page)
    settings.SESSION_COOKIE_AGE = 0
    page.clock.run_for(121_000)

    page.get_by_role("heading", name="You are signed out").wait_for()
    settings.SESSION_COOKIE_AGE = usual
    expect(page.get_by_label("First day away")).to_be_hidden()
    covered = violations(page)
    other = context.new_page()
    other.goto("/accounts/login/")
    other.get_by_label("Username").fill(clinic.lead.username)
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Sign in", exact=True).click()
    other.wait_for_url(lambda url: "login" not in url)
    page.get_by_role("button", name="Go on here").click()

    expect(page.get_by_label("First day away")).to_have_value("2026-09-10")
    page.get_by_role("button", name="Plan", exact=True).click()
    page.get_by_text("There is a problem").wait_for()
    assert warned + covered == []
