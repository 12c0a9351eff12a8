"""The page on which a launch ends."""

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hepcalc_site.smart.failures import LaunchFailed

log = structlog.get_logger(__name__)


def refused(request: HttpRequest, failed: LaunchFailed) -> HttpResponse:
    """Say why in words; keep the kind in the log, and nothing of what the EHR sent."""
    log.warning("smart_launch_refused", code=failed.code)
    return render(request, "smart/refused.html", {"words": str(failed)}, status=failed.status)
