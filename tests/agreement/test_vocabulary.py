"""Words for people are stated in patients and in the protocol: same values, same labels."""

import pytest
from django.db.models import TextChoices

from patients.models import terms as records
from surveillance.models import LesionEventKind, OverrideKind
from surveillance.models.lesion import EVENT_VALUES
from surveillance.protocol import terms as protocol
from surveillance.protocol.departure import Departure

SHARED = ["Tri", "Sex", "PatientStatus", "Contraindication", "ReminderChannel"]


@pytest.mark.parametrize("name", SHARED)
def test_records_and_protocol_say_the_same(name):
    ours: type[TextChoices] = getattr(records, name)
    theirs: type[protocol.Term] = getattr(protocol, name)

    assert ours.choices == theirs.choices()


def test_every_word_that_both_have_is_compared():
    both = {
        name
        for name, value in vars(records).items()
        if isinstance(value, type) and issubclass(value, TextChoices) and hasattr(protocol, name)
    }

    assert both - {"TextChoices"} == set(SHARED)


def test_every_kind_of_event_has_its_values():
    assert set(EVENT_VALUES) == set(LesionEventKind)


def test_every_override_but_lifting_is_a_departure():
    assert set(OverrideKind.values) - {"LIFTED"} == {kind.value for kind in Departure}
