"""The failsafe page: who may see it, what it says of the last check, and asking anew."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from surveillance.models import (
    Escalation,
    FailsafeAlert,
    FailsafeRun,
    KeptFinding,
    Notification,
    SweepRun,
)
from surveillance.web.failsafe_view import age_words
from tests.factories import NOW, MembershipFactory, UserFactory
from tests.surveillance.web.scenes import Clinic, a_clinic, a_patient, escalated, owed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today", "fresh_cache")]
EARLIER = NOW - timedelta(minutes=20)


def kept(code: str, site: int | None, *ids: object, **fields: Any) -> KeptFinding:
    values: dict[str, Any] = {
        "count": len(ids),
        "subject_ids": tuple(str(each) for each in ids),
        "notes": ("",) * len(ids),
        "owner": None,
        "since": NOW - timedelta(days=1),
    }
    return KeptFinding(code=code, site=site, **values | fields)


def checked(*found: KeptFinding, at=EARLIER) -> FailsafeRun:
    return FailsafeRun.objects.create(
        started_at=at, finished_at=at, findings=[each.as_json() for each in found]
    )


@pytest.fixture
def lead(clinic: Clinic, client: Client) -> Client:
    client.force_login(clinic.lead)
    return client


@pytest.mark.parametrize("role", ["lead", "administrator", "auditor"])
def test_the_page_is_for_those_who_answer_for_a_site(
    clinic: Clinic, client: Client, role: str
) -> None:
    client.force_login(getattr(clinic, role))

    assert client.get("/failsafe/").status_code == 200


@pytest.mark.parametrize("role", ["navigator", "clinician"])
def test_the_page_and_its_link_are_not_for_others(
    clinic: Clinic, client: Client, role: str
) -> None:
    client.force_login(getattr(clinic, role))

    assert client.get("/failsafe/").status_code == 403
    assert client.post("/failsafe/").status_code == 403
    assert b"/failsafe/" not in client.get("/queue/").content
    assert not FailsafeRun.objects.exists()


def test_nobody_sees_it_without_signing_in(client: Client) -> None:
    assert client.get("/failsafe/").status_code == 302


def test_before_the_first_check_it_says_so(lead: Client) -> None:
    page = lead.get("/failsafe/").content.decode()

    assert "Nothing was ever checked" in page
    assert "Nothing was found" not in page


def test_a_clean_check_says_when(lead: Client) -> None:
    checked()

    page = lead.get("/failsafe/").content.decode()

    assert "20 minutes ago" in page
    assert "Nothing was found." in page
    assert "too long" not in page


def test_an_old_check_is_a_warning_in_itself(lead: Client) -> None:
    checked(at=NOW - timedelta(hours=3))

    page = lead.get("/failsafe/").content.decode()

    assert "3 hours ago" in page
    assert "That is too long" in page


def test_the_page_says_when_the_last_sweep_ended_and_after_how_long_silence_is_noticed(
    lead: Client,
) -> None:
    SweepRun.objects.create(kind="chase", started_at=EARLIER, finished_at=EARLIER)

    page = lead.get("/failsafe/").content.decode()

    assert "The last sweep for what is due ended 31 Aug 2026, 08:40, 20 minutes ago." in page
    assert "is noticed 45 minutes after the last sweep" in page
    assert "has stopped: start it again" not in page


def test_a_dead_worker_shows_on_the_page_before_any_check_ran(lead: Client, clinic: Clinic) -> None:
    long_ago = NOW - timedelta(minutes=46)
    owed(clinic, 9, opened_at=long_ago)
    SweepRun.objects.create(kind="chase", started_at=long_ago, finished_at=long_ago)

    page = lead.get("/failsafe/").content.decode()

    assert "Worker, beat or broker has stopped: start it again." in page


def test_a_card_says_what_since_when_how_many_whose_and_how_to_mend_it(
    lead: Client, clinic: Clinic
) -> None:
    follow_up = owed(clinic, -9, patient=a_patient(clinic, family_name="Okafor", given_name="Ada"))
    found = kept("follow_up_without_owner", clinic.site.pk, follow_up.pk, count=31)
    checked(KeptFinding(**{**_fields(found), "owner": clinic.lead.pk}))

    response = lead.get("/failsafe/")

    [card] = response.context["cards"]
    assert card.sentence == "Nobody in post answers for a follow-up."
    assert (card.place, card.count, card.more) == ("St Brigid", "31 found", "… and 30 more")
    assert card.since == "30 Aug 2026, 09:00"
    assert card.owner == clinic.lead.get_full_name()
    assert card.cure.startswith("Reassign it")
    [subject] = card.subjects
    assert subject.words.startswith("Okafor, Ada: Lesion L1")
    assert subject.url == f"/patients/{follow_up.patient_id}/"
    assert f'href="{subject.url}"' in response.content.decode()


def _fields(found: KeptFinding) -> dict[str, Any]:
    return {name: getattr(found, name) for name in KeptFinding.__slots__}


def test_each_kind_of_subject_leads_to_its_page(lead: Client, clinic: Clinic) -> None:
    follow_up = owed(clinic, -9)
    escalation: Escalation = escalated(follow_up, clinic.lead, tier=4)
    message = Notification.objects.create(
        site=clinic.site,
        channel="EMAIL",
        template="PATIENT_REMINDER",
        dedupe_key="a",
        patient=follow_up.patient,
        created_at=NOW,
        not_before=NOW,
    )
    warning = Notification.objects.create(
        site=clinic.site,
        channel="EMAIL",
        template="ESCALATION_RAISED",
        dedupe_key="b",
        recipient=clinic.lead,
        escalation=escalation,
        created_at=NOW,
        not_before=NOW,
    )
    site = clinic.site.pk
    checked(
        kept("lesion_never_assessed", site, follow_up.lesion_id),
        kept("escalation_at_last_rung", site, escalation.pk, notes=("raised 12 days ago",)),
        kept("outbox_failed", site, message.pk, warning.pk),
        kept("sweep_parked_rows", site, f"site:{clinic.site.slug}"),
        kept("sweep_silent", None, "sweep"),
        kept("gone_in_this_version", None, "x"),
    )

    cards = lead.get("/failsafe/").context["cards"]

    patient, raised = f"/patients/{follow_up.patient_id}/", f"/escalations/{escalation.pk}/"
    urls = [[subject.url for subject in card.subjects] for card in cards]
    assert urls == [[patient], [raised], [patient, raised], [""], [""], [""]]
    assert cards[1].subjects[0].note == "raised 12 days ago"
    assert cards[4].place == "Whole installation"
    assert cards[5].sentence == "Found by a version of the failsafe that is gone."


def test_another_site_s_findings_patients_and_alerts_are_not_shown(
    lead: Client, clinic: Clinic
) -> None:
    elsewhere = a_clinic(name="Elsewhere")
    theirs = owed(elsewhere, -9, patient=a_patient(elsewhere, family_name="Secretname"))
    checked(
        kept("follow_up_without_owner", elsewhere.site.pk, theirs.pk),
        kept("follow_up_without_owner", clinic.site.pk, theirs.pk),  # moved away since
    )
    told(elsewhere.site)

    response = lead.get("/failsafe/")

    [card] = response.context["cards"]
    assert [(each.words, each.url) for each in card.subjects] == [(str(theirs.pk), "")]
    assert "Elsewhere" not in response.content.decode()
    assert "Secretname" not in response.content.decode()


def told(site, **fields) -> FailsafeAlert:
    values = {
        "code": "queue_quiet",
        "kind": "RAISED",
        "path": "EMAIL",
        "recipient": "operators",
        "count": 7,
        "since": EARLIER,
        "at": NOW,
        "dedupe_key": f"{FailsafeAlert.objects.count()}",
    }
    return FailsafeAlert.objects.create(site=site, **values | fields)


def test_who_was_told_is_listed(lead: Client, clinic: Clinic) -> None:
    told(None, code="sweep_silent", kind="RECOVERED", path="WEBHOOK", recipient="webhook")
    told(clinic.site, recipient=f"user:{clinic.lead.pk}")
    told(clinic.site)

    lines = lead.get("/failsafe/").context["alerts"]

    name = clinic.lead.get_full_name()
    assert [line.words for line in lines] == [
        "Found 7; told to operators (E-mail, outside the outbox)",
        f"Found 7; told to {name} (E-mail, outside the outbox)",
        "Over; told to webhook (Webhook)",
    ]


def test_check_now_asks_everything_and_shows_it(lead: Client, clinic: Clinic) -> None:
    owed(clinic, -9, owner=None)

    response = lead.post("/failsafe/", follow=True)

    run = FailsafeRun.objects.get()
    assert run.asked_by == clinic.lead
    assert "Everything was checked." in response.content.decode()
    assert "follow_up_without_owner" in {card.code for card in response.context["cards"]}


def test_check_now_is_refused_in_words_right_after_a_check(lead: Client) -> None:
    lead.post("/failsafe/")

    page = lead.post("/failsafe/", follow=True).content.decode()

    assert "less than a minute ago" in page
    assert FailsafeRun.objects.count() == 1


def test_the_frame_counts_what_concerns_the_person(lead: Client, clinic: Clinic) -> None:
    elsewhere = a_clinic()
    checked(
        kept("queue_quiet", clinic.site.pk, 1),
        kept("queue_quiet", elsewhere.site.pk, 1),
        kept("sweep_silent", None, "sweep"),
    )

    item = lead.get("/inbox/").context["shell"].items[-1]

    assert (item.label, item.url, item.badge) == ("Failsafe", "/failsafe/", "2")


def test_the_count_is_kept_for_a_minute_unless_one_asks_anew(lead: Client, clinic: Clinic) -> None:
    owed(clinic, -9, owner=None)
    checked()
    lead.get("/inbox/")
    checked(kept("sweep_silent", None, "sweep"))

    before = lead.get("/inbox/").context["shell"].items[-1].badge
    lead.post("/failsafe/")
    after = lead.get("/inbox/").context["shell"].items[-1].badge

    assert before == ""
    assert int(after) == len(FailsafeRun.objects.newest_first()[0].kept()) > 1


def test_the_page_costs_the_same_whatever_was_found(lead: Client, clinic: Clinic) -> None:
    def queries(rows: int) -> int:
        ids = [owed(clinic, -9).pk for _ in range(rows)]
        checked(kept("queue_quiet", clinic.site.pk, *ids, owner=UserFactory().pk))
        for _ in range(rows):
            told(clinic.site, recipient=f"user:{MembershipFactory(site=clinic.site).user.pk}")
        lead.get("/inbox/")  # the frame's count is kept from here on
        with CaptureQueriesContext(connection) as asked:
            lead.get("/failsafe/")
        return len(asked)

    assert queries(1) == queries(5)


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=119), "119 minutes"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(hours=47), "47 hours"),
        (timedelta(days=3), "3 days"),
    ],
    ids=str,
)
def test_an_age_is_told_in_the_unit_that_fits(age: timedelta, words: str) -> None:
    assert age_words(age) == words


def test_who_answers_for_a_finding_as_a_cover_sees_that_one_and_no_other(
    clinic: Clinic, client: Client
) -> None:
    """A clinician who stands in for the lead navigator is told of it, and the link works."""
    checked(
        kept("sweep_parked_rows", clinic.site.pk, owner=clinic.clinician.pk),
        kept("follow_up_without_owner", clinic.site.pk, owner=clinic.lead.pk),
        kept("sweep_silent", None, owner=clinic.administrator.pk),
    )
    client.force_login(clinic.clinician)

    assert [card.code for card in client.get("/failsafe/").context["cards"]] == [
        "sweep_parked_rows"
    ]
    client.force_login(clinic.navigator)
    assert client.get("/failsafe/").status_code == 403
