"""How often faults strike: once over in the suite, many times over in `make soak` (SOAK=…)."""

import os

SOAK = int(os.environ.get("SOAK", "1"))
FIGURES: list[str] = []
"""What was counted, for the summary at the end of the run."""


def times(in_the_suite: int, *, soaked: int | None = None) -> int:
    """How often, given how often it is done in the suite; in a soak `soaked`, if that is more."""
    return in_the_suite if SOAK == 1 else (soaked or in_the_suite) * SOAK


def count(what: str, **figures: int) -> None:
    """Keep figures for the summary."""
    words = ", ".join(f"{name.replace('_', ' ')} {value:,}" for name, value in figures.items())
    FIGURES.append(f"{what}: {words}")
