"""Every address, tried as every role, by somebody of another site, and signed out.

The list comes from the URL resolver, what is expected from `every_address.TABLE`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import transaction
from django.http.response import HttpResponseBase
from django.template.backends.django import Template
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from patients.models import Absence, AppendOnlyQuerySet, AuditEvent, Membership, Role
from surveillance.delivery.unsubscribe import token_of
from surveillance.models import (
    ContactAttempt,
    IntakeFeed,
    IntakeItem,
    IntakeMessage,
    MessageTemplateVersion,
    Notification,
    SavedFilter,
    StrayAside,
    StrayMessage,
    WebhookEndpoint,
    WebhookEvent,
)
from surveillance.roles import ADMIN_SITE
from surveillance.web import letter_batch
from surveillance.web.audit_words import LOOKS
from surveillance.workflows.add_webhook_endpoint import add_webhook_endpoint
from surveillance.workflows.connect_system import connect_system
from surveillance.workflows.keep_stray import Sender, keep_stray
from surveillance.workflows.make_personal_token import NewToken, make_personal_token
from surveillance.workflows.offer_registry_file import offer_registry_file
from surveillance.workflows.prepare_letter_batch import prepare_letter_batch
from surveillance.workflows.queue_letter import queue_letter
from surveillance.workflows.set_strays_aside import set_strays_aside
from tests.empty_database import Committed
from tests.factories import NOW, TODAY, MembershipFactory, SiteFactory, UserFactory
from tests.hepcalc_site.every_address import (
    ABOUT_NOBODY_ALONE,
    ABOUT_ONE_PATIENT,
    OF_NO_SITE,
    TABLE,
    Door,
    Machine,
    Open,
)
from tests.surveillance.capture.factories import ClarificationFactory
from tests.surveillance.factories import LesionEventFactory, OutsideCareFactory
from tests.surveillance.letters.scenes import HOME
from tests.surveillance.reconciliation.factories import ExamDocumentFactory, ExamMatchFactory
from tests.surveillance.web.scenes import Clinic, a_patient, an_exam, escalated, owed

REFUSED = {403, 404}
LOGIN = "/accounts/login/"
VERBS = ("changelist", "add", "history", "delete", "change")
OTHER_ADMIN_PAGES = {
    "index", "login", "logout", "password_change", "password_change_done", "autocomplete",
    "jsi18n", "view_on_site", "app_list", "auth_user_password_change",
}  # fmt: skip
"""Of Django's own admin; each asks `has_permission` or the model's admin first."""


@dataclass
class Scene:
    """One site where everybody works, another one, and an object for each kind of address."""

    people: dict[Role, User]
    elsewhere: User
    idle: User
    objects: dict[str, list[Any]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def made(committed: Committed) -> Iterator[Scene]:
    """Made once: what a test changes is undone with it."""
    with committed():
        with time_machine.travel(NOW, tick=False):
            scene = _a_scene()
        yield scene


@pytest.fixture
def scene(made: Scene, db, settings, tmp_path) -> Iterator[Scene]:
    settings.EMAIL_FILE_PATH = str(tmp_path)  # or there is no demonstration mailbox to guard
    settings.DEMO = True  # or there is no sample result to guard
    with time_machine.travel(NOW, tick=False):
        yield made


def _a_scene() -> Scene:
    site, other = SiteFactory(name="Here", phone="020 555 0100"), SiteFactory(name="Elsewhere")
    people = {role: MembershipFactory(site=site, role=role).user for role in Role}
    elsewhere = UserFactory()
    for role in Role:
        MembershipFactory(user=elsewhere, site=other, role=role)
    made = Scene(people, elsewhere, UserFactory(), _objects(site, people))
    call_command("sync_roles")
    return made


def _objects(site, people: dict[Role, User]) -> dict[str, list[Any]]:
    navigator, clinician = people[Role.NURSE_NAVIGATOR], people[Role.CLINICIAN]
    administrator = people[Role.ADMINISTRATOR]
    clinic = Clinic(
        site, navigator, people[Role.LEAD_NAVIGATOR], clinician, administrator, administrator
    )
    patient = a_patient(clinic, **HOME)
    follow_up = owed(clinic, -9, patient=patient)
    booked = owed(clinic, 30, booked_for=TODAY - timedelta(days=1), ordered_on=date(2026, 8, 1))
    referral = owed(clinic, 30, kind="REFERRAL", recommendation="BIOPSY_MDT")
    queue_letter(patient=patient, by=navigator, now=NOW)
    batch = prepare_letter_batch(site=site, by=navigator, now=NOW)
    absence = Absence.objects.create(
        user=people[Role.LEAD_NAVIGATOR], cover=people[Role.MEDICAL_DIRECTOR], site=site,
        first_on=TODAY, last_on=TODAY + timedelta(days=5), planned_at=NOW,
    )  # fmt: skip
    message = Notification.objects.filter(patient=patient)[0]
    return {
        "patient": [patient.pk],
        "record": [patient.pk, "json"],
        "decision": [follow_up.lesion_id, follow_up.assessment_id],
        "attempt": [_an_attempt(patient).pk],
        "filter": [_a_filter(site, navigator).pk],
        "follow_up": [follow_up.pk],
        "booked": [booked.pk],
        "ordered": [booked.pk],
        "referral": [referral.pk],
        "lesion": [follow_up.lesion_id],
        "exam": [an_exam(follow_up.lesion, date(2026, 3, 3), 8.0).pk],
        "event": [LesionEventFactory(lesion=follow_up.lesion).pk],
        "escalation": [escalated(follow_up, clinician).pk],
        "outside_care": [OutsideCareFactory(follow_up=follow_up, recorded_by=navigator).pk],
        "likely": [ExamMatchFactory(follow_up=follow_up).pk],
        "closure": [ExamMatchFactory(follow_up=follow_up, certain=True).pk],
        "report": [ClarificationFactory(report__patient=patient).report.pk],
        "document": [ExamDocumentFactory(patient=patient, recorded_by=navigator).pk],
        "batch": [batch.pk],
        "letter": [batch.letters.get().pk],
        "absence": [absence.pk],
        "site": [site.slug],
        "token": [token_of(message)],
        "import": [_an_import(site, administrator).pk],
        "message": [_a_waiting_part(patient).pk],
        "feed": [site.feeds.get(name="HIS").pk],
        "text": [site.slug, "patient_reminder.email.en"],
        "version": [_a_version(site, administrator).pk],
        "person": [clinician.pk],
        "role": [Membership.objects.get(user=clinician, site=site).pk],
        "key": ["1", "no-such-key"],
        "passkey": [1],
        "provider": ["sso"],
        "webhook": [_an_endpoint(site, administrator).pk],
        "number": [1],
        "nothing": ["nothing"],
        "system": [_a_system(site, administrator).pk],
        "own_token": [_a_token(navigator).pk],
        "stray": [_a_stray("CT").pk],
        "stray_aside": [_an_aside(administrator).pk],
    }


def _a_stray(application: str) -> StrayMessage:
    sender = Sender(application=application, facility="NORTH", message_type="ORU^R01")
    keep_stray(sender=sender, raw=application.encode(), now=NOW)
    return StrayMessage.objects.get(sending_application=application)


def _an_aside(by: User) -> StrayAside:
    newest = _a_stray("TEST")
    return set_strays_aside(newest=newest, reason="A test system.", by=by, now=NOW)


def _a_system(site, by: User):
    return connect_system(
        name="Engine", role="INTEGRATION", sites=[site], by=by, now=NOW
    ).application


def _a_token(user: User):
    wanted = NewToken("Script", ["read"], [], 30)
    return make_personal_token(wanted=wanted, by=user, now=NOW)[0]


def _an_attempt(patient) -> ContactAttempt:
    """Logged by somebody who is none of those who try to take it back."""
    return ContactAttempt.objects.create(
        patient=patient, channel="PHONE", outcome="NO_ANSWER", attempted_at=NOW,
        attempted_by=UserFactory(), recorded_at=NOW,
    )  # fmt: skip


def _an_endpoint(site, by: User) -> WebhookEndpoint:
    return add_webhook_endpoint(
        site=site, name="Portal", url="https://example.org/hook", events=[WebhookEvent.CLOSED],
        by=by, now=NOW,
    )  # fmt: skip


def _an_import(site, by: User):
    return offer_registry_file(
        file_name="registry.csv", stored_path="/nowhere", file_size=1, site=site, date_format="",
        by=by, now=NOW,
    )  # fmt: skip


def _a_waiting_part(patient) -> IntakeItem:
    feed = IntakeFeed.objects.create(site=patient.site, name="HIS", format="HL7V2")
    message = IntakeMessage.objects.create(
        feed=feed, site=feed.site, format=feed.format, message_type="SIU^S12", control_id="1",
        digest="0" * 64, received_at=NOW, raw=b"MSH|",
    )  # fmt: skip
    return IntakeItem.objects.create(
        message=message, site=feed.site, position=0, kind="APPOINTMENT", mrn=patient.mrn,
        patient=patient, status="WAITING", code="unclear", created_at=NOW,
    )  # fmt: skip


def _a_filter(site, by: User) -> SavedFilter:
    return SavedFilter.objects.create(
        owner=by, site=site, name="Overdue", query="tab=overdue", is_shared=True, created_at=NOW
    )


def _a_version(site, by: User) -> MessageTemplateVersion:
    return MessageTemplateVersion.objects.create(
        site=site, template="PATIENT_REMINDER", medium="EMAIL", language="en", number=1,
        subject="Call us", body="Call us.", written_at=NOW, written_by=by,
    )  # fmt: skip


@pytest.fixture
def unrendered(monkeypatch) -> None:
    """Who may open what is decided before a page is drawn, and drawing takes most of the time."""
    monkeypatch.setattr(Template, "render", lambda *_, **__: "")
    monkeypatch.setattr(letter_batch, "print_letters", lambda *_: b"")


def named_addresses() -> set[str]:
    """The name of every address outside the admin; one without a name counts as its pattern."""
    return set(_walk(get_resolver().url_patterns))


def _walk(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for one in patterns:
        if isinstance(one, URLPattern):
            yield one.name or str(one.pattern)
        elif one.namespace != "admin":
            yield from _walk(one.url_patterns)


class Visitor:
    """Somebody with a browser. Whatever they change is undone at once."""

    def __init__(self, user: User | None) -> None:
        self.client = Client()
        if user is not None:
            self.client.force_login(user)

    def ask(self, method: str, address: str) -> HttpResponseBase:
        """The answer; the database stays as it was."""
        with transaction.atomic():
            answer: HttpResponseBase = getattr(self.client, method)(address)
            transaction.set_rollback(True)
        return answer

    def gets_in(self, door: Door, address: str) -> bool:
        """Whether the page opens; an address that is for sending only is tried by sending."""
        answer = self.ask("post" if door.only_post else "get", address)
        return answer.status_code not in REFUSED and not _leads_to_login(answer)


def _leads_to_login(answer: HttpResponseBase) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith(LOGIN)


def test_every_address_is_in_the_table() -> None:
    assert named_addresses() == set(TABLE)


def doors(scene: Scene) -> Iterator[tuple[str, Door, str]]:
    for name, door in TABLE.items():
        if isinstance(door, Door):
            yield name, door, reverse(name, args=scene.objects.get(door.of, list(door.words)))


def test_every_role_opens_what_its_permissions_allow_and_nothing_else(
    scene: Scene, unrendered
) -> None:
    visitors = {role: Visitor(user) for role, user in scene.people.items()}

    wrong = [
        f"{role.label} {'must not open' if role not in door.may else 'cannot open'} {name}"
        for name, door, address in doors(scene)
        for role, visitor in visitors.items()
        if visitor.gets_in(door, address) is not (role in door.may)
    ]

    assert wrong == []


def test_what_a_role_may_not_send_is_refused(scene: Scene, unrendered) -> None:
    """Opening a page and sending its form are two questions."""
    visitors = {role: Visitor(user) for role, user in scene.people.items()}

    wrong = [
        f"{role.label} can send {name}"
        for name, door, address in doors(scene)
        for role, visitor in visitors.items()
        if role not in (door.may if door.may_send is None else door.may_send)
        and visitor.ask("post", address).status_code not in {*REFUSED, 405}
    ]

    assert wrong == []


def test_addresses_for_machines_let_no_browser_in(scene: Scene) -> None:
    """Not even that of somebody who may do most things: a session counts for nothing."""
    visitors = [Visitor(None), Visitor(scene.people[Role.MEDICAL_DIRECTOR])]

    wrong = [
        f"{name}: {status}"
        for name, door in TABLE.items()
        if isinstance(door, Machine)
        for visitor in visitors
        for method in ("get", "post")
        for address in (reverse(name, args=scene.objects.get(door.of, door.words)),)
        if (status := visitor.ask(method, address).status_code) not in {401, 405}
    ]

    assert wrong == []


def test_every_address_is_about_one_patient_or_it_is_not() -> None:
    named = {door.of for door in TABLE.values() if not isinstance(door, Machine)}

    assert named == ABOUT_ONE_PATIENT | ABOUT_NOBODY_ALONE


def test_opening_an_address_about_one_patient_is_a_look(scene: Scene, unrendered) -> None:
    """Pages, forms and files, whatever else the request does; a fragment as much as a page."""
    wrong = [
        f"{name}: {answer.status_code}, {looks} looks"
        for name, door, address in doors(scene)
        if door.of in ABOUT_ONE_PATIENT
        for answer, looks in (_looks(scene, door, address),)
        if answer.status_code not in {200, 422} or looks != 1
    ]

    assert wrong == []


def looks_on_file() -> AppendOnlyQuerySet[AuditEvent]:
    return AuditEvent.objects.filter(action__in=LOOKS).exclude(patient_id="")


def _looks(scene: Scene, door: Door, address: str) -> tuple[HttpResponseBase, int]:
    """What somebody who may open it is answered, and how many looks that left on the trail."""
    client = Client()
    client.force_login(next(scene.people[role] for role in sorted(door.may)))
    with transaction.atomic():
        before = looks_on_file().count()
        answer = client.post(address) if door.only_post else client.get(address)
        looks = looks_on_file().count() - before
        transaction.set_rollback(True)
    return answer, looks


def test_another_site_and_people_without_a_role_find_nothing(scene: Scene, unrendered) -> None:
    """The colleague elsewhere holds every role there is, at the other site."""
    elsewhere, idle = Visitor(scene.elsewhere), Visitor(scene.idle)
    everybody = frozenset(Role)

    wrong = [
        f"{who} finds {name} by {method}"
        for name, door, address in doors(scene)
        for who, visitor, finds in (
            ("another site", elsewhere, not door.of or door.of in OF_NO_SITE),
            ("no role", idle, door.may == everybody and not door.of),
        )
        for method in ("get", "post")
        if not finds and visitor.ask(method, address).status_code not in {*REFUSED, 405}
    ]

    assert wrong == []


def test_signed_out_everything_leads_to_sign_in(scene: Scene, unrendered) -> None:
    wrong = [
        f"{name} by {method}: {answer.status_code}"
        for name, _door, address in doors(scene)
        for method in ("get", "post")
        if (answer := Visitor(None).ask(method, address)).status_code != 405
        and not _leads_to_login(answer)
    ]

    assert wrong == []


def test_open_addresses_answer_the_same_to_everybody_and_name_no_patient(scene: Scene) -> None:
    visitors = [Visitor(None), Visitor(scene.idle), Visitor(scene.people[Role.AUDITOR])]

    wrong = []
    for name, door in TABLE.items():
        if not isinstance(door, Open):
            continue
        address = reverse(name, args=scene.objects.get(door.of, []))
        for visitor in visitors:
            answer = visitor.ask("get", address)
            if answer.status_code not in door.answers or b"Sample" in getattr(
                answer, "content", b""
            ):
                wrong.append(f"{name}: {answer.status_code}")

    assert wrong == []


def _fresh(scene: Scene) -> Iterator[tuple[Role, User]]:
    for role, user in scene.people.items():
        yield role, User.objects.get(pk=user.pk)


def test_the_admin_opens_what_its_table_allows(scene: Scene, unrendered) -> None:
    """Lists and forms for whom `ADMIN_SITE` says. The other roles have no `is_staff`: one of them
    stands for all."""
    staff = {*ADMIN_SITE, Role.MEDICAL_DIRECTOR}
    visitors = {role: Visitor(scene.people[role]) for role in staff}
    assert [user.is_staff for role, user in _fresh(scene) if role not in ADMIN_SITE] == [False] * 5

    wrong = []
    for model in admin.site._registry:
        label, name = model._meta.app_label, model._meta.model_name
        for verb, permission in (("changelist", "view"), ("add", "add")):
            address = reverse(f"admin:{label}_{name}_{verb}")
            for role, visitor in visitors.items():
                may = f"{label}.{permission}_{name}" in ADMIN_SITE.get(role, ())
                opens = visitor.ask("get", address).status_code == 200
                if opens is not may:
                    wrong.append(f"{role.label}: {verb} of {name}")

    assert wrong == []


def test_the_admin_shows_no_row_of_another_site_and_deletes_none(scene: Scene, unrendered) -> None:
    elsewhere, here = Visitor(scene.elsewhere), Visitor(scene.people[Role.ADMINISTRATOR])

    wrong = []
    for model in admin.site._registry:
        row = model._default_manager.first()
        if row is None:
            continue
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for verb in ("change", "history"):
            if elsewhere.ask("get", reverse(f"{name}_{verb}", args=[row.pk])).status_code == 200:
                wrong.append(f"elsewhere: {verb} of {model.__name__}")
        if here.ask("post", reverse(f"{name}_delete", args=[row.pk])).status_code != 403:
            wrong.append(f"deleted: {model.__name__}")

    assert wrong == []


def test_the_admin_has_no_page_that_is_not_tried_here() -> None:
    known = set(OTHER_ADMIN_PAGES)
    for model in admin.site._registry:
        known |= {f"{model._meta.app_label}_{model._meta.model_name}_{verb}" for verb in VERBS}
        known.add(f"{model._meta.app_label}_{model._meta.model_name}_simple_history")
    [namespace] = [
        one
        for one in get_resolver().url_patterns
        if isinstance(one, URLResolver) and one.namespace == "admin"
    ]

    found = {name for name in _admin_names(namespace) if name}

    assert found <= known


def _admin_names(resolver: URLResolver) -> Iterator[str | None]:
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            yield one.name
        else:
            yield from _admin_names(one)
