"""The guided tour: one's own part first, and no link that leads to a refusal."""

import pytest
from django.test import Client

from patients.models import Role
from surveillance.web.tour_page import shown_parts
from surveillance.web.tour_words import PARTS
from tests.factories import MembershipFactory

PEOPLE = sorted(set(Role) - {Role.INTEGRATION})


@pytest.mark.django_db
@pytest.mark.parametrize("role", PEOPLE)
def test_every_link_of_the_tour_opens(client: Client, role: Role) -> None:
    member = MembershipFactory(role=role)
    client.force_login(member.user)

    parts = client.get("/tour/").context["parts"]

    links = {step.url for part in parts for step in part.steps if step.url}
    assert parts[0].is_yours
    assert {url: client.get(url).status_code for url in links} == dict.fromkeys(links, 200)


def test_who_has_no_role_reads_every_part_and_follows_only_what_is_open_to_all() -> None:
    shown = shown_parts(frozenset())

    assert [part.title for part in shown] == [part.title for part in PARTS]
    assert [step.url for part in shown for step in part.steps if step.url] == ["/roles/"]
