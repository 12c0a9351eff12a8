"""A FHIR Bundle of 1,000 resources comes in: against json.loads, and against JSON plus INSERT.

Reading: `json.loads` is the floor. Ours refuses what no JSON may have (one name twice), holds each
resource against HL7's whole R4 schema and our own checks, resolves references and translates into
our terms. Keeping: the plain way stores each resource as jsonb in one transaction; ours keeps the
message as it came and one row for each part. Run: python -m bench.fhir_in [RESOURCES]
"""

import json
import sys
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
from fhir.resources.R4B.bundle import Bundle

from bench import database, fhir_data, measure
from patients.models import Site
from surveillance.intake.fhir.checking import problems_of
from surveillance.intake.fhir.document import parse
from surveillance.intake.fhir.mapping import FhirMapping
from surveillance.intake.fhir.reading import read_resource
from surveillance.intake.fhir.schema_errors import schema_errors
from surveillance.models import IntakeFeed, MessageFormat
from surveillance.workflows.keep_message import keep_message

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MAPPING = FhirMapping()
LOADS = "json.loads"
OURS = "validated (names, schema, own checks)"
PLAIN = "json.loads, INSERT each as jsonb, commit"
FACTOR = 10
"""fhir.resources is so slow that it gets a tenth of the resources."""


def main(resources: int = 1_000) -> None:
    """Measure reading, then keeping."""
    raw = json.dumps(fhir_data.bundle(resources)).encode()
    print(f"  {resources:,} resources, {len(raw) / 1e6:.2f} MB")
    _reading(raw, resources)
    _models(resources)
    _keeping(raw, resources)


def _reading(raw: bytes, resources: int) -> None:
    validated(raw)
    taken = measure.interleaved(
        {
            LOADS: lambda: json.loads(raw),
            "parsed, no name twice": lambda: parse(raw),
            "json.loads and HL7's schema": lambda: by_schema(raw),
            OURS: lambda: validated(raw),
            "read into our terms": lambda: read_resource(raw, MAPPING, received_at=NOW),
        },
        rounds=15,
    )
    measure.tell("Reading a Bundle", taken, LOADS, resources, "resources")


def by_schema(raw: bytes) -> None:
    """What a reader would do that is less careful."""
    document = json.loads(raw)
    assert not schema_errors(document, "Bundle")
    assert not any(schema_errors(entry["resource"], "") for entry in document["entry"])


def validated(raw: bytes) -> None:
    """Parsed and held against the schema, nothing more."""
    document = parse(raw)
    assert not problems_of(document, "Bundle")
    for entry in document["entry"]:
        assert not problems_of(entry["resource"], "")


def _models(resources: int) -> None:
    raw = json.dumps(fhir_data.bundle(resources // FACTOR)).encode()
    taken = measure.interleaved(
        {
            OURS: lambda: validated(raw),
            "fhir.resources (R4B)": lambda: Bundle.model_validate_json(raw),
        },
        rounds=3,
    )
    measure.tell("Against pydantic models", taken, OURS, resources // FACTOR, "resources")


def _keeping(raw: bytes, resources: int) -> None:
    url = database.prepare()
    site = Site.objects.create(slug="bench", name="Bench", time_zone="UTC")
    feed = IntakeFeed.objects.create(site=site, name="bench", format=MessageFormat.FHIR_R4)
    with psycopg.connect(url) as connection:
        connection.execute("DROP TABLE IF EXISTS bench_fhir")
        connection.execute("CREATE TABLE bench_fhir (id uuid PRIMARY KEY, content jsonb)")
        connection.commit()
        taken = measure.interleaved(
            {
                PLAIN: lambda: _insert(connection, raw),
                "read, kept (message and parts), committed": lambda: _keep(feed, raw),
            },
            rounds=9,
        )
    measure.tell("Keeping a Bundle", taken, PLAIN, resources, "resources")


def _insert(connection: "psycopg.Connection[tuple[object, ...]]", raw: bytes) -> None:
    rows = [(uuid4(), json.dumps(entry["resource"])) for entry in json.loads(raw)["entry"]]
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO bench_fhir VALUES (%s, %s)", rows)
    connection.commit()


def _keep(feed: IntakeFeed, raw: bytes) -> None:
    """Each time another message: the same bytes again would change nothing."""
    sent = raw.replace(b'"bench-', f'"{uuid4()}-'.encode(), 1)
    read = read_resource(sent, MAPPING, received_at=NOW)
    keep_message(feed=feed, envelope=read.envelope, parts=read.parts, now=NOW)


if __name__ == "__main__":
    main(*(int(argument.replace("_", "")) for argument in sys.argv[1:]))
