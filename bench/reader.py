"""The report reader: labelled reports and a long text, against one regular expression's scan.

The scan only looks for the word; it knows neither organ nor negation. What is told is how much the
reading of a report costs, and that time grows with the text and not with its square.
Run: python -m bench.reader
"""

import re

from bench import measure
from surveillance.protocol.report_reader.read import read_report
from tests.protocol.report_corpus import reports

ROUNDS = 5
LONG = 200_000
_WORD = re.compile(r"calcif\w*|granuloma\w*", re.IGNORECASE)


def main() -> None:
    """Print reports per second, then kilobytes per second of short and long texts."""
    texts = [report.text for half in ("development", "held_out") for report in reports(half)]
    taken = measure.interleaved(
        {
            "one regular expression": lambda: [_WORD.findall(text) for text in texts],
            "reader": lambda: [read_report(text) for text in texts],
        },
        ROUNDS,
    )
    measure.tell("Labelled reports", taken, "one regular expression", len(texts), "reports")
    _long_text("\n".join(texts))


def _long_text(text: str) -> None:
    long = (text * (LONG // len(text) + 1))[:LONG]
    short = long[: LONG // 10]
    for title, written in (("20 kB in one text", short), ("200 kB in one text", long)):
        taken = measure.interleaved({"reader": lambda w=written: read_report(w)}, 3)  # type: ignore[misc]
        measure.tell(title, taken, "reader", len(written) // 1000, "kB")


if __name__ == "__main__":
    main()
