"""axe-core finds nothing on any page, nothing breaks the content policy, 320 px is enough."""

from collections.abc import Iterator
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from patients.models import Absence, Role
from surveillance.delivery.unsubscribe import token_of
from surveillance.models import ContactAttempt, Lesion, Notification
from surveillance.protocol.queue_lists import Tab
from surveillance.workflows.keep_stray import Sender, keep_stray
from surveillance.workflows.prepare_letter_batch import prepare_letter_batch
from surveillance.workflows.queue_letter import queue_letter
from tests.browser.test_journeys import days_from_now
from tests.factories import NOW, MembershipFactory
from tests.surveillance.factories import OutsideCareFactory
from tests.surveillance.letters.scenes import HOME
from tests.surveillance.web.scenes import (
    Clinic,
    a_lesion,
    a_patient,
    an_assessment,
    an_exam,
    escalated,
    owed,
    window_ending,
)

pytestmark = pytest.mark.browser


@pytest.fixture
def busy(clinic: Clinic):
    """A registry in which every tab and every part of the patient page has something in it."""
    ada = a_patient(
        clinic,
        family_name="Okafor",
        given_name="Ada",
        reachable=True,
        undeliverable_email="patient@example.org",
        undeliverable_email_on=date(2026, 3, 3),
    )
    overdue = owed(clinic, days_from_now(-12), patient=ada)
    an_exam(overdue.lesion, date(2025, 9, 1), 7.0)
    an_exam(overdue.lesion, date(2026, 3, 3), 9.96, "MRI_HEPATOBILIARY")
    escalation = escalated(overdue, clinic.clinician)
    an_assessment(
        overdue.lesion,
        window_ending(10),
        overrides=overdue.assessment,
        override_kind="SOONER",
        override_reason="New pain.",
        assessed_by=clinic.clinician,
    )
    care = OutsideCareFactory(follow_up=overdue, recorded_by=clinic.lead)
    owed(clinic, days_from_now(10), lesion=a_lesion(ada, "L2"))
    owed(clinic, days_from_now(10))
    owed(clinic, days_from_now(45))
    owed(clinic, days_from_now(40), kind="REVIEW", recommendation="MANUAL_REVIEW")
    owed(clinic, days_from_now(9), snoozed_until=date(2099, 1, 1), snooze_reason="abroad")
    ContactAttempt.objects.create(
        patient=ada, channel="PHONE", outcome="VOICEMAIL", attempted_at=NOW, note="Voicemail."
    )
    Notification.objects.create(
        site=clinic.site,
        channel="IN_APP",
        template="ESCALATION_RAISED",
        dedupe_key="axe",
        recipient=clinic.clinician,
        follow_up=overdue,
        escalation=escalation,
        created_at=NOW,
        not_before=NOW,
        status="SENT",
        finished_at=NOW,
    )
    away = Absence.objects.create(
        user=clinic.navigator,
        site=clinic.site,
        first_on=date(2026, 1, 1),
        last_on=date(2099, 1, 1),
        cover=clinic.lead,
        planned_at=NOW,
    )
    return {
        "patient": f"/patients/{ada.pk}/",
        "contact": f"/patients/{ada.pk}/contact/",
        "consent": f"/patients/{ada.pk}/consent/",
        "status": f"/patients/{ada.pk}/status/",
        "escalation": f"/escalations/{escalation.pk}/",
        "answer: order": f"/escalations/{escalation.pk}/ordered/",
        "answer: plan": f"/escalations/{escalation.pk}/plan/",
        "answer: not indicated": f"/escalations/{escalation.pk}/not-indicated/",
        "answer: elsewhere": f"/escalations/{escalation.pk}/elsewhere/",
        "second look": f"/outside-care/{care.pk}/",
        "contact details": f"/patients/{ada.pk}/contact-details/",
        "book": f"/follow-ups/{overdue.pk}/book/",
        "order": f"/follow-ups/{overdue.pk}/order/",
        "snooze": f"/follow-ups/{overdue.pk}/snooze/",
        "close": f"/follow-ups/{overdue.pk}/close/",
        "override": f"/lesions/{overdue.lesion_id}/override/",
        "reopen": f"/lesions/{overdue.lesion_id}/reopen/",
        "inbox": "/inbox/",
        "messages": "/inbox/messages/",
        "lesion history": f"/lesions/{overdue.lesion_id}/",
        "as known on a day": f"/lesions/{overdue.lesion_id}/?known_on=2026-03-02&later=1",
        "decision": f"/lesions/{overdue.lesion_id}/decisions/{overdue.assessment_id}/",
        "my day": "/queue/day/",
        "panel": f"/follow-ups/{overdue.pk}/panel/",
        "call sheet": f"/patients/{ada.pk}/call-sheet/",
        "note": f"/patients/{ada.pk}/note/",
        "letter": f"/patients/{ada.pk}/letter/",
        "address": f"/patients/{ada.pk}/address/",
        "not mine": f"/escalations/{escalation.pk}/not-mine/",
        "absences": "/absences/",
        "absence": f"/absences/{away.pk}/",
        "nowhere": "/patients/00000000-0000-0000-0000-000000000000/",
        "password": "/accounts/password/change/",
        "saved filters": "/queue/filters/?tab=overdue&language=es",
        "nobody fits": "/queue/?tab=overdue&language=fr&class=URGENT",
    } | {f"tab {tab}": f"/queue/?tab={tab}" for tab in Tab}


