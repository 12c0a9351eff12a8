"""What waits is shown with its reason and its message, and is mended from the page."""

import pytest
from django.test import Client
from django.urls import reverse

from patients.models import AuditEvent
from surveillance.intake import reading_again
from surveillance.models import FollowUp, IntakeFeed, IntakeItem
from surveillance.web import intake_inbox
from surveillance.workflows.keep_message import Envelope, keep_message
from surveillance.workflows.save_feed import save_feed
from tests.factories import NOW, MembershipFactory
from tests.surveillance.intake.hospital_story import MINE, Hospital, a_hospital, ordered

AS_IT_IS = {"name": "HIS", "sending_facility": "north", "is_active": "on"}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def hospital() -> Hospital:
    made = a_hospital(name="St Brigid")
    made.admit(MINE, family_name="Okafor")
    return made


@pytest.fixture
def waiting(hospital: Hospital) -> IntakeItem:
    [item] = hospital.hear([ordered(1, mrn="TYPO-1", modality=None)])
    IntakeItem.objects.filter(pk=item.pk).update(status="WAITING", code="unclear", reason="No.")
    return item


@pytest.fixture
def lead(client: Client, hospital: Hospital) -> Client:
    client.force_login(MembershipFactory(site=hospital.site, lead_navigator=True).user)
    return client


def address(item: IntakeItem) -> str:
    return reverse("intake_item", args=[item.pk])


def test_the_list_says_what_waits_why_and_from_whom(lead: Client, waiting: IntakeItem) -> None:
    page = lead.get(reverse("intake_inbox"))

    [row] = page.context["rows"]
    assert (row.what, row.mrn, row.feed, row.reason) == ("Imaging order", "TYPO-1", "HIS", "No.")
    [item] = [item for item in page.context["shell"].items if item.label == "Messages"]
    assert item.badge == "1"
    assert sum(count != "0" for day in page.context["days"] for count in day.counts) == 1


def test_one_part_shows_its_message_and_the_look_is_noted(
    lead: Client, hospital: Hospital, waiting: IntakeItem
) -> None:
    IntakeItem.objects.update(patient=hospital.patients[MINE])

    page = lead.get(address(waiting)).content.decode()

    assert "OrderArrival" in page
    assert AuditEvent.objects.get(action="viewed").detail["page"] == "intake item"


def test_it_is_given_to_the_right_patient_or_set_aside(
    lead: Client, waiting: IntakeItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_again, "READERS", {})

    lead.post(address(waiting), {"verb": "assign", "mrn": "nobody"})
    lead.post(address(waiting), {"verb": "read"})
    lead.post(address(waiting), {"verb": "aside", "reason": ""})
    waiting.refresh_from_db()
    untouched = waiting.status

    lead.post(address(waiting), {"verb": "assign", "mrn": MINE})
    waiting.refresh_from_db()
    given = (waiting.status, waiting.mrn, waiting.code)
    lead.post(address(waiting), {"verb": "aside", "reason": "A test."})

    waiting.refresh_from_db()
    assert untouched == "WAITING"
    assert given == ("WAITING", MINE, "unclear_whether_it_serves")
    assert (waiting.status, waiting.settled_reason) == ("SET_ASIDE", "A test.")
    assert FollowUp.objects.open().get(kind="IMAGING").order_number == ""


def test_what_waits_alike_is_one_group_and_is_set_aside_with_one_reason(
    lead: Client, hospital: Hospital, waiting: IntakeItem
) -> None:
    hospital.hear([ordered(2, mrn="TYPO-2"), ordered(3, mrn="TYPO-3")])
    IntakeItem.objects.exclude(pk=waiting.pk).update(status="WAITING", code="other", reason="Odd.")
    inbox = reverse("intake_inbox")

    page = lead.get(inbox)
    largest = page.context["groups"][0]
    group = lead.get(largest.url)
    aside = f"{reverse('intake_aside')}?{largest.url.partition('?')[2]}"
    lead.post(aside, {"reason": ""})
    lead.post(reverse("intake_aside"), {"reason": "All of it."})
    untouched = IntakeItem.objects.waiting().count()
    done = lead.post(aside, {"reason": "A test system."}, follow=True)

    assert [(one.reason, one.count) for one in page.context["groups"]] == [
        ("Odd.", "2"),
        ("No.", "1"),
    ]
    assert (len(group.context["rows"]), untouched) == (2, 3)
    assert "2 parts" in done.content.decode()
    assert [one.pk for one in IntakeItem.objects.waiting()] == [waiting.pk]
    assert AuditEvent.objects.filter(action="message_part_set_aside").count() == 2


