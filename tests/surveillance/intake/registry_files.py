"""Registry files for tests: say what matters, the rest is a plausible row."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

TODAY = date(2026, 8, 31)

PATIENT = {
    "site": "north",
    "mrn": "A1",
    "family_name": "Testheron",
    "given_name": "Maple",
    "birth_date": "1970-05-17",
    "sex": "FEMALE",
}
LOW_RISK = {
    "cirrhosis": "no",
    "chronic_hbv": "no",
    "chronic_hcv": "no",
    "masld_advanced_fibrosis": "no",
    "ald": "no",
    "other_chronic_liver_disease": "no",
    "hcc_risk_factors": "no",
    "prior_hcc": "no",
    "normal_liver_function": "yes",
    "normal_liver_parenchyma": "yes",
    "extrahepatic_malignancy": "no",
}
EXAM = {
    "lesion_label": "L1",
    "lesion_kind": "NODULE_OR_MASS",
    "accession": "ACC-1",
    "performed_on": "2026-06-01",
    "modality": "US",
    "size_mm": "8",
}


def row(**cells: str) -> dict[str, str]:
    """A row of a patient with one exam; name the cells that matter."""
    return PATIENT | EXAM | cells


def csv_text(rows: Iterable[Mapping[str, str]], separator: str = ",") -> str:
    """The rows as a file, with the columns that any of them names, in order of appearance."""
    rows = list(rows)
    names = list(dict.fromkeys(name for one in rows for name in one))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def csv_file(folder: Path, *rows: Mapping[str, str], name: str = "registry.csv") -> Path:
    """A file of these rows in UTF-8."""
    path = folder / name
    path.write_text(csv_text(rows), encoding="utf-8", newline="")
    return path
