"""Who looked at whose record: every page about one patient notes it here, and nowhere else.

A test opens every address about a patient (tests/hepcalc_site/test_every_address.py), so that a
new page cannot forget it. Lists of many patients are not counted; what the page on access says of
it is in templates/surveillance/audit/access.html.
"""

from collections.abc import Iterable

from django.utils import timezone

from patients.models import Patient
from patients.workflows.record_view import record_view, record_views
from surveillance.web.access import SignedInRequest
from surveillance.web.session_clock import is_in_the_background


def note_look(request: SignedInRequest, patient: Patient, page: str = "") -> None:
    """This person sees a page of this patient; the page is called by its address unless named.
    One INSERT."""
    match = request.resolver_match
    name = page or (match.url_name or "" if match else "")
    record_view(patient=patient, by=request.user, now=timezone.now(), page=name.replace("_", " "))


def note_found(request: SignedInRequest, patients: Iterable[Patient]) -> None:
    """This person looked for somebody and was shown these patients. One INSERT for all; none for a
    page that asks by itself."""
    if not is_in_the_background(request):
        record_views(patients=patients, by=request.user, now=timezone.now(), page="search")
