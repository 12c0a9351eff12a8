"""Where an action leads when it is done: to the panel it was opened from, else to the patient.

`?row=<follow-up>` in the address says which row of the queue the panel belongs to. The same
address answers a whole page and a fragment for the panel (htmx); both find their way back.
"""

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from surveillance.web.access import SignedInRequest

ROW = "row"


def row_of(request: HttpRequest) -> UUID | None:
    """The follow-up in whose panel the action was opened; None when it was not."""
    try:
        return UUID(request.GET.get(ROW, ""))
    except ValueError:
        return None


def with_row(url: str, row: UUID | None) -> str:
    """The address of an action that comes back to that row's panel."""
    return f"{url}?{urlencode({ROW: str(row)})}" if url and row else url


def way_back(request: HttpRequest, patient: UUID) -> str:
    """The address to return to, done or cancelled."""
    row = row_of(request)
    return reverse("follow_up_panel", args=[row]) if row else reverse("patient", args=[patient])


def go_back(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """Return. A fragment that did not come from a panel sends the whole page on."""
    url = way_back(request, patient)
    if request.htmx and row_of(request) is None:
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)
