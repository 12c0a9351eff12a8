"""The clock knows every job, and every job is known to the clock."""

import ast
from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings

from tests.architecture.sources import ROOT, functions_in

TASKS = ROOT / "surveillance" / "tasks.py"
LONGEST_TASK = 10
BANNED = {"apply_async", "delay", "retry", "chain", "chord", "group", "signature"}


def scheduled() -> set[str]:
    return {str(entry["task"]) for entry in settings.CELERY_BEAT_SCHEDULE.values()}


def test_beat_asks_for_exactly_the_tasks_there_are() -> None:
    current_app.loader.import_default_modules()
    ours = {name for name in current_app.tasks if name.startswith("surveillance.")}

    assert scheduled() == ours


@pytest.mark.parametrize("name", sorted(settings.CELERY_BEAT_SCHEDULE))
def test_jobs_run_on_intervals_and_do_not_pile_up(name: str) -> None:
    entry = settings.CELERY_BEAT_SCHEDULE[name]

    assert isinstance(entry["schedule"], timedelta)
    assert entry["options"] == {"expires": entry["schedule"].total_seconds()}
    assert not {"args", "kwargs"} & set(entry)


def test_an_unfinished_task_is_given_up_before_it_is_handed_to_another_worker() -> None:
    again = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]

    assert settings.CELERY_TASK_SOFT_TIME_LIMIT < settings.CELERY_TASK_TIME_LIMIT < again


def test_tasks_are_small_and_never_set_timers() -> None:
    names = {
        node.attr if isinstance(node, ast.Attribute) else node.arg
        for node in ast.walk(ast.parse(TASKS.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute | ast.keyword)
    }
    long = [
        function.name
        for function in functions_in(TASKS)
        if (function.end_lineno or 0) - function.lineno > LONGEST_TASK
    ]

    assert not names & (BANNED | {"eta", "countdown"})
    assert not long
