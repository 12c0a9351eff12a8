"""The containers run the same command lines as `manage.py up`, with no secret of their own."""

import json
import re
from typing import Any

import pytest
import yaml

from hepcalc_site.processes import beat_command, mllp_command, web_command, worker_command
from tests.architecture.sources import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ("web", "worker", "beat", "mllp")
EVERYWHERE = "0.0.0.0:8000"


@pytest.mark.parametrize(
    ("service", "command"),
    [
        ("web", web_command(EVERYWHERE)),
        ("worker", worker_command()),
        ("beat", beat_command()),
        ("mllp", mllp_command()),
    ],
)
def test_services_run_our_command_lines(service: str, command: list[str]) -> None:
    assert SERVICES[service]["command"] == ["python", "-m", *command]


def test_the_image_starts_the_web_server_by_default() -> None:
    last = DOCKERFILE.strip().splitlines()[-1]

    assert json.loads(last.removeprefix("CMD ")) == ["python", "-m", *web_command(EVERYWHERE)]


def test_all_six_services_are_there_and_watched() -> None:
    assert {"mllp", "web", "worker", "beat", "postgres", "redis"} <= set(SERVICES)
    watched = {name for name, service in SERVICES.items() if "healthcheck" in service}
    assert watched == set(SERVICES) - {"migrate"}


@pytest.mark.parametrize("service", OURS)
def test_our_services_cannot_write_to_their_image(service: str) -> None:
    assert SERVICES[service]["read_only"] is True
    assert SERVICES[service]["tmpfs"] == ["/tmp"]
    assert SERVICES[service]["cap_drop"] == ["ALL"]


def test_secrets_have_no_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")

    uses = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET_KEY)\w*)(:?[-?])?", text)

    assert {name for name, _mark in uses} == {"SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"}
    assert {mark for _name, mark in uses} == {":?"}


def test_the_image_is_built_in_stages_and_runs_as_an_ordinary_user() -> None:
    assert len(re.findall(r"^FROM ", DOCKERFILE, re.M)) == 2
    user = re.findall(r"^USER (\S+)", DOCKERFILE, re.M)
    assert user
    assert not user[-1].startswith(("root", "0"))
    assert "--require-hashes" in DOCKERFILE


def test_what_the_image_copies_exists_and_is_not_ignored() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.M)
    let_in = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()

    for source in (word for line in copied for word in line.split()):
        assert (ROOT / source).exists(), source
        assert f"!{source.split('/')[0]}" in let_in, source


def test_ci_starts_the_demo_that_runs_the_same_processes() -> None:
    assert "make demo" in (ROOT / ".ci" / "smoke").read_text(encoding="utf-8")
    assert ".ci/smoke" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
