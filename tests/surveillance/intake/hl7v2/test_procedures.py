"""Which groups are imaging, by department, codes and words."""

from typing import Any

import pytest

from surveillance.intake.hl7v2.reading import read_message
from tests.surveillance.intake.hl7v2.messages import report, segment

LINE = segment("OBX", f2="TX", f3="RPT", f5="Liver: new calcification.", f11="F")


def is_used(service: str, words: str, **mapping: Any) -> bool:
    return bool(read_message(report(LINE, f4=f"X^{words}", f24=service), mapping).parts)


@pytest.mark.parametrize(
    ("service", "words"),
    [
        ("PT", "PET/CT skull base to thigh"),
        ("PT", "Whole body, FDG"),
        ("PT", ""),
        ("OT", "Secondary capture, abdomen"),
        ("SR", "CT ABDOMEN WITH CONTRAST"),
        ("LAB", "Ultrasound abdomen"),
        ("EC", "Echo of the liver"),
        ("CUS", "Cardiac"),
        ("NM", "Bone scan"),
        ("RAD", "Something"),
        ("", "Something"),
    ],
)
def test_what_may_be_imaging_is_read(service: str, words: str) -> None:
    assert is_used(service, words)


@pytest.mark.parametrize(
    ("service", "words"),
    [
        ("PT", "Physical therapy evaluation and treatment"),
        ("OT", "OT eval and treat"),
        ("EC", "12 lead ECG"),
        ("SR", "Hepatitis B surface antibody"),
        ("LAB", "CT/NG PCR, urine"),
        ("MB", "Chlamydia (CT) NAAT"),
        ("VR", "Echo virus IgM"),
        ("SP", "Liver, CT guided core biopsy"),
        ("LAB", "Complete blood count"),
        ("LAB", ""),
    ],
)
def test_other_departments_are_passed_over(service: str, words: str) -> None:
    assert not is_used(service, words)


def test_the_mapping_goes_before_the_department() -> None:
    assert is_used("SP", "Abdomen", services={"SP": "CT"})
    assert is_used("LAB", "Abdomen", procedures={"X": "CT_MULTIPHASE"})
    assert not is_used("PT", "Abdomen", not_imaging=["PT"])
