"""A site's particulars change with history; its slug does not."""

import pytest
from django.db import DatabaseError

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


@pytest.mark.parametrize(("field", "value"), [("time_zone", "Mars"), ("name", "")])
def test_save_site_refuses_a_value(field, value):
    site = SiteFactory()
    setattr(site, field, value)

    with pytest.raises(FieldRefused) as refused:
        save_site(site=site, by=None, now=NOW)

    assert refused.value.details["field"] == field


def test_save_site_changes_nothing_when_the_audit_fails(audit_table_full):
    site = SiteFactory(name="North")
    site.name = "Other"

    with pytest.raises(DatabaseError, match="audit_full"):
        save_site(site=site, by=None, now=NOW)

    assert Site.objects.get().name == "North"