def violations(page: Page, part: str | None = None) -> list[str]:
    found = Axe().run(page, context=part).response["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def dark_violations(page: Page) -> list[str]:
    """Only colours differ in the dark. To be asked after `violations`, which brings axe along."""
    page.emulate_media(color_scheme="dark")
    only = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
    found = page.evaluate("only => axe.run(only)", only)["violations"]
    page.emulate_media(color_scheme="light")
    return [f"dark: {node['html'][:160]}" for one in found for node in one["nodes"]]


def narrow_overflow(page: Page) -> int:
    """By how many pixels the page is wider than a small telephone."""
    usual = page.viewport_size
    page.set_viewport_size({"width": 320, "height": 640})
    pixels = overflow(page)
    if usual:
        page.set_viewport_size(usual)
    return pixels


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(
        page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    )


def test_lesion_in_the_admin_has_no_violations(
    page: Page, sign_in, clinic, busy, complaints
) -> None:
    """Of our part: the stock frame has breadcrumbs told by colour and an inline style."""
    administrator = clinic.administrator
    administrator.is_staff = administrator.is_superuser = True
    administrator.save()
    lesion = Lesion.objects.filter(patient__family_name="Okafor").earliest("label")
    sign_in(administrator)

    page.goto(f"/admin/surveillance/lesion/{lesion.pk}/change/")
    page.get_by_text("Voicemail left").first.wait_for()
    found = violations(page, "#content-main")

    refused_scripts = [text for text in complaints if "script" in text.lower().split("at ")[0]]
    complaints.clear()
    assert found == []
    assert refused_scripts == []


def test_pages_of_administrators_have_no_violations(page: Page, sign_in, clinic) -> None:
    clinic.administrator.is_staff = True
    clinic.administrator.save()
    sign_in(clinic.administrator)

    found = {}
    text = f"/templates/{clinic.site.slug}/patient_reminder.email.en/"
    person = f"/people/{clinic.navigator.pk}/"
    people = ("/people/", "/people/new/", person, f"{person}off/", "/roles/")
    pages = (*people, "/audit/", "/audit/access/", "/audit/chain/")
    for address in (*pages, "/registry/", "/components/", "/measures/", "/templates/", text):
        page.goto(address)
        found[address] = violations(page)
    found |= dict(_while_a_text_is_changed(page, a_patient(clinic).mrn))
    page.goto("/registry/")
    page.get_by_role("main").get_by_role("button").first.click()
    found["nothing chosen"] = violations(page)

    assert {name: rules for name, rules in found.items() if rules} == {}


def test_pages_of_unknown_senders_have_no_violations_and_fit_narrow_screens(
    page: Page, sign_in, clinic
) -> None:
    for name in ("CT", "MR"):
        sender = Sender(application=name, facility="NORHT", message_type="ORU^R01")
        keep_stray(sender=sender, raw=name.encode(), now=NOW)
    page.set_viewport_size({"width": 320, "height": 640})
    sign_in(clinic.administrator)

    found, wide = {}, {}
    page.goto("/intake/")
    page.get_by_role("main").get_by_role("link", name="Unknown senders").first.click()
    found["waiting"], wide["waiting"] = violations(page), overflow(page)
    page.get_by_role("link", name="Set aside CT / NORHT").click()
    found["asked why"], wide["asked why"] = violations(page), overflow(page)
    page.get_by_label("Why it is set aside").fill("A test system.")
    page.get_by_role("button", name="Set aside").click()
    page.get_by_role("button", name="Undo CT / NORHT").wait_for()
    found["set aside"], wide["set aside"] = violations(page), overflow(page)
    page.get_by_role("link", name="Register as a feed MR / NORHT").click()
    facility = page.get_by_label("Sending facility (MSH-4)").input_value()

    assert {name: rules for name, rules in found.items() if rules} == {}
    assert {name: width for name, width in wide.items() if width > 0} == {}
    assert facility == "NORHT"


def test_pages_of_letters_have_no_violations_and_fit_narrow_screens(
    page: Page, sign_in, clinic
) -> None:
    reader = a_patient(clinic, family_name="Reader", **HOME)
    owed(clinic, days_from_now(30), patient=reader)
    queue_letter(patient=reader, by=clinic.navigator, now=NOW)
    run = prepare_letter_batch(site=clinic.site, by=clinic.navigator, now=NOW)
    page.set_viewport_size({"width": 320, "height": 640})
    sign_in(clinic.navigator)

    found, wide = {}, {}
    for part in ("", f"{run.pk}/", f"{run.pk}/check/", f"{run.pk}/compare/", f"{run.pk}/discard/"):
        page.goto(f"/letters/{part}")
        found[part], wide[part] = violations(page), overflow(page)
    page.get_by_role("main").get_by_role("button").click()
    found["form with errors"] = violations(page)

    assert {name: rules for name, rules in found.items() if rules} == {}
    assert {name: width for name, width in wide.items() if width > 0} == {}


def _while_a_text_is_changed(page: Page, mrn: str) -> Iterator[tuple[str, list[str]]]:
    """From the page of a text: a fault told while typing, the draft, its preview, its use."""
    body = page.get_by_label("Text")
    body.fill("Your liver. Call {phone}.")
    page.get_by_text("“liver” tells others").wait_for()
    yield "a fault while typing", violations(page)
    body.fill("Please call us: {phone}.")
    page.get_by_role("button", name="Keep as a draft").click()
    page.get_by_label("MRN of a patient").fill(mrn)
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("heading", name="As this patient would get it").wait_for()
    yield "a preview", violations(page)
    page.get_by_role("button", name="Put in use").click()
    page.get_by_text("Version 1 is in use.").wait_for()
    yield "a text with history", violations(page)


def test_pages_have_no_violations_in_light_or_dark_and_fit_narrow_screens(
    page: Page, sign_in, clinic, busy, complaints
) -> None:
    found, wide = {}, {}

    def look(name: str) -> None:
        found[name] = violations(page) + dark_violations(page)
        wide[name] = narrow_overflow(page)

    page.goto("/accounts/login/")
    look("sign-in")
    page.goto(f"/contact/{clinic.site.slug}/")
    look("contact page")
    sign_in(clinic.clinician)
    for name, address in busy.items():
        page.goto(address)
        look(name)
    page.goto(busy["close"])
    page.get_by_role("button", name="Close").click()
    look("form with errors")
    page.goto("/queue/")
    page.get_by_label("Find a patient").fill("nobody")
    page.get_by_role("button", name="Search").click()
    page.get_by_text("Nobody at your sites matches").wait_for()
    look("search")

    complaints[:] = [text for text in complaints if "404" not in text]
    assert {name: rules for name, rules in found.items() if rules} == {}
    assert {name: pixels for name, pixels in wide.items() if pixels > 0} == {}


def test_a_patient_unsubscribes_on_a_page_without_violations(
    page: Page, clinic: Clinic, complaints: list[str]
) -> None:
    message = Notification.objects.create(
        site=clinic.site,
        channel="EMAIL",
        template="PATIENT_REMINDER",
        dedupe_key="unsubscribe",
        patient=a_patient(clinic, reachable=True),
        created_at=NOW,
        not_before=NOW,
        status="SENT",
        finished_at=NOW,
    )
    page.goto(f"/unsubscribe/{token_of(message)}/")
    found = violations(page)

    page.get_by_role("button", name="Stop e-mails").click()
    page.get_by_role("heading", name="You will get no more e-mails").wait_for()

    complaints[:] = [text for text in complaints if "404" not in text]
    assert found + violations(page) == []


def test_pages_of_those_who_oversee_have_no_violations_and_fit_narrow_screens(
    page: Page, sign_in, clinic, busy
) -> None:
    director = MembershipFactory(site=clinic.site, role=Role.MEDICAL_DIRECTOR).user
    sign_in(director)

    found, wide = {}, {}
    for address in ("/certificate/", "/dashboard/", "/failsafe/", "/measures/", "/outbox/"):
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(address)
        found[address] = violations(page)
        page.set_viewport_size({"width": 320, "height": 640})
        wide[address] = overflow(page)

    assert {address: rules for address, rules in found.items() if rules} == {}
    assert {address: pixels for address, pixels in wide.items() if pixels > 0} == {}


def test_nothing_is_fetched_from_elsewhere(page: Page, sign_in, clinic, busy, live_server) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    sign_in(clinic.clinician)
    page.goto(busy["patient"])

    assert asked
    assert [url for url in asked if not url.startswith(live_server.url)] == []
