"""A clinic that can be called."""

import pytest

from tests.surveillance.chase.scenes import Clinic
from tests.surveillance.letters.scenes import a_clinic_with_phone


@pytest.fixture
def clinic(db) -> Clinic:
    return a_clinic_with_phone()
