"""The question asked every day, apart from the software: does every lesion have what is owed to it?

What is owed comes from the charts (the protocol, told the facts by another way than the records);
what is open is read with one bare statement. Once a week the second implementation in SQL, which
knows neither, is asked as well.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import connection

from patients.models import Site
from surveillance.independent import owed_by_the_facts_alone
from surveillance.protocol.recommendation import Obligation
from surveillance.simulation.hospital import Hospital
from surveillance.simulation.ledger import AT_RISK
from surveillance.simulation.life import Life

OPEN = (
    "SELECT lesion_id, kind, latest_on, owner_id FROM surveillance_followup WHERE closed_at IS NULL"
)
WEEKLY = 7
MOST_NAMED = 20

Held = dict[tuple[str, str], tuple[date, bool]]
"""By lesion (hex) and kind: the last day, and whether somebody owns it."""


@dataclass
class Watch:
    """Lesion-days counted so far. `gaps` names the first ones."""

    lesion_days: int = 0
    at_risk_days: int = 0
    uncovered: int = 0
    uncovered_at_risk: int = 0
    ownerless: int = 0
    asked_in_sql: int = 0
    named_by_sql: int = 0
    gaps: list[str] = field(default_factory=list)

    def look(self, lives: Iterable[Life], hospital: Hospital, day: date) -> None:
        """Count the day."""
        held = _held()
        for life in lives:
            if life.chart is not None:
                self._look_at(life, hospital, held, day)
        if day.toordinal() % WEEKLY == 0:
            self._ask_in_sql(hospital.site, day)

    def _look_at(self, life: Life, hospital: Hospital, held: Held, day: date) -> None:
        lesions = hospital.people[life.mrn].lesions
        for label, owed in life.owed.items():
            if not owed:
                continue
            dangerous = any(one.escalation_class in AT_RISK for one in owed)
            self.lesion_days += 1
            self.at_risk_days += dangerous
            wrong = list(_without(lesions[label].pk.hex, owed, held))
            if wrong:
                self.uncovered += 1
                self.uncovered_at_risk += dangerous
                self._name(f"{day} {life.mrn} {label}: {'; '.join(wrong)}")
            elif not all(held[lesions[label].pk.hex, one.kind][1] for one in owed):
                self.ownerless += 1

    def _name(self, gap: str) -> None:
        if len(self.gaps) < MOST_NAMED:
            self.gaps.append(gap)

    def _ask_in_sql(self, site: Site, day: date) -> None:
        self.asked_in_sql += 1
        for lesion, reason in owed_by_the_facts_alone(site=site.pk, today=day):
            self.named_by_sql += 1
            self._name(f"{day} {lesion} by the facts alone: {reason}")


def _held() -> Held:
    with connection.cursor() as cursor:
        cursor.execute(OPEN)
        return {
            (_hex(lesion), kind): (_day(latest), owner is not None)
            for lesion, kind, latest, owner in cursor.fetchall()
        }


def _without(lesion: str, owed: tuple[Obligation, ...], held: Held) -> Iterator[str]:
    """What is owed and is not open, or open with a later last day."""
    for one in owed:
        found = held.get((lesion, one.kind))
        if found is None:
            yield f"{one.kind} is not open"
        elif found[0] > one.window.latest:
            yield f"{one.kind} is open until {found[0]}, not {one.window.latest}"


def _hex(value: UUID | str) -> str:
    return value.hex if isinstance(value, UUID) else value


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
