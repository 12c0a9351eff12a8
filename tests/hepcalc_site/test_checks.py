"""Legal settings that are unsafe for patients are reported before anything starts."""

import pytest
from django.core.checks import CheckMessage
from pytest_django import Settings

from hepcalc_site import checks
from hepcalc_site.broker_address import broker_url, socket_path
from hepcalc_site.env import BASE_DIR

SAFE = {
    "IS_LOCAL": False,
    "IS_SQLITE": False,
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "HEARTBEAT_URL": "https://watch.example.org/ping",
    "FAILSAFE_EMAILS": ["oncall@example.org"],
    "FAILSAFE_WEBHOOK_URL": "",
    "REDIS_URL": "redis://redis:6379/0",
}


def found_with(settings: Settings, **changes: object) -> list[str]:
    for name, value in {**SAFE, **changes}.items():
        setattr(settings, name, value)
    messages: list[CheckMessage] = [m for check in checks.ALL for m in check(None)]
    return [str(message.id) for message in messages]


def test_safe_settings_pass(settings: Settings) -> None:
    assert found_with(settings) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"EMAIL_BACKEND": "x.filebased.EmailBackend"}, "hepcalc.E001", id="mail"),
        pytest.param({"REDIS_URL": ""}, "hepcalc.E002", id="cache"),
        pytest.param({"HEARTBEAT_URL": ""}, "hepcalc.W001", id="heartbeat"),
        pytest.param({"FAILSAFE_EMAILS": []}, "hepcalc.W003", id="failsafe"),
        pytest.param({"IS_SQLITE": True}, "hepcalc.W002", id="sqlite"),
    ],
)
def test_an_unsafe_setting_is_reported(
    settings: Settings, changes: dict[str, object], expected: str
) -> None:
    assert found_with(settings, **changes) == [expected]


@pytest.mark.parametrize("name", ["EMAIL_BACKEND", "REDIS_URL", "HEARTBEAT_URL"])
def test_a_machine_of_one_s_own_may_do_without(settings: Settings, name: str) -> None:
    assert found_with(settings, **{"IS_LOCAL": True, name: ""}) == []


def test_a_long_data_folder_gets_a_short_socket() -> None:
    deep = BASE_DIR / ("d" * 120)

    assert len(str(socket_path(deep))) < 100
    assert socket_path(deep) == socket_path(deep)
    assert socket_path(deep) != socket_path(deep / "x")


def test_a_socket_address_is_translated_for_celery() -> None:
    assert broker_url("unix:///run/v.sock", BASE_DIR) == "redis+socket:///run/v.sock"
    assert broker_url("redis://r:6379/0", BASE_DIR) == "redis://r:6379/0"
