"""A site's particulars change with history; its slug does not."""

import pytest
from django.db import DatabaseError, IntegrityError

from patients.models import AuditEvent, Site
from patients.workflows.field_rules import FieldRefused
from patients.workflows.save_site import SlugIsFixed, save_site
from tests.factories import NOW, SiteFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_save_site_adds_with_history_and_audit():
    admin = UserFactory()

    save_site(site=Site(slug="north", name="North"), by=admin, now=NOW)

    stored = Site.objects.get()
    assert stored.history.get().history_user == admin
    assert AuditEvent.objects.get().action == "site_saved"


def test_save_site_refuses_another_slug():
    site = SiteFactory(slug="north")
    site.slug = "south"

    with pytest.raises(SlugIsFixed, match="audit"):
        save_site(site=site, by=None, now=NOW)

    assert Site.objects.get().slug == "north"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_zone", "Mars"),
        ("name", ""),
        ("booking_lead_days", -1),
        ("authorisation_lead_days", 181),
        ("plain_authorisation_lead_days", 1000),
        ("ladder_days_earlier", -1),
        ("ladder_days_earlier", 31),
    ],
)
def test_save_site_refuses_a_value(field, value):
    site = SiteFactory()
    setattr(site, field, value)

    with pytest.raises(FieldRefused) as refused:
        save_site(site=site, by=None, now=NOW)

    assert refused.value.details["field"] == field


def test_site_may_tighten_the_ladder_and_never_loosen_it():
    site = SiteFactory(ladder_days_earlier=3)
    site.ladder_days_earlier = -3

    with pytest.raises(FieldRefused, match="tighten it, never loosen it"):
        save_site(site=site, by=None, now=NOW)

    assert Site.objects.get().ladder_days_earlier == 3


def test_database_refuses_a_loosened_ladder():
    with pytest.raises(IntegrityError, match="site_ladder_is_never_loosened"):
        SiteFactory(ladder_days_earlier=-1)


@pytest.mark.parametrize(
    "field",
    [
        "booking_lead_days",
        "authorisation_lead_days",
        "plain_authorisation_lead_days",
        "ladder_days_earlier",
    ],
)
def test_save_site_notes_when_the_chase_changed(field):
    site = SiteFactory()
    setattr(site, field, 5)

    save_site(site=site, by=None, now=NOW)

    stored = Site.objects.get()
    assert (getattr(stored, field), stored.chase_changed_at) == (5, NOW)
    assert AuditEvent.objects.get().detail == {"fields": [field]}
    assert getattr(stored.history.latest("history_id"), field) == 5


def test_save_site_leaves_the_moment_alone_when_something_else_changes():
    site = SiteFactory()
    site.phone = "555"

    save_site(site=site, by=None, now=NOW)

    assert Site.objects.get().chase_changed_at is None


def test_save_site_changes_nothing_when_the_audit_fails(audit_table_full):
    site = SiteFactory(name="North")
    site.name = "Other"

    with pytest.raises(DatabaseError, match="audit_full"):
        save_site(site=site, by=None, now=NOW)

    assert Site.objects.get().name == "North"
