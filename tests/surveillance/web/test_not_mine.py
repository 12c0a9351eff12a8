""" "Not mine" on the escalation, in the inbox and on the follow-up."""

from django.test import Client
from django.urls import reverse

from surveillance.models import Disowning, FollowUp, Notification
from tests.factories import NOW
from tests.surveillance.web.scenes import Clinic, a_clinic, escalated, owed


def test_it_says_first_to_whom_it_would_go_and_that_the_clock_runs_on(
    navigator: Client, clinic: Clinic
) -> None:
    escalation = escalated(owed(clinic, 10), clinic.navigator, tier=1)
    address = reverse("escalation_not_mine", args=[escalation.pk])
    inbox = navigator.get(reverse("inbox")).content.decode()
    assert f'href="{address}"' in inbox

    asked = navigator.get(address).content.decode()

    assert f"It goes to {clinic.lead.get_full_name()}, and not back to you." in asked
    assert "The clock runs on. No date moves." in asked
    assert not Disowning.objects.exists()


def test_where_it_cannot_go_on_that_is_said_first(navigator: Client, clinic: Clinic) -> None:
    escalation = escalated(owed(clinic, 10), clinic.clinician)

    asked = navigator.get(reverse("escalation_not_mine", args=[escalation.pk])).content.decode()

    assert f"{clinic.clinician.get_full_name()} answers for this, not you." in asked


def test_who_has_passed_it_on_is_told_so(navigator: Client, clinic: Clinic) -> None:
    follow_up = owed(clinic, 10)
    address = reverse("follow_up_not_mine", args=[follow_up.pk])
    navigator.post(address)

    assert "You have passed it on already." in navigator.get(address).content.decode()


def test_entry_of_the_inbox_names_the_site(navigator: Client, clinic: Clinic) -> None:
    escalated(owed(clinic, 10), clinic.navigator, tier=1)
    _told(clinic, template="WORK_HANDED_OVER")

    waiting, told = (
        navigator.get(reverse(name)).context["sections"][0].entries[0]
        for name in ("inbox", "inbox_messages")
    )

    assert waiting.site == clinic.site.name
    assert (told.about, told.site) == (clinic.site.name, "")


def test_one_post_passes_an_escalation_on(navigator: Client, clinic: Clinic) -> None:
    escalation = escalated(owed(clinic, 10), clinic.navigator, tier=1)
    page = reverse("escalation", args=[escalation.pk])
    address = reverse("escalation_not_mine", args=[escalation.pk])
    assert address in navigator.get(page).content.decode()

    response = navigator.post(address, follow=True)

    escalation.refresh_from_db()
    assert escalation.owner == clinic.lead
    assert f"Passed on to {clinic.lead.get_full_name()}" in response.content.decode()
    assert address not in navigator.get(page).content.decode()


def test_a_reason_may_be_given_first(navigator: Client, clinic: Clinic) -> None:
    escalation = escalated(owed(clinic, 10), clinic.navigator, tier=1)
    address = reverse("escalation_not_mine", args=[escalation.pk])
    assert "No date moves" in navigator.get(address).content.decode()

    navigator.post(address, {"note": "Followed by the other team"})

    assert Disowning.objects.get().note == "Followed by the other team"


def test_who_does_not_answer_for_it_is_not_offered_it_and_is_refused(
    navigator: Client, clinic: Clinic
) -> None:
    escalation = escalated(owed(clinic, 10), clinic.clinician)
    address = reverse("escalation_not_mine", args=[escalation.pk])
    assert (
        address not in navigator.get(reverse("escalation", args=[escalation.pk])).content.decode()
    )

    response = navigator.post(address)

    assert response.status_code == 422
    assert "not you" in response.content.decode()


def test_a_reader_cannot_say_it(today: None, client: Client, clinic: Clinic) -> None:
    follow_up = owed(clinic, 10)
    escalation = escalated(follow_up, clinic.clinician)
    client.force_login(clinic.auditor)

    for name, row in (("escalation_not_mine", escalation), ("follow_up_not_mine", follow_up)):
        assert client.post(reverse(name, args=[row.pk])).status_code == 403


def test_what_is_at_another_site_is_not_there(navigator: Client) -> None:
    elsewhere = a_clinic()
    follow_up = owed(elsewhere, 10)
    escalation = escalated(follow_up, elsewhere.clinician)

    for name, row in (("escalation_not_mine", escalation), ("follow_up_not_mine", follow_up)):
        assert navigator.post(reverse(name, args=[row.pk])).status_code == 404


def test_one_post_passes_a_follow_up_on(navigator: Client, clinic: Clinic) -> None:
    follow_up = owed(clinic, 10)
    address = reverse("follow_up_not_mine", args=[follow_up.pk])
    page = reverse("patient", args=[follow_up.patient_id])
    assert address in navigator.get(page).content.decode()

    navigator.post(address)

    assert FollowUp.objects.get().owner == clinic.lead
    assert address not in navigator.get(page).content.decode()


def test_the_inbox_offers_it_on_what_is_mine_only(navigator: Client, clinic: Clinic) -> None:
    mine, others = owed(clinic, 10), owed(clinic, 10, owner=clinic.lead)
    escalation = escalated(mine, clinic.navigator, tier=1)
    _told(clinic, escalation=escalation, follow_up=mine, template="ESCALATION_RAISED")
    _told(clinic, follow_up=mine, template="FOLLOW_UP_PASSED_ON")
    _told(clinic, follow_up=others, template="FOLLOW_UP_PASSED_ON")
    _told(clinic, template="WORK_HANDED_OVER")

    pages = [navigator.get(reverse(name)) for name in ("inbox", "inbox_messages")]

    sections = [section for page in pages for section in page.context["sections"]]
    entries = [each for section in sections for each in section.entries]
    offered = {line.not_mine_url for entry in entries for line in entry.lines}
    assert offered == {
        reverse("escalation_not_mine", args=[escalation.pk]),
        reverse("follow_up_not_mine", args=[mine.pk]),
        "",
    }
    assert f'href="{reverse("follow_up_not_mine", args=[mine.pk])}"' in (pages[1].content.decode())


def test_messages_about_nobody_lead_to_their_lists(navigator: Client, clinic: Clinic) -> None:
    _told(clinic, template="WORK_HANDED_OVER")
    _told(clinic, template="COVER_BEGINS")

    sections = navigator.get(reverse("inbox_messages")).context["sections"]
    urls = {entry.url for section in sections for entry in section.entries}

    slug = clinic.site.slug
    assert urls == {f"{reverse('queue')}?site={slug}", f"{reverse('absences')}?site={slug}"}


def _told(clinic: Clinic, **fields: object) -> None:
    Notification.objects.create(
        site=clinic.site,
        channel="IN_APP",
        dedupe_key=str(len(Notification.objects.all())),
        recipient=clinic.navigator,
        created_at=NOW,
        not_before=NOW,
        finished_at=NOW,
        status="SENT",
        **fields,
    )
