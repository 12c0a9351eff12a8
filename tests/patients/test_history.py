"""Tracked records are changed where their history sees it, or not at all."""

import pytest

from patients.history import add_many_with_history, save_with_history
from patients.models import HistoryWouldMissIt, Membership, Patient, Site
from tests.factories import NOW, MembershipFactory, PatientFactory, SiteFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("rows", "fields"),
    [
        pytest.param(Patient.objects, {"phone": "2"}, id="patient"),
        pytest.param(Patient.objects, {"phone": "2", "last_contact_at": NOW}, id="partly tracked"),
        pytest.param(Site.objects, {"name": "Other"}, id="site"),
        pytest.param(Membership.objects, {"ended_on": None}, id="membership"),
    ],
)
def test_update_of_tracked_fields_is_refused(rows, fields):
    with pytest.raises(HistoryWouldMissIt):
        rows.update(**fields)


def test_bulk_update_is_refused():
    patient = PatientFactory(phone="1")

    with pytest.raises(HistoryWouldMissIt):
        Patient.objects.bulk_update([patient], ["phone"])


def test_update_through_a_relation_is_refused():
    site = SiteFactory()
    MembershipFactory(site=site)

    with pytest.raises(HistoryWouldMissIt):
        site.memberships.update(ended_on=None)


def test_copy_of_the_last_contact_may_be_updated():
    patient = PatientFactory()

    Patient.objects.filter(pk=patient.pk).update(last_contact_at=NOW, last_contact_outcome="SENT")

    assert Patient.objects.get().last_contact_at == NOW
    assert patient.history.count() == 1


def test_save_with_history_keeps_author_moment_and_reason():
    patient, nurse = PatientFactory(), UserFactory()
    patient.phone = "2"

    save_with_history(patient, reason="corrected", by=nurse, now=NOW, fields=["phone"])

    newest = patient.history.latest("history_id")
    assert (newest.history_user, newest.history_date) == (nurse, NOW)
    assert (newest.history_change_reason, newest.phone) == ("corrected", "2")


def test_add_many_with_history_gives_each_its_first_line(django_assert_max_num_queries):
    site, nurse = SiteFactory(), UserFactory()
    patients = PatientFactory.build_batch(50, site=site)

    with django_assert_max_num_queries(6):
        add_many_with_history(patients, reason="imported", by=nurse, now=NOW)

    assert Patient.objects.count() == 50
    first = patients[0].history.get()
    assert (first.history_user, first.history_change_reason) == (nurse, "imported")
    assert first.history_date == NOW
