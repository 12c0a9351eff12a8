"""Order, book, snooze, close, reassign: by whom, with what errors, and nothing overwritten."""

from datetime import date, timedelta

import pytest
from django.test import Client

from surveillance.models import Declination, FollowUp, FollowUpOutcome
from surveillance.workflows.deliver import deliver
from tests.factories import NOW, TODAY, MembershipFactory
from tests.surveillance.web.scenes import Clinic, a_clinic, a_lesion, owed, surveyed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
VERBS = ("answer", "book", "missed", "snooze", "close", "owner")


def address(follow_up: FollowUp, verb: str) -> str:
    return f"/follow-ups/{follow_up.pk}/{verb}/"


def problems(response) -> list[str]:
    assert response.status_code == 422
    return [text for texts in response.context["form"].errors.values() for text in texts]


@pytest.mark.parametrize("verb", VERBS)
def test_follow_up_of_another_site_does_not_exist(navigator: Client, verb: str) -> None:
    follow_up = owed(a_clinic(), -1)

    assert navigator.get(address(follow_up, verb)).status_code == 404
    assert navigator.post(address(follow_up, verb), {"version": 1}).status_code == 404


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_roles_that_only_read_are_refused(client: Client, clinic: Clinic, verb, role) -> None:
    client.force_login(getattr(clinic, role))

    assert client.get(address(owed(clinic, -1), verb)).status_code == 403


def test_navigator_may_not_change_the_owner(navigator: Client, clinic: Clinic) -> None:
    assert navigator.get(address(owed(clinic, -1), "owner")).status_code == 403


@pytest.mark.parametrize("verb", ["book", "snooze", "close"])
def test_closed_follow_up_leads_back_with_a_word(navigator: Client, clinic: Clinic, verb) -> None:
    follow_up = owed(clinic, -1, closed_at=NOW, outcome="NO_LONGER_OWED")

    response = navigator.get(address(follow_up, verb), follow=True)

    assert response.redirect_chain[-1][0] == f"/patients/{follow_up.patient_id}/"
    assert "This follow-up is closed" in response.content.decode()


def test_booking_serves_several_lesions(navigator: Client, clinic: Clinic) -> None:
    follow_up = owed(clinic, 20)
    other = owed(clinic, 25, lesion=a_lesion(follow_up.patient, "L2"))

    response = navigator.post(
        address(follow_up, "book"),
        {
            "version": 1,
            "booked_for": "2026-09-10",
            "order_number": "ORD-9",
            "ordered_on": "2026-08-30",
            "also": [str(other.pk)],
        },
    )

    assert response.headers["Location"] == f"/patients/{follow_up.patient_id}/"
    for row in FollowUp.objects.all():
        assert (row.booked_for, row.order_number) == (date(2026, 9, 10), "ORD-9")
        assert row.ordered_on == date(2026, 8, 30)


def test_order_alone_can_be_noted(navigator: Client, clinic: Clinic) -> None:
    follow_up = owed(clinic, 20)

    navigator.post(address(follow_up, "book"), {"version": 1, "order_number": "ORD-9"})

    follow_up.refresh_from_db()
    assert (follow_up.order_number, follow_up.ordered_on) == ("ORD-9", TODAY)
    assert follow_up.booked_for is None


@pytest.mark.parametrize(
    ("said", "field"),
    [
        pytest.param({}, "booked_for", id="nothing said"),
        pytest.param({"booked_for": "2026-08-30"}, "booked_for", id="appointment past"),
        pytest.param(
            {"booked_for": "2026-09-10", "order_number": "ORD-9", "ordered_on": "2026-09-01"},
            "ordered_on",
            id="order future",
        ),
        pytest.param(
            {"booked_for": "2026-09-10", "order_number": "ORD-9", "ordered_on": "2020-01-01"},
            "ordered_on",
            id="order of an earlier exam",
        ),
        pytest.param({"booked_for": "10.9."}, "booked_for", id="not a date"),
    ],
)
def test_booking_that_cannot_be_is_told_at_its_field(
    navigator: Client, clinic: Clinic, said, field
) -> None:
    follow_up = owed(clinic, 20)

    response = navigator.post(address(follow_up, "book"), {"version": 1} | said)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    follow_up.refresh_from_db()
    assert follow_up.version == 1


