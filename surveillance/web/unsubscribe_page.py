"""The page behind "unsubscribe" in an e-mail (RFC 8058): no sign-in, and no word about anybody."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from patients.models import Tri
from surveillance.delivery.unsubscribe import message_id_in
from surveillance.models import Notification
from surveillance.workflows.record_consent import record_consent


@csrf_exempt  # mail programs post here by themselves; the signed address is the proof
@never_cache
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """A button (GET), since scanners open every link; no more e-mails (POST)."""
    pk = message_id_in(token)
    rows = Notification.objects.filter(recipient=None).select_related("site", "patient")
    message = rows.filter(pk=pk).first() if pk else None
    if message is None or message.patient is None:
        raise Http404
    if request.method == "POST":
        record_consent(
            patient=message.patient,
            consents={"consent_email": Tri.NO},
            how="unsubscribed_by_link",
            by=None,
            now=timezone.now(),
        )
    clinic = {"name": message.site.name, "phone": message.site.phone, "email": message.site.email}
    page = {"clinic": clinic, "is_done": request.method == "POST"}
    return render(request, "surveillance/unsubscribe.html", page)
