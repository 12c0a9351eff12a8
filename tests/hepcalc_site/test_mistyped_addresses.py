"""Addresses that ask for what no database can answer get a page or a word, never a crash."""

from uuid import UUID

import pytest
from django.core.management import call_command
from django.test import Client

from patients.models import Role
from tests.factories import MembershipFactory, SiteFactory

pytestmark = pytest.mark.django_db
SOME_ROW = UUID("1179cc7b-3b93-4bba-be5f-04aad14d6d5d")
PLACE = f"{'9' * 27}.{SOME_ROW}"
LOW = f"-{'9' * 30}.{SOME_ROW}"
LIST = "/admin/patients/patient/"


@pytest.fixture
def everywhere(client: Client) -> Client:
    """Somebody who may open all of it."""
    site = SiteFactory()
    user = MembershipFactory(site=site, role=Role.ADMINISTRATOR).user
    for role in (Role.LEAD_NAVIGATOR, Role.AUDITOR, Role.MEDICAL_DIRECTOR):
        MembershipFactory(user=user, site=site, role=role)
    call_command("sync_roles")
    client.force_login(user)
    return client


@pytest.mark.parametrize("place", [PLACE, LOW])
@pytest.mark.parametrize("page", ["/queue/", "/dashboard/overdue/", "/dashboard/escalations/"])
def test_place_that_no_list_has_is_its_beginning(everywhere, page: str, place: str) -> None:
    assert everywhere.get(page, {"tab": "all", "after": place}).status_code == 200


@pytest.mark.parametrize("page", ["/audit/", "/audit/access/", "/measures/"])
@pytest.mark.parametrize(("field", "day"), [("first_on", "0001-01-01"), ("last_on", "9999-12-31")])
def test_days_at_the_ends_of_the_calendar_are_refused_with_words(
    everywhere, page: str, field: str, day: str
) -> None:
    answer = everywhere.get(page, {field: day})

    assert answer.status_code in {200, 422}
    assert "Enter a day between 1900 and 2199" in answer.content.decode()


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_moments_at_the_ends_of_the_calendar_are_none(everywhere, moment: str) -> None:
    assert everywhere.get("/queue/changed/", {"since": moment}).status_code == 400
    assert everywhere.get("/audit/", {"before": f"{moment}_{'9' * 30}"}).status_code == 200
    assert everywhere.get("/outbox/", {"after": f"{moment}_{SOME_ROW}"}).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        f"{LIST}?birth_date__year=99999999",
        f"{LIST}?birth_date__year=0",
        "/admin/auth/user/?date_joined__year=99999999",
        "/admin/patients/membership/?ended_on__year=99999999",
    ],
)
def test_lists_of_the_admin_are_shown_whole(everywhere, address: str) -> None:
    answer = everywhere.get(address, follow=True)

    assert answer.status_code == 200
    assert answer.redirect_chain in ([], [(f"{address.partition('?')[0]}?e=1", 302)])