def test_a_booking_saved_untouched_is_refused(navigator: Client, clinic: Clinic) -> None:
    """The order on file fills the form: it is nothing new, and no appointment."""
    follow_up = owed(clinic, 20, order_number="ORD-9", ordered_on=TODAY)
    form = navigator.get(address(follow_up, "book")).context["form"]
    sent = {name: str(form.initial[name] or "") for name in form.fields if name in form.initial}

    response = navigator.post(address(follow_up, "book"), sent)

    assert problems(response)[0].startswith("Nothing was changed, so nothing was saved.")


def test_an_appointment_on_a_closed_day_is_noted_with_a_remark(client: Client) -> None:
    clinic = a_clinic(name="St Brigid", holiday_calendar="GB-ENG")
    client.force_login(clinic.navigator)
    follow_up = owed(clinic, 20)
    sunday = {"version": 1, "booked_for": "2026-09-06"}

    response = client.post(address(follow_up, "book"), sunday, follow=True)

    assert "6 Sep 2026 is a closed day of St Brigid" in response.content.decode()
    follow_up.refresh_from_db()
    assert follow_up.booked_for == date(2026, 9, 6)


def test_cancelling_asks_why(navigator: Client, clinic: Clinic) -> None:
    follow_up = owed(clinic, 20, booked_for=date(2026, 9, 1), order_number="ORD-9")
    cancel = {"version": 1, "booked_for": "", "order_number": "ORD-9"}

    refused = navigator.post(address(follow_up, "book"), cancel)
    navigator.post(address(follow_up, "book"), cancel | {"reason": "scanner broken"})

    assert list(refused.context["form"].errors) == ["reason"]
    follow_up.refresh_from_db()
    assert follow_up.booked_for is None


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        pytest.param("book", {"booked_for": "2026-09-10"}, id="book"),
        pytest.param("snooze", {"until": "2026-09-03", "reason": "on holiday"}, id="snooze"),
        pytest.param("close", {"outcome": "ENTERED_IN_ERROR", "note": "twice"}, id="close"),
    ],
)
def test_lost_race_is_told_and_overwrites_nothing(
    navigator: Client, clinic: Clinic, verb, said
) -> None:
    follow_up = owed(clinic, 20)
    colleague = date(2026, 9, 2)
    FollowUp.objects.filter(pk=follow_up.pk).update(booked_for=colleague, version=2)

    response = navigator.post(address(follow_up, verb), {"version": 1} | said)

    assert "Somebody else changed this follow-up" in " ".join(problems(response))
    assert "booked for 2 Sep 2026" in response.content.decode()
    follow_up.refresh_from_db()
    assert (follow_up.booked_for, follow_up.snoozed_until, follow_up.closed_at) == (
        colleague,
        None,
        None,
    )


def test_snoozed_leaves_the_tab(navigator: Client, clinic: Clinic) -> None:
    follow_up = owed(clinic, 20)

    navigator.post(
        address(follow_up, "snooze"),
        {"version": 1, "until": "2026-09-03", "reason": "on holiday"},
    )

    due = navigator.get("/queue/", {"tab": "due"}).context["page"].rows
    [row] = navigator.get("/queue/", {"tab": "snoozed"}).context["page"].rows
    assert due == ()
    assert row.stage.words == "Snoozed until 3 Sep 2026"


def test_at_risk_is_never_put_aside_past_the_last_day(navigator: Client, clinic: Clinic) -> None:
    follow_up = owed(clinic, 20)
    beyond = (TODAY + timedelta(days=21)).isoformat()

    response = navigator.post(
        address(follow_up, "snooze"), {"version": 1, "until": beyond, "reason": "on holiday"}
    )

    assert list(response.context["form"].errors) == ["until"]
    assert "Never past the last day" in response.content.decode()


