"""`python -m tests.protocol.reader_figures [-v]`: precision and recall per field, both halves.

"hepatic calcification" counts the reports that mention one (present, uncertain or historical);
"present" those that affirm one.
"""

import sys
from dataclasses import dataclass

from surveillance.protocol.report_reader.read import read_report
from tests.protocol.report_corpus import FIELDS, Report, reports, values_of
from tests.protocol.report_sentences import coarse_values_of, walked

WALKED_FIELDS = ("mention", "present", "size", "segment", "limit", "recommendation")
HALVES = ("development", "held_out")
MENTIONS = {"present", "uncertain", "historical"}


@dataclass
class Count:
    """Values read that the label has, that it has not, and that were not read."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    def add(self, read: set[object], gold: set[object]) -> None:
        self.right += len(read & gold)
        self.wrong += len(read - gold)
        self.missed += len(gold - read)


def figures(half: str) -> tuple[dict[str, Count], list[str]]:
    """A count per field, and a line for each report that was read otherwise than labelled."""
    counts = {name: Count() for name in ("hepatic calcification", "present", *FIELDS)}
    faults = []
    for report in reports(half):
        read = values_of(read_report(report.text))
        _count(counts, report, read)
        wrong, missed = read - report.gold, report.gold - read
        if wrong or missed:
            faults.append(f"{report.id}: read {sorted(wrong)}, not read {sorted(missed)}")
    return counts, faults


def _count(counts: dict[str, Count], report: Report, read: set[tuple[str, str]]) -> None:
    for name in FIELDS:
        counts[name].add(
            {value for field, value in read if field == name},
            {value for field, value in report.gold if field == name},
        )
    status = next(value for field, value in read if field == "status")
    for name, words in (("hepatic calcification", MENTIONS), ("present", {"present"})):
        counts[name].add(
            {"yes"} if status in words else set(), {"yes"} if report.status in words else set()
        )


def walked_figures(*, is_mended_with: bool) -> tuple[dict[str, Count], list[str]]:
    """The same for one half of the reports of another hand, with their coarser labels."""
    counts = {name: Count() for name in WALKED_FIELDS}
    faults = []
    for report in walked():
        if report.is_mended_with is not is_mended_with:
            continue
        read = coarse_values_of(read_report(report.text))
        for name, count in counts.items():
            count.add(
                {value for field, value in read if field == name},
                {value for field, value in report.gold if field == name},
            )
        if read != report.gold:
            faults.append(f"{report.id}: {sorted(read - report.gold)} {sorted(report.gold - read)}")
    return counts, faults


def main(is_verbose: bool) -> None:
    for half in HALVES:
        _print(f"{half}: {len(reports(half))} reports", *figures(half), is_verbose)
    for title, mended in (("mended with", True), ("read once before", False)):
        told = walked_figures(is_mended_with=mended)
        _print(f"walked, {title}: 125 reports", *told, is_verbose)


def _print(title: str, counts: dict[str, Count], faults: list[str], is_verbose: bool) -> None:
    print(f"\n{title}, {len(faults)} read otherwise than labelled")
    print(f"| {'field':<22} | labelled | precision | recall |\n|---|---|---|---|")
    for name, count in counts.items():
        print(
            f"| {name:<22} | {count.right + count.missed:8} "
            f"| {count.precision:9.1%} | {count.recall:6.1%} |"
        )
    if is_verbose:
        print("\n".join(faults))


if __name__ == "__main__":
    main("-v" in sys.argv)
