"""SQL that is written once answers what is so now, and is filled in completely or not at all."""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.db.transaction import TransactionManagementError

from patients.models import AuditEvent, Membership, Patient, Role
from patients.prepared import Prepared, PreparedUpdate, slot
from tests.factories import MembershipFactory, PatientFactory, SiteFactory, UserFactory

pytestmark = pytest.mark.django_db

BORN = date(1958, 3, 3)


def by_mrn() -> "Prepared[Patient]":
    return Prepared(lambda: Patient.objects.filter(mrn=slot(Patient, "mrn")).select_related("site"))


class TestAsking:
    def test_the_rows_are_the_querysets_own(self) -> None:
        PatientFactory(mrn="1")
        PatientFactory(mrn="2", birth_date=BORN)

        found = by_mrn().ask(mrn="2")

        assert found == list(Patient.objects.filter(mrn="2"))
        assert found[0].birth_date == BORN

    def test_other_values_ask_anew(self) -> None:
        one, other = PatientFactory(mrn="1"), PatientFactory(mrn="2")
        question = by_mrn()

        assert [question.first(mrn=mrn) for mrn in ("1", "2", "3")] == [one, other, None]

    def test_nothing_is_remembered(self) -> None:
        patient = PatientFactory(mrn="1")
        question = Prepared(
            lambda: Patient.objects.filter(pk=slot(Patient, "pk")).values_list(
                "last_contact_outcome"
            )
        )
        assert question.ask(pk=patient.pk) == [("",)]

        Patient.objects.filter(pk=patient.pk).update(last_contact_outcome="AGREED")

        assert question.ask(pk=patient.pk) == [("AGREED",)]

    def test_what_belongs_to_a_row_comes_with_it(self, django_assert_num_queries: Any) -> None:
        patient = PatientFactory(mrn="1")
        question = by_mrn()

        with django_assert_num_queries(1):
            assert question.ask(mrn="1")[0].site == patient.site

    @pytest.mark.parametrize("flat", [True, False], ids=["flat", "tuples"])
    def test_columns_come_as_python_knows_them(self, flat: bool) -> None:
        patient = PatientFactory(mrn="1", birth_date=BORN)
        question = Prepared(
            lambda: Patient.objects.filter(birth_date=slot(Patient, "birth_date")).values_list(
                "pk", flat=flat
            )
        )

        assert question.ask(birth_date=BORN) == [patient.pk if flat else (patient.pk,)]

    def test_one_value_may_stand_in_several_places(self) -> None:
        site, user = SiteFactory(), MembershipFactory(role=Role.CLINICIAN).user
        held = MembershipFactory(site=site, user=user, role=Role.LEAD_NAVIGATOR)
        question = Prepared(
            lambda: (
                Membership.objects.current()
                .filter(site=slot(Membership, "site"))
                .exclude(user=slot(Membership, "user", "other"))
            )
        )

        assert question.ask(site=site.pk, other=0) == [held]
        assert question.ask(site=site.pk, other=user.pk) == []

    @pytest.mark.parametrize("values", [{}, {"name": "1"}, {"mrn": "1", "name": "1"}], ids=str)
    def test_values_missing_or_too_many_are_refused(self, values: dict[str, str]) -> None:
        with pytest.raises(TypeError, match="prepared for"):
            by_mrn().ask(**values)


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_inside_a_transaction_only() -> None:
    user = MembershipFactory().user
    question = Prepared(
        lambda: User.objects.select_for_update().filter(pk=slot(User, "pk")).values_list("pk")
    )
    with transaction.atomic():
        assert question.ask(pk=user.pk) == [(user.pk,)]

    with pytest.raises(TransactionManagementError):
        question.ask(pk=user.pk)


class TestChanging:
    rename = PreparedUpdate(
        lambda: (
            User.objects.filter(pk=slot(User, "pk"), is_active=True),
            {"first_name": slot(User, "first_name"), "last_name": "Lee"},
        )
    )

    def test_what_fits_is_changed_and_counted(self) -> None:
        user, other = UserFactory(first_name="Ann"), UserFactory(first_name="Bo")

        assert self.rename.run(pk=user.pk, first_name="Cy") == 1

        user.refresh_from_db()
        other.refresh_from_db()
        assert (user.get_full_name(), other.first_name) == ("Cy Lee", "Bo")

    def test_what_does_not_fit_any_more_stays(self) -> None:
        user = UserFactory(first_name="Ann", is_active=False)

        assert self.rename.run(pk=user.pk, first_name="Cy") == 0

        user.refresh_from_db()
        assert user.first_name == "Ann"

    @pytest.mark.parametrize("model", [Patient, AuditEvent], ids=["tracked", "append-only"])
    def test_guarded_rows_are_not_changed_past_their_guard(self, model: type[Any]) -> None:
        change = PreparedUpdate(lambda: (model.objects.filter(pk=slot(model, "pk")), {"mrn": "1"}))

        with pytest.raises(TypeError, match="guards its updates"):
            change.run(pk=PatientFactory().pk)