@pytest.mark.parametrize(
    ("role", "kind", "offered"),
    [
        pytest.param("navigator", "IMAGING", ["ENTERED_IN_ERROR"], id="navigator, imaging"),
        pytest.param(
            "navigator", "REVIEW", ["COMPLETED", "ENTERED_IN_ERROR"], id="navigator, review"
        ),
        pytest.param(
            "clinician", "IMAGING", ["NOT_APPROPRIATE", "ENTERED_IN_ERROR"], id="clinician, imaging"
        ),
        pytest.param(
            "clinician",
            "REFERRAL",
            ["NOT_APPROPRIATE", "ENTERED_IN_ERROR"],
            id="clinician, referral",
        ),
    ],
)
def test_outcomes_offered_are_those_of_role_and_kind(
    client: Client, clinic: Clinic, role, kind, offered
) -> None:
    client.force_login(getattr(clinic, role))

    form = client.get(address(owed(clinic, 20, kind=kind), "close")).context["form"]

    assert [value for value, _ in form.fields["outcome"].choices] == offered


def test_outcome_that_was_not_offered_is_refused(navigator: Client, clinic: Clinic) -> None:
    follow_up = owed(clinic, 20)

    response = navigator.post(
        address(follow_up, "close"), {"version": 1, "outcome": "NOT_APPROPRIATE", "note": "old"}
    )

    assert problems(response)
    follow_up.refresh_from_db()
    assert follow_up.closed_at is None


def test_clinician_signs_that_it_is_not_appropriate(client: Client, clinic: Clinic) -> None:
    follow_up = surveyed(clinic)
    client.force_login(clinic.clinician)

    client.post(
        address(follow_up, "close"),
        {"version": follow_up.version, "outcome": "NOT_APPROPRIATE", "note": "Hospice care."},
    )

    follow_up.refresh_from_db()
    assert follow_up.outcome == FollowUpOutcome.NOT_APPROPRIATE


def test_closing_what_the_protocol_still_owes_is_refused_with_the_cure(
    navigator: Client, clinic: Clinic
) -> None:
    follow_up = surveyed(clinic)

    response = navigator.post(
        address(follow_up, "close"),
        {"version": follow_up.version, "outcome": "ENTERED_IN_ERROR", "note": "x"},
    )

    assert "still owes" in " ".join(problems(response))
    follow_up.refresh_from_db()
    assert follow_up.closed_at is None


def test_lead_gives_it_to_somebody_in_post(client: Client, clinic: Clinic) -> None:
    follow_up = owed(clinic, 20)
    colleague = MembershipFactory(site=clinic.site).user
    client.force_login(clinic.lead)

    response = client.get(address(follow_up, "owner"))
    client.post(address(follow_up, "owner"), {"version": 1, "owner": colleague.pk})

    offered = {value for value, _ in response.context["form"].fields["owner"].choices}
    assert str(clinic.auditor.pk) not in offered
    follow_up.refresh_from_db()
    assert follow_up.owner == colleague


def test_status_ends_what_is_owed_to_the_deceased(navigator: Client, clinic: Clinic) -> None:
    follow_up = owed(clinic, 20)

    response = navigator.post(
        f"/patients/{follow_up.patient_id}/status/",
        {"status": "DECEASED", "status_on": "2026-08-20", "reason": "Told by the daughter."},
    )

    assert response.status_code == 302
    follow_up.refresh_from_db()
    assert follow_up.outcome == FollowUpOutcome.DECEASED


def test_status_that_needs_a_signature_is_offered_to_signers_only(
    client: Client, clinic: Clinic
) -> None:
    page = f"/patients/{owed(clinic, 20).patient_id}/status/"

    def offered(user) -> set[str]:
        client.force_login(user)
        choices = client.get(page).context["form"].fields["status"].choices
        return {value for value, _ in choices}

    signed = {"SURVEILLANCE_NOT_APPROPRIATE", "LOST_TO_FOLLOW_UP"}
    assert not signed & offered(clinic.navigator)
    assert signed <= offered(clinic.clinician)


