"""A message of one FHIR feed: read with the feed's mapping, and by those who are on file here."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from patients.models import Patient, Site
from surveillance.believed_moments import AHEAD, WORDS, is_ahead
from surveillance.intake.fhir.mapping import read_mapping
from surveillance.intake.fhir.problems import IssueType, Problem, Severity
from surveillance.intake.fhir.reading import ReadBundle, ReadEntry, read_resource
from surveillance.models import IntakeFeed


def read_of_feed(raw: bytes, feed: IntakeFeed, *, received_at: datetime) -> ReadBundle:
    """Read `raw` as a message of `feed`. Raises FaultyMapping where the feed is set up wrongly."""
    mapping = read_mapping(feed.mapping, feed.site.time_zone)

    def mrn_of(identity: str) -> str:
        return mrn_here(feed.site, identity)

    read = read_resource(raw, mapping, received_at=received_at, mrn_of=mrn_of)
    return replace(read, entries=tuple(_with_warning(one, received_at) for one in read.entries))


def _with_warning(entry: ReadEntry, received_at: datetime) -> ReadEntry:
    """With a remark where the sender's clock is ahead of ours."""
    if not any(is_ahead(part, received_at) for part in entry.parts):
        return entry
    ahead = Problem(entry.path, IssueType.VALUE, WORDS, Severity.WARNING, AHEAD)
    return replace(entry, problems=(*entry.problems, ahead))


def mrn_here(site: Site, identity: str) -> str:
    """The record number of the patient who has this id in our own FHIR interface; else empty."""
    try:
        found = Patient.objects.filter(site=site, pk=UUID(identity))
    except ValueError:
        return ""
    return found.values_list("mrn", flat=True).first() or ""
