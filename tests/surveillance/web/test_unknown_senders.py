"""Administrators see who sends without being a feed, register it or set aside what it sent."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from patients.models import Site
from surveillance.models import IntakeFeed, StrayAside, StrayMessage
from surveillance.web import unknown_senders as pages
from surveillance.workflows.empty_old_messages import empty_old_messages
from surveillance.workflows.keep_stray import Sender, keep_stray
from tests.factories import NOW, MembershipFactory, SiteFactory

PAGE = "unknown_senders"
FILLED = ("format", "sending_application", "sending_facility")
SECRET = b"MSH|^~\\&|CT|NORHT|||20260831||ORU^R01|1|P|2.5.1\rPID|1||4711||Quillfeather"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def site() -> Site:
    return SiteFactory(name="St Brigid")


@pytest.fixture
def administrator(client: Client, site: Site) -> Client:
    client.force_login(MembershipFactory(site=site, administrator=True).user)
    return client


def receive(
    number: int = 1, application: str = "CT", facility: str = "NORHT", kind: str = "ORU^R01"
) -> StrayMessage:
    """One message, so many hours before `NOW`."""
    raw = b"%s%d%s" % (SECRET, number, application.encode())
    sender = Sender(application=application, facility=facility, message_type=kind)
    keep_stray(sender=sender, raw=raw, now=NOW - timedelta(hours=number))
    return StrayMessage.objects.get(raw=raw)


def set_aside(client: Client, stray: StrayMessage, reason: str = "A test system.") -> None:
    client.post(reverse("unknown_sender_aside", args=[stray.pk]), {"reason": reason})


def test_one_row_for_each_sender_with_counts_types_and_moments_but_no_content(
    administrator: Client,
) -> None:
    receive(3)
    receive(2, kind="ADT^A08")
    receive(1)
    receive(1, application="MR")

    page = administrator.get(reverse(PAGE))

    first, second = page.context["rows"]
    assert (first.application, first.facility, first.count) == ("CT", "NORHT", "3")
    assert first.types == "ORU^R01 (2), ADT^A08 (1)"
    assert first.first != first.last
    assert (second.application, second.count) == ("MR", "1")
    assert "Quillfeather" not in page.content.decode()
    assert "4711" not in page.content.decode()


def test_only_administrators_open_it(client: Client, site: Site) -> None:
    stray = receive()
    addresses = [reverse(PAGE), reverse("unknown_sender_aside", args=[stray.pk])]
    roles = [{}, {"lead_navigator": True}, {"medical_director": True}, {"integration": True}]

    for role in roles:
        client.force_login(MembershipFactory(site=site, **role).user)
        assert [client.get(address).status_code for address in addresses] == [403, 403]
        set_aside(client, stray)

    assert StrayMessage.objects.waiting().exists()


def test_the_page_of_messages_and_that_of_a_feed_tell_administrators_that_strays_wait(
    administrator: Client, site: Site
) -> None:
    feed = IntakeFeed.objects.create(site=site, name="CT", format="HL7V2", sending_facility="N")
    addresses = [reverse("intake_inbox"), reverse("intake_feed", args=[feed.pk])]
    told = "2 messages of unknown senders wait."
    before = [told in administrator.get(one).content.decode() for one in addresses]
    receive(1)
    receive(2)

    after = [administrator.get(one).content.decode() for one in addresses]
    administrator.force_login(MembershipFactory(site=site, lead_navigator=True).user)
    of_lead = [administrator.get(one).content.decode() for one in addresses]

    assert before == [False, False]
    assert all(told in page and reverse(PAGE) in page for page in after)
    assert not any("unknown sender" in page or reverse(PAGE) in page for page in of_lead)


def test_registering_has_the_sender_filled_in_and_the_row_says_that_it_is_a_feed(
    administrator: Client, site: Site
) -> None:
    receive()
    [row] = administrator.get(reverse(PAGE)).context["rows"]

    form = administrator.get(row.register_url).context["form"]
    sent = {"site": site.slug, "name": "CT", **{key: form[key].value() for key in FILLED}}
    made = administrator.post(row.register_url, sent)

    assert (sent["sending_application"], sent["sending_facility"]) == ("CT", "NORHT")
    assert made.status_code == 302
    [row] = administrator.get(reverse(PAGE)).context["rows"]
    assert (row.register_url, bool(row.feed_url)) == ("", True)
    assert "listener takes this over" in row.note


@pytest.mark.parametrize("asked", ["", "no-id", "00000000-0000-0000-0000-000000000000"])
def test_without_a_sender_the_form_is_empty(administrator: Client, asked: str) -> None:
    form = administrator.get(reverse("intake_feed_new"), {"sender": asked}).context["form"]

    assert form["sending_application"].value() is None


def test_set_aside_with_a_reason_then_undone(administrator: Client) -> None:
    stray = receive()

    asked = administrator.get(reverse("unknown_sender_aside", args=[stray.pk]))
    refused = administrator.post(reverse("unknown_sender_aside", args=[stray.pk]), {"reason": ""})
    set_aside(administrator, stray)
    page = administrator.get(reverse(PAGE))
    [aside] = page.context["asides"]
    again = administrator.post(
        reverse("unknown_sender_aside", args=[stray.pk]), {"reason": "Other."}
    )
    undone = administrator.post(aside.undo_url, follow=True)

    assert (asked.context["sender"], asked.context["count"]) == ("CT / NORHT", "1 message")
    assert refused.status_code == again.status_code == 422
    assert not page.context["rows"]
    assert (aside.sender, aside.count, aside.why) == ("CT / NORHT", "1", "A test system.")
    assert len(undone.context["rows"]) == 1
    assert not undone.context["asides"]


def test_what_was_emptied_is_gone_from_the_page_and_cannot_be_undone(
    administrator: Client,
) -> None:
    set_aside(administrator, receive())
    empty_old_messages(now=NOW + timedelta(days=91))
    aside = StrayAside.objects.get()

    answer = administrator.post(reverse("stray_aside_undo", args=[aside.pk]), follow=True)

    assert not answer.context["asides"]
    assert "emptied when their days were over" in answer.content.decode()


def test_who_registers_a_sender_is_told_what_stays_aside(administrator: Client, site: Site) -> None:
    set_aside(administrator, receive())
    feed = {"site": site.slug, "name": "CT", "format": "HL7V2"}
    sender = {"sending_application": "CT", "sending_facility": "NORHT"}

    page = administrator.post(reverse("intake_feed_new"), feed | sender, follow=True)
    [aside] = administrator.get(reverse(PAGE)).context["asides"]

    assert "still so: 1 message of this sender" in page.content.decode()
    assert "undone, this is taken in" in aside.note
    assert StrayMessage.objects.set_aside().count() == 1


def test_a_sender_without_a_name_cannot_be_registered_and_a_feed_that_is_off_is_named(
    administrator: Client,
) -> None:
    elsewhere = SiteFactory(name="Elsewhere")
    IntakeFeed.objects.create(
        site=elsewhere, name="Old CT", format="HL7V2", sending_application="CT", is_active=False
    )
    receive(2, application="", facility="", kind="")
    receive(1, facility="")

    nameless, off = administrator.get(reverse(PAGE)).context["rows"]

    assert (nameless.application, nameless.register_url) == ("(empty)", "")
    assert nameless.types == "(empty) (1)"
    assert "names no sender" in nameless.note
    assert off.note == "The feed Old CT of Elsewhere has this sender and is switched off."
    assert (off.feed_url, bool(off.register_url)) == ("", True)


def test_many_senders_and_many_types_are_cut_short_and_a_full_house_is_told(
    administrator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "SENDERS_SHOWN", 1)
    monkeypatch.setattr(pages, "MOST_STRAYS", 7)
    for number in range(7):
        receive(9 - number, kind=f"ORU^R0{number}")
    receive(1, application="MR")

    page = administrator.get(reverse(PAGE))

    [row] = page.context["rows"]
    assert row.types.endswith(", …")
    assert "Senders not shown: 1." in page.content.decode()
    assert "is refused and not kept" in page.content.decode()


def test_the_page_asks_as_often_for_many_senders_as_for_one(
    administrator: Client, django_assert_max_num_queries
) -> None:
    for number in range(9):
        receive(number, application=f"CT{number}")
    administrator.get(reverse(PAGE))

    with django_assert_max_num_queries(14):
        administrator.get(reverse(PAGE))