REFUSAL = {"status": "DECLINED", "status_on": "2026-08-31", "reason": "By telephone."}


def test_refusal_is_recorded_with_who_and_what_they_knew(navigator, clinic) -> None:
    follow_up = surveyed(clinic)
    said = REFUSAL | {"declined_by": "PROXY", "proxy": "Mary, daughter", "informed_of": ["WHY"]}

    response = navigator.post(f"/patients/{follow_up.patient_id}/status/", said)

    row = Declination.objects.get()
    assert response.status_code == 302
    assert (row.declined_by, row.proxy, row.informed_of) == ("PROXY", "Mary, daughter", ["WHY"])
    follow_up.refresh_from_db()
    assert follow_up.closed_at is None


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        pytest.param({}, "declined_by", id="nobody"),
        pytest.param({"declined_by": "PATIENT"}, "informed_of", id="told nothing"),
        pytest.param({"status": "DECEASED", "declined_by": "PATIENT"}, "declined_by", id="death"),
    ],
)
def test_incomplete_refusal_is_told_at_its_field(navigator, clinic, changed, field) -> None:
    page = f"/patients/{owed(clinic, 20).patient_id}/status/"

    response = navigator.post(page, REFUSAL | changed)

    assert list(response.context["form"].errors) == [field]


def test_losing_contact_too_early_is_refused_with_what_is_missing(client, clinic) -> None:
    client.force_login(clinic.clinician)

    response = client.post(
        f"/patients/{owed(clinic, 20).patient_id}/status/",
        {"status": "LOST_TO_FOLLOW_UP", "status_on": "2026-08-31", "reason": "no answer"},
    )

    [problem] = problems(response)
    assert "0 of 4 attempts, on no channel, no call or visit" in problem


def test_status_of_the_future_is_told_at_its_field(navigator: Client, clinic: Clinic) -> None:
    response = navigator.post(
        f"/patients/{owed(clinic, 20).patient_id}/status/",
        {"status": "DECEASED", "status_on": "2027-08-20", "reason": "typing error"},
    )

    assert list(response.context["form"].errors) == ["status_on"]


def test_missed_appointment_is_recorded_from_the_patient_page(navigator, clinic) -> None:
    follow_up = owed(clinic, 20, booked_for=TODAY)
    page = navigator.get(f"/patients/{follow_up.patient_id}/").content.decode()
    assert address(follow_up, "missed") in page

    response = navigator.post(address(follow_up, "missed"), {"version": 1}, follow=True)

    assert "1 missed appointment" in response.content.decode()
    assert address(follow_up, "missed") not in response.content.decode()
    follow_up.refresh_from_db()
    assert (follow_up.booked_for, follow_up.missed_appointments) == (None, 1)


@pytest.mark.parametrize("days", [None, 1])
def test_nothing_to_miss_is_not_offered_and_refused(navigator, clinic, days) -> None:
    booked_for = None if days is None else TODAY + timedelta(days=days)
    follow_up = owed(clinic, 20, booked_for=booked_for)
    page = navigator.get(f"/patients/{follow_up.patient_id}/").content.decode()
    assert address(follow_up, "missed") not in page

    [problem] = problems(navigator.post(address(follow_up, "missed"), {"version": 1}))

    assert "no appointment of today or before" in problem


def test_inbox_says_by_when_to_contact_the_patient(navigator, clinic) -> None:
    follow_up = owed(clinic, 20, booked_for=TODAY)
    navigator.post(address(follow_up, "missed"), {"version": 1})
    deliver(now=NOW)

    page = navigator.get("/inbox/messages/").content.decode()

    assert "Missed appointment: contact the patient by 7 Sep 2026" in page
