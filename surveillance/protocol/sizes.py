"""Small, large or not measured: the one size step of the source document (A-1, A-4, A-13)."""

from decimal import Decimal
from enum import StrEnum
from typing import Final

from surveillance.protocol import parameters

_LARGE = parameters.LARGE_FROM.value
NOTHING_MM: Final = Decimal()
"""The size of what is not there."""


class SizeClass(StrEnum):
    """UNKNOWN is handled as LARGE, but never shown as if it had been measured."""

    SMALL = "SMALL"
    LARGE = "LARGE"
    UNKNOWN = "UNKNOWN"


def size_class(size_mm: Decimal | None) -> SizeClass:
    """Below 10 mm is SMALL; exactly 10 mm is LARGE."""
    if size_mm is None:
        return SizeClass.UNKNOWN
    return SizeClass.LARGE if size_mm >= _LARGE else SizeClass.SMALL


def is_small(size_mm: Decimal | None) -> bool:
    """Measured, and below 10 mm."""
    return size_mm is not None and size_mm < _LARGE


def is_measured_large(size_mm: Decimal | None) -> bool:
    """Measured, and 10 mm or more."""
    return size_mm is not None and size_mm >= _LARGE
