"""One visit serves every lesion: the earliest last day, the strongest modality (8.8, A10)."""

from datetime import date

import pytest

from surveillance.protocol.appointments import Appointment, one_appointment
from surveillance.protocol.terms import Modality

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


def test_nothing_owed_needs_no_visit() -> None:
    assert one_appointment([]) is None


@pytest.mark.parametrize(
    ("first", "second", "needed"),
    [
        (Modality.US, Modality.CEUS, Modality.CEUS),
        (Modality.CEUS, Modality.CT_MULTIPHASE, Modality.CT_MULTIPHASE),
        (Modality.MRI_EXTRACELLULAR, Modality.CT_MULTIPHASE, Modality.MRI_EXTRACELLULAR),
        (Modality.MRI_CONTRAST, Modality.US, Modality.MRI_CONTRAST),
        (None, Modality.US, Modality.US),
        (None, None, None),
    ],
)
def test_earliest_day_and_strongest_modality_count(
    first: Modality | None, second: Modality | None, needed: Modality | None
) -> None:
    for owed in ([(MAY, first), (JUNE, second)], [(JUNE, second), (MAY, first)]):
        assert one_appointment(owed) == Appointment(MAY, needed)


def test_every_modality_has_its_place() -> None:
    for modality in Modality:
        assert one_appointment([(MAY, modality)]) == Appointment(MAY, modality)
