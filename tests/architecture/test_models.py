"""Every model is either mutable with history, a state with guarded steps, or append-only."""

import ast
import re

import pytest
from django.apps import apps
from django.db import connection, models

from patients.models import AppendOnlyQuerySet
from tests.architecture.sources import calls_in, modules, name_of

HISTORY_KEPT = {
    "patients.Site",
    "patients.SiteClosure",
    "patients.Membership",
    "patients.Absence",
    "patients.Patient",
    "surveillance.IntakeFeed",
    "surveillance.EhrSystem",
}
STATE = {
    "surveillance.Lesion",
    "surveillance.FollowUp",
    "surveillance.Escalation",
    "surveillance.Notification",
    "surveillance.LetterBatch",
    "surveillance.SweepRun",
    "surveillance.RegistryImport",
    "surveillance.RegistryImportProblem",
    "surveillance.PatientMerge",
    "surveillance.SavedFilter",
    "surveillance.IntakeMessage",
    "surveillance.IntakeItem",
    "surveillance.StrayMessage",
    "surveillance.StrayAside",
    "surveillance.Clarification",
    "surveillance.KeptAnswer",
    "surveillance.WebhookDelivery",
    "surveillance.WebhookEndpoint",
    "surveillance.PersonalToken",
}
APPEND_ONLY = {
    "patients.RiskProfile",
    "patients.AfpResult",
    "patients.AuditEvent",
    "patients.AuditSeal",
    "surveillance.ImagingExam",
    "surveillance.LesionObservation",
    "surveillance.LesionEvent",
    "surveillance.LesionAssessment",
    "surveillance.ContactAttempt",
    "surveillance.FailsafeRun",
    "surveillance.FailsafeAlert",
    "surveillance.Letter",
    "surveillance.LetterEvent",
    "surveillance.MessageTemplateVersion",
    "surveillance.MessageTemplateUse",
    "surveillance.Declination",
    "surveillance.PatientNote",
    "surveillance.EscalationAnswer",
    "surveillance.OutsideCare",
    "surveillance.OutsideCareReview",
    "surveillance.Disowning",
    "surveillance.CdsFeedback",
    "surveillance.CapturedReport",
    "surveillance.CaptureAnswer",
    "surveillance.ExamMatch",
    "surveillance.ExamMatchAnswer",
    "surveillance.ExamDocument",
    "surveillance.FormerIdentifier",
}


def our_models() -> dict[str, type[models.Model]]:
    """Our concrete models by label, without the shadow tables of their history."""
    labels = ("patients", "surveillance")
    found = (model for label in labels for model in apps.get_app_config(label).get_models())
    return {m._meta.label: m for m in found if not m.__name__.startswith("Historical")}


def test_every_model_is_declared_once() -> None:
    declared = [*HISTORY_KEPT, *STATE, *APPEND_ONLY]

    assert sorted(declared) == sorted(our_models())


@pytest.mark.parametrize("label", sorted(HISTORY_KEPT))
def test_mutable_models_keep_their_history(label: str) -> None:
    assert hasattr(apps.get_model(label), "history")


@pytest.mark.parametrize("label", sorted(APPEND_ONLY))
def test_append_only_models_refuse_in_python(label: str) -> None:
    assert isinstance(apps.get_model(label)._default_manager.all(), AppendOnlyQuerySet)


@pytest.mark.django_db
@pytest.mark.parametrize("label", sorted(APPEND_ONLY))
def test_append_only_tables_refuse_in_the_database(label: str) -> None:
    """Triggers stand after all migrations; SQLite drops them when a migration rebuilds a table."""
    table = apps.get_model(label)._meta.db_table
    catalogue = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
        "postgresql": (
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = %s::regclass"
        ),
    }

    with connection.cursor() as cursor:
        cursor.execute(catalogue[connection.vendor], [table])
        triggers = {name for (name,) in cursor.fetchall()}

    assert {f"{table}_no_update", f"{table}_no_delete"} <= triggers


def test_nothing_is_deleted_by_cascade() -> None:
    cascades = [
        f"{label}.{field.name}"
        for label, model in our_models().items()
        for field in model._meta.concrete_fields
        if field.remote_field and field.remote_field.on_delete is not models.PROTECT
    ]

    assert not cascades


def test_no_model_overrides_save_or_orders_by_default() -> None:
    for label, model in our_models().items():
        assert "save" not in vars(model), label
        assert not model._meta.ordering, label


def test_tracked_models_are_never_changed_behind_their_history() -> None:
    """Beside the columns that no history keeps: they repeat what contact attempts say."""
    repeats = "surveillance/workflows/refresh_last_contact.py"
    tracked = "|".join(label.split(".")[1] for label in HISTORY_KEPT)
    untracked_write = re.compile(
        rf"^({tracked})\.(objects|_default_manager)\b.*\.(update|bulk_create|bulk_update)$", re.S
    )

    found = [
        f"{name_of(path)}:{call.lineno} {ast.unparse(call.func)}"
        for path in modules()
        for call in calls_in(path)
        if untracked_write.match(ast.unparse(call.func)) and name_of(path) != repeats
    ]

    assert not found, "History is not written by these:\n" + "\n".join(found)
