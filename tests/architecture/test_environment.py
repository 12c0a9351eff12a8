"""Settings come from the environment; a broken environment does not start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from hepcalc_site.env import Environment
from hepcalc_site.env_file import (
    lend_secret_for,
    load_environment_file,
    parse_environment_file,
)
from hepcalc_site.mail import mail_from
from tests.architecture.sources import ROOT, modules, name_of

GOOD = {
    "SECRET_KEY": "k" * 60,
    "ALLOWED_HOSTS": "hepcalc.example.org",
    "EMAIL_URL": "smtp+starttls://mail.example.org",
}


def start_with(**variables: str) -> subprocess.CompletedProcess[str]:
    """Start `manage.py check` as a person would, with this environment only."""
    plain = {"PATH": os.environ["PATH"], "ENV_FILE": "/nowhere"}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**plain, **variables},
        capture_output=True,
        text=True,
    )


def test_example_names_exactly_the_variables_that_are_read() -> None:
    example = parse_environment_file((ROOT / ".env.example").read_text(encoding="utf-8"))

    assert sorted(example) == sorted(settings.ENVIRONMENT_NAMES)


def test_only_the_settings_read_the_environment() -> None:
    allowed = {
        "hepcalc_site/settings.py",
        "hepcalc_site/celery.py",
        "hepcalc_site/wsgi.py",
        "hepcalc_site/asgi.py",
        "hepcalc_site/demo.py",
        "hepcalc_site/management/commands/demo.py",
        "hepcalc_site/management/commands/up.py",
        "patients/management/commands/add_member.py",  # a password, kept off the command line
        "surveillance/management/commands/seed_demo.py",
        "surveillance/simulation/parts.py",  # what a process of its own inherits
    }

    readers = {name_of(path) for path in modules() if "os.environ" in path.read_text("utf-8")}

    assert readers <= allowed


def test_every_fault_is_named_at_once_with_its_cure() -> None:
    refused = start_with(DEBUG="maybe", DATABASE_URL="mysql://x", SWEEP_STALE_MINUTES="soon")

    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "EMAIL_URL", "DEBUG", "DATABASE_URL"):
        assert f"- {name} " in refused.stderr
    assert "SWEEP_STALE_MINUTES is 'soon'" in refused.stderr


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        pytest.param("SECRET_KEY", "short", "is too short", id="short-secret"),
        pytest.param("DEBUG", "true", "is on although", id="debug-in-the-open"),
        pytest.param("HTTPS", "no", "is off although", id="plain-http-in-the-open"),
        pytest.param("REDIS_URL", "amqp://x", "has an unknown scheme", id="other-broker"),
        pytest.param("EMAIL_URL", "pigeon://x", "has an unknown scheme", id="other-mail"),
        pytest.param("SITE_URL", "hepcalc", "is 'hepcalc'", id="address-without-scheme"),
        pytest.param("MLLP_TLS_CERT", "/a.pem", "and MLLP_TLS_KEY belong", id="half-of-tls"),
    ],
)
def test_an_unsafe_or_malformed_value_is_refused(name: str, value: str, complaint: str) -> None:
    refused = start_with(**{**GOOD, name: value})

    assert refused.returncode == 1
    assert f"{name} {complaint}" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_e_mail_addresses_are_a_list_and_something_else_is_refused() -> None:
    env = Environment({"GOOD": " a@example.org ,b@example.org,", "BAD": "a@example.org,nobody"})

    assert env.email_addresses("GOOD") == ["a@example.org", "b@example.org"]
    assert env.email_addresses("MISSING") == []
    assert env.problems == []
    env.email_addresses("BAD")
    [problem] = env.problems
    assert problem.startswith("BAD holds something that is no e-mail address")
    assert "nobody" not in problem


def test_a_secret_is_never_repeated_in_a_message() -> None:
    env = Environment({"SECRET_KEY": "hunter2"})

    env.secret("SECRET_KEY")

    with pytest.raises(ImproperlyConfigured) as refusal:
        env.refuse_if_broken()
    assert "hunter2" not in str(refusal.value)


def test_a_good_environment_starts() -> None:
    assert start_with(**GOOD).returncode == 0


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        pytest.param("", "-c jit=off", id="ours"),
        pytest.param("?options=-c%20jit%3Don", "-c jit=on", id="said-in-the-address"),
    ],
)
def test_postgresql_is_asked_not_to_compile(said: str, asked: str) -> None:
    """ADR 0044."""
    address = f"postgres://hepcalc@localhost/hepcalc{said}"
    plain = {"PATH": os.environ["PATH"], "ENV_FILE": "/nowhere", "DATABASE_URL": address}
    read = "from hepcalc_site.settings import DATABASES as d; print(d['default']['OPTIONS'])"

    printed = subprocess.run(
        [sys.executable, "-c", read], cwd=ROOT, env=GOOD | plain, capture_output=True, text=True
    )

    assert f"'options': '{asked}'" in printed.stdout


def test_variables_win_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("# a comment\nSECRET_KEY='from file'\nLOG_LEVEL=DEBUG\n", encoding="utf-8")
    variables = {"ENV_FILE": str(file), "LOG_LEVEL": "ERROR"}

    load_environment_file(variables)

    assert variables["SECRET_KEY"] == "from file"
    assert variables["LOG_LEVEL"] == "ERROR"


def test_only_commands_that_answer_from_code_are_lent_a_secret() -> None:
    pure: dict[str, str] = {}
    writing: dict[str, str] = {}

    lend_secret_for(["decide"], pure)
    lend_secret_for(["migrate"], writing)

    assert len(pure["SECRET_KEY"]) >= 50
    assert not writing


def test_mail_urls_are_read_with_their_encryption() -> None:
    starttls = mail_from("smtp+starttls://user:p%40ss@mail.example.org", Path("/mailbox"))
    tls = mail_from("smtps://mail.example.org:4465", Path("/mailbox"))
    folder = mail_from("filemail://", Path("/mailbox"))

    assert (starttls.port, starttls.password, starttls.starttls) == (587, "p@ss", True)
    assert (tls.port, tls.tls, tls.starttls) == (4465, True, False)
    assert folder.folder == "/mailbox"
