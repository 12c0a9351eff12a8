"""What providers call: replies to texts, and reports of what became of a message.

Nobody signs in here: who knocks proves it by a signature or a shared secret before anything is
read from the database, and is told nothing but yes or no. The same call again changes nothing, so
that a provider may repeat what it is not sure of.
"""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from surveillance.delivery.mail_reports import MailReport, NotTheProvider, read_reports
from surveillance.delivery.phone_numbers import international
from surveillance.delivery.sms import Knock, open_gateway
from surveillance.models import Report
from surveillance.workflows.receive_text import receive_text
from surveillance.workflows.record_delivery_report import record_delivery_report

LONGEST: Final = 64 * 1024
REPORTS: Final = {
    "delivered": Report.DELIVERED,
    "undelivered": Report.UNDELIVERABLE,
    "undeliverable": Report.UNDELIVERABLE,
    "failed": Report.UNDELIVERABLE,
}
"""Words of Twilio, and of the generic gateway; others (queued, sent) are on the way to these."""

log = structlog.get_logger(__name__)
Said = Mapping[str, str]


def from_gateway(view: Callable[[HttpRequest, Said], object]) -> Callable[..., HttpResponse]:
    """Let in only the gateway of the settings; hand the view what it posted, form or JSON.

    403 for anybody else, 404 while text messages are off, 400 for what cannot be read.
    """

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        gateway = open_gateway()
        if gateway is None:
            raise Http404
        form = request.POST.dict() if _is_small(request) else {}
        url = f"{settings.SITE_URL}{request.get_full_path()}"
        if not gateway.knows(Knock(url, request.headers, form)):
            log.warning("hook_refused", path=request.path)
            raise PermissionDenied
        said = form or _json_of(request)
        if said is None:
            return HttpResponse(status=400)
        view(request, {name: _storable(value) for name, value in said.items()})
        return HttpResponse(status=204)

    return csrf_exempt(require_POST(guarded))


def _is_small(request: HttpRequest) -> bool:
    """Whether a call is no longer than any text or report is."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return length.isdecimal() and int(length) <= LONGEST


def _json_of(request: HttpRequest) -> Said | None:
    if not _is_small(request):
        return None
    try:
        told = json.loads(request.body)
    except ValueError:
        return None
    if not isinstance(told, dict):
        return None
    return {str(name): str(value) for name, value in told.items() if value is not None}


def _storable(value: str) -> str:
    """Without what no database keeps: zero bytes, and the half of a sign that was cut in two."""
    return value.replace("\0", "").encode("utf-8", "ignore").decode()


def _named(said: Said, *names: str) -> str:
    """The first of these that was said: Twilio's word for it, or the generic gateway's."""
    return next((said[name] for name in names if said.get(name)), "")


@from_gateway
def sms_hook(_request: HttpRequest, said: Said) -> None:
    """A text from a patient: Twilio's From, Body, MessageSid; else from, text, id."""
    concerned = receive_text(
        number=international(_named(said, "From", "from")),
        body=_named(said, "Body", "text"),
        provider_message_id=_named(said, "MessageSid", "id"),
        now=timezone.now(),
    )
    if not concerned:
        log.warning("text_from_unknown_number")


@from_gateway
def sms_status_hook(request: HttpRequest, said: Said) -> None:
    """What became of a text: Twilio's MessageSid, MessageStatus; else id, status."""
    report = REPORTS.get(_named(said, "MessageStatus", "status").lower())
    if report is not None:
        record_delivery_report(
            provider_message_id=_named(said, "MessageSid", "id"),
            our_id=id_or_none(request.GET.get("message", "")),
            address=international(_named(said, "To", "to")),
            report=report,
            now=timezone.now(),
        )


@csrf_exempt
@require_POST
def mail_hook(request: HttpRequest) -> HttpResponse:
    """Reports of the e-mail provider; django-anymail checks the secret and reads them."""
    if not settings.EMAIL_PROVIDER:
        raise Http404
    try:
        reports = read_reports(request)
    except NotTheProvider:
        log.warning("hook_refused", path=request.path)
        raise PermissionDenied from None
    for one in reports:
        _keep(one)
    return HttpResponse(status=204)


def _keep(one: MailReport) -> None:
    record_delivery_report(
        provider_message_id=one.provider_message_id,
        our_id=id_or_none(one.our_id),
        address=one.address,
        report=one.report,
        reported_at=one.at,
        now=timezone.now(),
    )


def id_or_none(words: str) -> UUID | None:
    """An id of ours, if it is one."""
    try:
        return UUID(words)
    except ValueError:
        return None
