"""Whatever kept the hourly look from being made: every number there is, compared once."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from patients.models import Patient
from surveillance.arrivals import ArrivalKind
from surveillance.models import IntakeItem, ItemStatus
from surveillance.workflows.hear_again import AGAIN


@transaction.atomic
def hear_all_known_numbers() -> int:
    """Let what was about nobody be taken in, wherever its number is registered by now.

    Looks at everything kept about nobody: now and then, for what `hear_new_numbers` missed. Returns
    how many parts wait thereby.
    """
    known = Patient.objects.filter(site=OuterRef("site"))
    is_known = Exists(known.filter(mrn=OuterRef("mrn")))
    gives_up_known = Q(Exists(known.filter(mrn=OuterRef("key"))), kind=ArrivalKind.MERGE)
    rows = IntakeItem.objects.filter(status=ItemStatus.NOT_FOLLOWED, message__raw_purged_at=None)
    return rows.filter(is_known | gives_up_known).update(**AGAIN)
