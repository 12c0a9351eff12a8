"""How a measurement is taken and told: medians of interleaved runs, and always as a ratio."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call, in seconds."""
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def interleaved(
    variants: Mapping[str, Callable[[], object]],
    rounds: int,
    between: Callable[[], object] = lambda: None,
) -> dict[str, list[float]]:
    """Seconds of each variant, run in turn so that a noisy minute hits all of them.

    `between` puts everything back before each call and is not counted.
    """
    taken: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name, work in variants.items():
            between()
            taken[name].append(seconds(work))
    return taken


def tell(title: str, taken: dict[str, list[float]], baseline: str, units: int, unit: str) -> None:
    """Print each variant's median, spread and ratio to the baseline."""
    base = statistics.median(taken[baseline])
    print(f"\n{title}  ({units:,} {unit}, {len(taken[baseline])} rounds)")
    for name, runs in taken.items():
        middle = statistics.median(runs)
        print(
            f"  {name:<38} {middle:9.3f} s  (min {min(runs):.3f}, max {max(runs):.3f})"
            f"  {units / middle:12,.0f} {unit}/s  x {middle / base:.2f} of “{baseline}”"
        )


def ratio(a: Sequence[float], b: Sequence[float]) -> float:
    """Median of `a` over the median of `b`."""
    return statistics.median(a) / statistics.median(b)
