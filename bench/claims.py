"""Two people take on one escalation at the same moment, again and again: who wins?

Goal (P16): never two winners in 10,000 rounds. The same done by reading, looking and saving, in
the same run, must let both win now and then: that shows that the two do meet.
Run: python -m bench.claims [ROUNDS]
"""

import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User

from bench import database, sweep_data, workers
from surveillance.models import Escalation
from surveillance.workflows.acknowledge_escalation import acknowledge_escalation
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.sweep import sweep

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
UNTIL = date(2026, 6, 15) + timedelta(days=3)
RIVALS = ("navigator", "lead")


def main(rounds: int = 10_000) -> None:
    """Count the winners of each round, for the workflow and for read-then-save."""
    database.prepare()
    sweep_data.fill(rounds * 4, rounds * 2)
    sweep(now=NOW)
    ids = list(Escalation.objects.order_by("pk").values_list("pk", flat=True))
    for name, claim, own in (
        ("acknowledge_escalation", _by_workflow, ids[:rounds]),
        ("read, look, save", _by_saving, ids[rounds : rounds * 2]),
    ):
        step = workers.FORK.Barrier(len(RIVALS))
        shares = [(claim, rival, own, step) for rival in RIVALS]
        seconds, won = workers.together(_claim_each, shares)
        both = sum(all(each) for each in zip(*won, strict=True))
        none = sum(not any(each) for each in zip(*won, strict=True))
        print(
            f"  {name:<24} {len(own):,} rounds in {seconds:.1f} s: "
            f"two winners {both:,}, no winner {none:,}"
        )


def _claim_each(claim: Any, rival: str, ids: list[Any], step: Any) -> list[bool]:
    user = User.objects.get(username=rival)
    won = []
    for pk in ids:
        seen = Escalation.objects.get(pk=pk)
        step.wait()
        won.append(claim(seen, user))
    return won


def _by_workflow(seen: Escalation, user: User) -> bool:
    try:
        acknowledge_escalation(escalation=seen, next_action="Mine", until=UNTIL, by=user, now=NOW)
    except WorkflowRefused:
        return False
    return True


def _by_saving(seen: Escalation, user: User) -> bool:
    current = Escalation.objects.get(pk=seen.pk)
    if current.acknowledged_at is not None:
        return False
    current.acknowledged_at, current.acknowledged_by = NOW, user
    current.acknowledged_until, current.next_action = UNTIL, "Mine"
    current.save()
    return True


if __name__ == "__main__":
    main(*(int(argument.replace("_", "")) for argument in sys.argv[1:]))
