"""Saved filters: kept, renamed, shared, deleted; and who may not."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from patients.models import AuditEvent
from surveillance.models import SavedFilter
from surveillance.workflows import save_filter as saving
from surveillance.workflows.change_saved_filter import (
    FilterNameRefused,
    FilterNotYours,
    SharingNotAllowed,
)
from surveillance.workflows.delete_filter import delete_filter
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.rename_filter import rename_filter
from surveillance.workflows.save_filter import MOST, TooManyFilters, save_filter
from surveillance.workflows.share_filter import share_filter
from tests.factories import NOW, UserFactory
from tests.surveillance.web.scenes import Clinic, a_clinic

pytestmark = pytest.mark.django_db
SPANISH = "tab=overdue&language=es"


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic()


def kept(clinic: Clinic, name: str = "Spanish", by: User | None = None, **said: Any) -> SavedFilter:
    values: dict[str, Any] = {"query": SPANISH, "site": clinic.site, "now": NOW}
    values["by"] = by or clinic.navigator
    return save_filter(name=name, **values | said)


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


def test_list_is_kept_under_a_name(clinic: Clinic) -> None:
    saved = kept(clinic, "  Spanish   first ")

    assert (saved.name, saved.query, saved.is_shared) == ("Spanish first", SPANISH, False)
    assert list(SavedFilter.objects.offered_to(clinic.navigator, clinic.site)) == [saved]
    assert not SavedFilter.objects.offered_to(clinic.lead, clinic.site)
    event = AuditEvent.objects.get()
    assert (event.action, event.subject_id) == ("filter_saved", str(saved.pk))
    assert "first" not in str(event.detail)


def test_same_list_again_is_the_one_on_record(clinic: Clinic) -> None:
    assert kept(clinic) == kept(clinic)
    assert actions() == ["filter_saved"]


def test_one_for_all_sites_is_offered_at_each(clinic: Clinic) -> None:
    saved = kept(clinic, is_everywhere=True)

    assert list(SavedFilter.objects.offered_to(clinic.navigator, a_clinic().site)) == [saved]


def test_shared_one_is_offered_to_the_team_of_its_site_only(clinic: Clinic) -> None:
    saved = kept(clinic, is_shared=True)

    assert list(SavedFilter.objects.offered_to(clinic.auditor, clinic.site)) == [saved]
    assert not SavedFilter.objects.offered_to(clinic.auditor, a_clinic().site)


def test_another_name_is_given_once(clinic: Clinic) -> None:
    saved = kept(clinic)

    for _ in range(2):
        rename_filter(saved=saved, name="Español", by=clinic.navigator, now=NOW)

    saved.refresh_from_db()
    assert saved.name == "Español"
    assert actions() == ["filter_saved", "filter_renamed"]


def test_sharing_and_taking_back(clinic: Clinic) -> None:
    saved = kept(clinic)

    for _ in range(2):
        share_filter(saved=saved, is_shared=True, by=clinic.navigator, now=NOW)
    share_filter(saved=saved, is_shared=False, by=clinic.lead, now=NOW)

    saved.refresh_from_db()
    assert not saved.is_shared
    assert actions() == ["filter_saved", "filter_shared", "filter_taken_back"]


def test_deleted_one_leaves_every_menu_and_frees_its_name(clinic: Clinic) -> None:
    saved = kept(clinic, is_shared=True)

    for _ in range(2):
        delete_filter(saved=saved, by=clinic.navigator, now=NOW)

    assert not SavedFilter.objects.offered_to(clinic.navigator, clinic.site)
    assert not SavedFilter.objects.offered_to(clinic.lead, clinic.site)
    assert actions() == ["filter_saved", "filter_deleted"]
    assert kept(clinic) != saved


Attempt = Callable[[Clinic], object]


@pytest.mark.parametrize(
    ("attempt", "refusal"),
    [
        pytest.param(lambda c: kept(c, "spanish", query="tab=due"), FilterNameRefused, id="same"),
        pytest.param(lambda c: kept(c, " "), FilterNameRefused, id="no name"),
        pytest.param(lambda c: kept(c, "x" * 61), FilterNameRefused, id="long name"),
        pytest.param(lambda c: kept(c, by=UserFactory()), FilterNotYours, id="no role"),
        pytest.param(
            lambda c: kept(c, "A", by=c.auditor, is_shared=True), SharingNotAllowed, id="auditor"
        ),
        pytest.param(
            lambda c: kept(c, "A", is_shared=True, is_everywhere=True),
            SharingNotAllowed,
            id="shared at no one site",
        ),
        pytest.param(
            lambda c: rename_filter(
                saved=SavedFilter.objects.get(), name="Mine", by=c.lead, now=NOW
            ),
            FilterNotYours,
            id="rename a colleague’s",
        ),
        pytest.param(
            lambda c: delete_filter(saved=SavedFilter.objects.get(), by=c.lead, now=NOW),
            FilterNotYours,
            id="delete a colleague’s",
        ),
        pytest.param(
            lambda c: share_filter(
                saved=SavedFilter.objects.get(), is_shared=True, by=c.lead, now=NOW
            ),
            FilterNotYours,
            id="share a colleague’s",
        ),
        pytest.param(
            lambda c: share_filter(
                saved=SavedFilter.objects.get(), is_shared=False, by=c.clinician, now=NOW
            ),
            FilterNotYours,
            id="take back without being a lead",
        ),
    ],
)
def test_refused_and_nothing_changed(
    clinic: Clinic, attempt: Attempt, refusal: type[WorkflowRefused]
) -> None:
    kept(clinic)

    with pytest.raises(refusal):
        attempt(clinic)

    assert SavedFilter.objects.count() == 1
    assert actions() == ["filter_saved"]


def test_deleted_one_is_not_changed_any_more(clinic: Clinic) -> None:
    saved = kept(clinic)
    delete_filter(saved=saved, by=clinic.navigator, now=NOW)

    with pytest.raises(FilterNotYours, match="deleted meanwhile"):
        rename_filter(saved=saved, name="Again", by=clinic.navigator, now=NOW)


def test_a_menu_has_an_end(clinic: Clinic) -> None:
    for number in range(MOST):
        kept(clinic, f"List {number}")

    with pytest.raises(TooManyFilters):
        kept(clinic, "One more")


def test_nothing_is_kept_without_its_audit_event(clinic: Clinic, monkeypatch) -> None:
    def broken(*_args, **_kwargs) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(saving, "note", broken)

    with pytest.raises(RuntimeError, match="broken"):
        kept(clinic)

    assert not SavedFilter.objects.exists()
