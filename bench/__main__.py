"""`make bench`: every benchmark in turn. `python -m bench NAME` runs one."""

import sys
from collections.abc import Callable

from bench import (
    api,
    auditor,
    claims,
    connections,
    dashboard,
    decisions,
    fhir_in,
    hl7v2,
    import_registry,
    mllp,
    outbox,
    queue,
    reader,
    reminders,
    rendering,
    sweep,
)

BENCHMARKS: dict[str, Callable[[], None]] = {
    "api": api.main,
    "auditor": auditor.main,
    "claims": claims.main,
    "connections": connections.main,
    "dashboard": dashboard.main,
    "decisions": decisions.main,
    "fhir_in": fhir_in.main,
    "hl7v2": hl7v2.main,
    "import_registry": import_registry.main,
    "mllp": mllp.main,
    "outbox": outbox.main,
    "queue": queue.main,
    "reader": reader.main,
    "reminders": reminders.main,
    "rendering": rendering.main,
    "sweep": sweep.main,
}


def main(names: list[str]) -> None:
    """Run the named benchmarks, or all of them."""
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        sys.exit(f"There is no benchmark {', '.join(sorted(unknown))}: {', '.join(BENCHMARKS)}.")
    for name in names or BENCHMARKS:
        print(f"\n== {name}")
        BENCHMARKS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
