"""The coverage certificate as a page: for those who answer for the whole, not for one patient."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from patients.models import Site
from surveillance.coverage import NAMED, Account, Certificate, certify
from surveillance.independent import owed_by_the_facts_alone
from surveillance.protocol.rules.table import RULES
from surveillance.roles import Permission, sites_where
from surveillance.web.access import SignedInRequest, signed_in
from surveillance.web.wording import moment_words

KINDS = {
    "IMAGING": gettext_noop("imaging"),
    "REFERRAL": gettext_noop("a referral"),
    "REVIEW": gettext_noop("a review"),
    "signed": gettext_noop("signed as not appropriate"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table."""

    account: str
    detail: str
    count: int


@dataclass(frozen=True, slots=True)
class Problem:
    """A lesion that is not as it must be."""

    lesion: str
    words: str
    reason: str = ""


@require_safe
@signed_in
def certificate_page(request: SignedInRequest) -> HttpResponse:
    """Every lesion of the sites that this person oversees, accounted for once."""
    sites = list(sites_where(request.user, Permission.VIEW_AUDIT).order_by("name"))
    if not sites:
        raise PermissionDenied
    now = timezone.now()
    certificate = certify(sites=sites, now=now)
    page = {
        "at": moment_words(certificate.at, sites[0]),
        "sites": [site.name for site in sites],
        "lines": lines_of(certificate),
        "total": certificate.total,
        "digest": certificate.digest,
        "is_whole": certificate.is_whole,
        "problems": problems_of(certificate, sites, now),
    }
    return render(request, "surveillance/certificate.html", page)


def lines_of(certificate: Certificate) -> tuple[Line, ...]:
    """The groups in plain words."""
    return tuple(
        Line(_(one.account.label).capitalize(), _detail(one.account, one.detail), one.count)
        for one in certificate.groups
    )


def _detail(account: Account, detail: str) -> str:
    if account is Account.ENDED_BY_RULE:
        return f"{detail}: {_(RULES[detail].title)}"
    return ", ".join(_(KINDS[each]) if each in KINDS else each for each in detail.split("+"))


def problems_of(certificate: Certificate, sites: list[Site], now: datetime) -> tuple[Problem, ...]:
    """Lesions not accounted for, and those that the independent check finds owed and not open."""
    lost = [Problem(str(pk), _("not accounted for")) for pk in certificate.unaccounted[:NAMED]]
    owed = [
        Problem(str(pk), _("must be open by the facts alone"), reason)
        for site in sites
        for pk, reason in owed_by_the_facts_alone(site=site.pk, today=site.local_date(now))
    ]
    return (*lost, *owed[:NAMED])
