"""Records that somebody had the audit chain of a site checked, and what came of it."""

from datetime import datetime

from django.contrib.auth.models import User

from patients.audit import record_event
from patients.audit_verification import SiteReport
from patients.models import AuditEvent, Site


def record_verification(*, site: Site, report: SiteReport, by: User, now: datetime) -> AuditEvent:
    """Append who checked, how far the chain reached, and how much was found. One INSERT."""
    return record_event(
        "audit_chain_verified",
        site=site,
        subject=site,
        by=by,
        now=now,
        detail={"sealed": report.sealed, "head": report.head, "findings": len(report.findings)},
    )