def test_the_list_has_pages_and_says_how_many_there_are(
    lead: Client, waiting: IntakeItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_inbox, "SHOWN", 1)
    IntakeItem.objects.create(
        message=waiting.message,
        site=waiting.site,
        position=7,
        kind="ORDER",
        status="WAITING",
        created_at=NOW,
    )

    first = lead.get(reverse("intake_inbox"))
    [link] = first.context["pages"]
    second = lead.get(link.url)

    assert "2 parts" in first.content.decode()
    rows = [*first.context["rows"], *second.context["rows"]]
    assert len({row.url for row in rows}) == 2


def test_an_administrator_changes_the_mapping_and_errors_name_the_place(
    client: Client, hospital: Hospital
) -> None:
    administrator = MembershipFactory(site=hospital.site, administrator=True).user
    client.force_login(administrator)
    url = reverse("intake_feed", args=[hospital.feed.pk])

    broken = client.post(url, {**AS_IT_IS, "mapping": '{"a": }'})
    unknown = client.post(url, {**AS_IT_IS, "mapping": '{"acession": "OBR-3"}'})
    saved = client.post(url, {**AS_IT_IS, "mapping": '{"accession": ["OBR-18"]}'})

    assert broken.status_code == 422
    assert "Line 1, column 7" in broken.content.decode()
    assert unknown.status_code == 422
    assert "acession" in unknown.content.decode()
    assert saved.status_code == 302
    assert IntakeFeed.objects.get().mapping == {"accession": ["OBR-18"]}
    assert IntakeFeed.history.get(history_type="~").history_user == administrator


def test_an_administrator_corrects_the_sender_and_the_page_says_what_it_was(
    client: Client, hospital: Hospital
) -> None:
    client.force_login(MembershipFactory(site=hospital.site, administrator=True).user)
    url = reverse("intake_feed", args=[hospital.feed.pk])

    nameless = client.post(url, {**AS_IT_IS, "sending_application": "", "sending_facility": ""})
    for facility in ("SOUTH", "NORTH"):
        client.post(url, {**AS_IT_IS, "sending_facility": facility})

    assert nameless.status_code == 422
    assert IntakeFeed.objects.get().sending_facility == "NORTH"
    changed = client.get(url).context["changes"][0]
    assert changed.endswith(": MSH-4, / SOUTH before")


def test_the_same_feed_again_changes_nothing(hospital: Hospital) -> None:
    save_feed(feed=IntakeFeed.objects.get(), by=None, now=NOW)

    assert not AuditEvent.objects.filter(action="feed_saved").exists()


def test_what_was_kept_and_not_used_is_counted_by_type(lead: Client, hospital: Hospital) -> None:
    feed = IntakeFeed.objects.get()
    for number, kind in enumerate(["QBP^Q11", "QBP^Q11", ""]):
        raw = b"MSH|%d" % number
        envelope = Envelope(message_type=kind, control_id="", sent_at=None, raw=raw)
        keep_message(feed=feed, envelope=envelope, parts=[], now=NOW)

    pages = [reverse("intake_inbox"), reverse("intake_feed", args=[feed.pk])]

    for address in pages:
        rows = lead.get(address).context["not_used"]
        assert [(one.message_type, one.feed, one.count) for one in rows] == [
            ("QBP^Q11", "HIS", "2"),
            ("without a type", "HIS", "1"),
        ]
