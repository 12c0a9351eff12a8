"""When an exam must be ordered, booked and talked about at its site: rows asked of the protocol.

The answers are pure, and on one day very many follow-ups share a window: each is worked out once.
"""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from patients.models import Site
from surveillance.models import FollowUp
from surveillance.protocol import lead_times
from surveillance.protocol.lead_times import Errand, LeadDates, LeadStep, LeadTimes
from surveillance.protocol.recommendation import Window
from surveillance.protocol.terms import EscalationClass, Modality, ObligationKind

KEPT = 4096


class ChaseSettings(NamedTuple):
    """What a site may set for its own chase."""

    lead: LeadTimes = LeadTimes()
    ladder_days_earlier: int = 0


PROTOCOL = ChaseSettings()


def settings_of(site: Site) -> ChaseSettings:
    """The site's own numbers; the protocol's where it gave none."""
    own = {
        "booking": site.booking_lead_days,
        "authorisation": site.authorisation_lead_days,
        "plain_authorisation": site.plain_authorisation_lead_days,
    }
    lead = LeadTimes(**{name: days for name, days in own.items() if days is not None})
    return ChaseSettings(lead, site.ladder_days_earlier or 0)


class LeadColumns(NamedTuple):
    """What the steps of a follow-up hang on, as stored."""

    kind: str
    escalation_class: str
    advised_modality: str
    earliest_on: date
    target_on: date
    latest_on: date
    owed_since: date
    arrangement_lost_on: date | None

    @property
    def errand(self) -> Errand:
        """In the protocol's words; ValueError for unknown codes."""
        return Errand(
            kind=ObligationKind(self.kind),
            escalation_class=EscalationClass(self.escalation_class),
            window=Window(self.earliest_on, self.target_on, self.latest_on),
            owed_since=self.owed_since,
            modality=Modality(self.advised_modality) if self.advised_modality else None,
            lost_on=self.arrangement_lost_on,
        )


@lru_cache(maxsize=KEPT)
def lead_steps_of(columns: LeadColumns, lead: LeadTimes) -> tuple[LeadStep, ...]:
    """Every step that may be owed for want of an order or a booking; ValueError for unknown codes.

    Nothing of it is owed while an appointment in time stands.
    """
    return lead_times.lead_steps(columns.errand, lead)


def lead_steps_of_row(follow_up: FollowUp) -> tuple[LeadStep, ...]:
    """The same for a row, at its site."""
    return lead_steps_of(_columns_of(follow_up), settings_of(follow_up.site).lead)


def lead_dates_of(follow_up: FollowUp) -> LeadDates:
    """Order by, book by, contact by, at the follow-up's site."""
    errand = _columns_of(follow_up).errand
    return lead_times.lead_dates(errand, settings_of(follow_up.site).lead)


def _columns_of(follow_up: FollowUp) -> LeadColumns:
    return LeadColumns(*(getattr(follow_up, name) for name in LeadColumns._fields))
