"""The sites of the demonstration and the people who sign in there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User

from patients.models import Role, Site
from patients.workflows.grant_role import grant_role
from patients.workflows.open_account import NewAccount, open_account
from patients.workflows.save_site import save_site
from surveillance.intake.synthetic.words import DemoSite


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody who signs in; `site` is a slug, empty for every site."""

    username: str
    first_name: str
    last_name: str
    role: Role
    site: str = ""


EVERYWHERE = (
    DemoPerson("navigator", "Nora", "Navigator-Demo", Role.NURSE_NAVIGATOR),
    DemoPerson("lead", "Leo", "Lead-Demo", Role.LEAD_NAVIGATOR),
    DemoPerson("clinician", "Clara", "Clinician-Demo", Role.CLINICIAN),
    DemoPerson("director", "Dora", "Director-Demo", Role.MEDICAL_DIRECTOR),
    DemoPerson("admin", "Ada", "Administrator-Demo", Role.ADMINISTRATOR),
    DemoPerson("auditor", "Otto", "Auditor-Demo", Role.AUDITOR),
)


def people_of(sites: Sequence[DemoSite]) -> tuple[DemoPerson, ...]:
    """One person per role at every site, and a navigator of each site's own."""
    local = tuple(
        DemoPerson(f"navigator.{site.slug}", "Nils", f"{site.slug.title()}-Demo",
                   Role.NURSE_NAVIGATOR, site.slug)
        for site in sites
    )  # fmt: skip
    return (*EVERYWHERE, *local)


def make_sites(sites: Sequence[DemoSite], *, now: datetime) -> dict[str, Site]:
    """The sites by slug; one that is there already stays as it is."""
    for demo in sites:
        if not Site.objects.filter(slug=demo.slug).exists():
            site = Site(
                slug=demo.slug,
                name=demo.name,
                time_zone=demo.time_zone,
                holiday_calendar=demo.holiday_calendar,
                phone=f"({demo.area_code}) 555-0100",
                email=f"{demo.slug}@example.org",
                channel_order=demo.channel_order,
                sends_letters=True,
            )
            save_site(site=site, by=None, now=now)
    return {site.slug: site for site in Site.objects.filter(slug__in=[s.slug for s in sites])}


def make_people(
    people: Sequence[DemoPerson], sites: dict[str, Site], *, password: str, now: datetime
) -> list[User]:
    """Accounts with this password and their roles; an account that is there already stays."""
    password_hash = make_password(password)  # once: hashing is slow on purpose
    users = []
    for person in people:
        user = User.objects.filter(username=person.username).first()
        if user is None:
            account = NewAccount(
                username=person.username,
                first_name=person.first_name,
                last_name=person.last_name,
                email=f"{person.username}@example.org",
                password_hash=password_hash,
            )
            user = open_account(account=account, now=now)
        for site in [sites[person.site]] if person.site else sites.values():
            grant_role(user=user, site=site, role=person.role, by=None, now=now)
        users.append(user)
    return users
