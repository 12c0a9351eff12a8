"""Every shared piece on one page, to be looked at when one of them is changed."""

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from patients.calendars import EVERY_DAY
from surveillance.contact_plan import ContactPlan
from surveillance.protocol.parameters import LARGE_FROM
from surveillance.protocol.terms import Modality
from surveillance.web.access import SignedInRequest, signed_in
from surveillance.web.chart import Measurement, size_chart
from surveillance.web.contact_form import ContactForm
from surveillance.web.queue_rows import STAGE_TAGS
from surveillance.web.recommendation_view import CLASS_TAGS

EXAMPLE = (
    Measurement(date(2025, 3, 3), Modality.US, Decimal("6.5")),
    Measurement(date(2025, 9, 1), Modality.US, Decimal("7.0")),
    Measurement(date(2025, 4, 3), Modality.CT_MULTIPHASE, Decimal("6.0")),
    Measurement(date(2026, 3, 3), Modality.MRI_HEPATOBILIARY, Decimal("11.25")),
    Measurement(date(2026, 1, 7), Modality.PET_CT, Decimal("9")),
)
NOTHING_TRIED = ContactPlan(date(2026, 3, 3), ZoneInfo("UTC"), EVERY_DAY, (), None)


@require_safe
@signed_in
def components_page(request: SignedInRequest) -> HttpResponse:
    """For those who maintain the site; invented data only."""
    if not request.user.is_staff:
        raise Http404
    context = {
        "tags": (*STAGE_TAGS.values(), *CLASS_TAGS.values()),
        "chart": size_chart(_("Example"), EXAMPLE, LARGE_FROM.value),
        "form": ContactForm({}, follow_ups=[], plan=NOTHING_TRIED),
    }
    return render(request, "surveillance/components.html", context)
