"""A person under care at a site."""

import re
import uuid
from calendar import monthrange
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Replace, Right
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from patients.models.postal_address import PostalAddress
from patients.models.site import Site
from patients.models.terms import PatientStatus, Sex, Tri
from patients.models.tracked import TrackedQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser


PHONE_SIGNS = (" ", "-", "(", ")", ".", "/")
"""What people write between the digits of a telephone number."""
PHONE_TAIL = 7
BEGUN_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?-?", re.ASCII)
FAILED_THERE = ("WRONG_NUMBER", "NOT_IN_SERVICE", "RETURNED")
"""Outcomes of an attempt which say that this way leads nowhere (the protocol's words; a test says
so)."""
UNREACHABLE = Q(last_contact_outcome__in=FAILED_THERE) | (
    (Q(phone="") | Q(consent_phone=Tri.NO))
    & (Q(email="") | Q(email=F("undeliverable_email")) | Q(consent_email=Tri.NO))
    & (Q(address="") | Q(address_returned_on__isnull=False) | Q(consent_letter=Tri.NO))
)
"""The last attempt led nowhere, or every way is missing, came back or is refused. A number on
which texts came back may still be called."""


def phone_tail() -> Right:
    """The last digits of the telephone number, however it was written: an index finds them."""
    bare: F | Replace = F("phone")
    for sign in PHONE_SIGNS:
        bare = Replace(bare, Value(sign), Value(""))
    return Right(bare, PHONE_TAIL)


class PatientQuerySet(TrackedQuerySet["Patient"]):
    def for_user(self, user: "AbstractBaseUser | AnonymousUser") -> "PatientQuerySet":
        """Patients of the sites where this person holds a role."""
        return self.filter(site__in=Site.objects.for_user(user))

    def surviving(self) -> "PatientQuerySet":
        """Patients that have not been merged into another record."""
        return self.filter(merged_into=None)

    def unreachable(self) -> "PatientQuerySet":
        """Patients whom no way on record reaches, or whose last attempt led nowhere."""
        return self.filter(UNREACHABLE)

    def with_phone_like(self, number: str) -> "PatientQuerySet":
        """Patients whose telephone number ends as `number` does; compare the whole number then."""
        return self.alias(tail=phone_tail()).filter(tail=number[-PHONE_TAIL:])

    def matching(self, words: str) -> "PatientQuerySet":
        """Patients whose MRN, a name or birth date (ISO) begins with each of the words."""
        found = self
        for word in words.split():
            begun = (
                Q(mrn__istartswith=word)
                | Q(family_name__istartswith=word)
                | Q(given_name__istartswith=word)
            )
            born = _born_in(word)
            found = found.filter(begun | Q(birth_date__range=born) if born else begun)
        return found


def _born_in(word: str) -> tuple[date, date] | None:
    """The first and last day of '1958', '1958-03' or '1958-03-04': days, which an index finds."""
    said = BEGUN_DATE.fullmatch(word)
    if said is None:
        return None
    year, month, day = (int(part) if part else None for part in said.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
        if day is not None:
            return first, first
        last_month = month or 12
        return first, date(first.year, last_month, monthrange(first.year, last_month)[1])
    except ValueError:
        return None


class Patient(models.Model):
    """Who the person is, how to reach them, who looks after them.

    Clinical risk is in `RiskProfile`. A merged record keeps its row and points to the survivor.
    `last_contact_*` repeat the newest contact attempt so that a queue page needs no further query.
    `undeliverable_*` hold the address from which a message came back: as long as it equals the
    address on record nothing is sent there, and whoever corrects the address thereby lifts it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="patients")
    mrn = models.CharField(_("MRN"), max_length=64)
    family_name = models.CharField(max_length=120)
    given_name = models.CharField(max_length=120, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=10, choices=Sex.choices, default=Sex.UNKNOWN)

    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    address = models.TextField(blank=True, help_text=_("Street lines of the postal address"))
    postal_code = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=120, blank=True)
    region = models.CharField(max_length=120, blank=True, help_text=_("State, county or province"))
    country = models.CharField(
        max_length=60, blank=True, help_text=_("As it is to be printed; empty within the country")
    )
    address_returned_on = models.DateField(
        null=True, blank=True, help_text=_("A letter came back: not written to until corrected")
    )
    language = models.CharField(
        max_length=12, default="en", help_text=_("BCP 47, for example en, es")
    )
    interpreter_needed = models.BooleanField(default=False)
    consent_phone = models.CharField(max_length=10, choices=Tri.choices, default=Tri.UNKNOWN)
    consent_email = models.CharField(max_length=10, choices=Tri.choices, default=Tri.UNKNOWN)
    consent_sms = models.CharField(max_length=10, choices=Tri.choices, default=Tri.UNKNOWN)
    consent_letter = models.CharField(max_length=10, choices=Tri.choices, default=Tri.UNKNOWN)

    undeliverable_email = models.EmailField(blank=True)
    undeliverable_email_on = models.DateField(null=True, blank=True)
    undeliverable_phone = models.CharField(max_length=40, blank=True)
    undeliverable_phone_on = models.DateField(null=True, blank=True)

    navigator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="navigated_patients",
    )
    responsible_clinician = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="responsible_for_patients",
    )
    primary_care = models.CharField(max_length=200, blank=True)

    status = models.CharField(
        max_length=30, choices=PatientStatus.choices, default=PatientStatus.ACTIVE
    )
    status_on = models.DateField(null=True, blank=True)
    status_reason = models.TextField(blank=True)

    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_records"
    )
    last_contact_at = models.DateTimeField(null=True, blank=True)
    last_contact_outcome = models.CharField(max_length=30, blank=True)
    created_at = models.DateTimeField()
    history = HistoricalRecords(excluded_fields=["last_contact_at", "last_contact_outcome"])

    objects = PatientQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "mrn"], name="patient_mrn_once_per_site"),
            models.CheckConstraint(
                condition=Q(status=PatientStatus.ACTIVE) | Q(status_on__isnull=False),
                name="patient_status_other_than_active_has_its_date",
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=models.F("id")),
                name="patient_is_not_merged_into_itself",
            ),
        ]
        indexes = [
            models.Index(fields=["site", "language"], name="patient_language_idx"),
            models.Index(fields=["birth_date"], name="patient_birth_date_idx"),
            models.Index(fields=["created_at"], name="patient_created_idx"),
            models.Index(phone_tail(), name="patient_phone_tail_idx"),
            models.Index(
                fields=["site", "status"],
                condition=~Q(status=PatientStatus.ACTIVE),
                name="patient_not_active_idx",
            ),
            models.Index(fields=["site"], condition=UNREACHABLE, name="patient_unreachable_idx"),
        ]

    def __str__(self) -> str:
        return f"Patient {self.pk}"

    @property
    def is_unreachable(self) -> bool:
        """As `PatientQuerySet.unreachable` says it."""
        no_call = not self.phone or self.consent_phone == Tri.NO
        no_email = not self.email or self.is_email_undeliverable or self.consent_email == Tri.NO
        no_letter = bool(
            not self.address or self.address_returned_on or self.consent_letter == Tri.NO
        )
        failed = self.last_contact_outcome in FAILED_THERE
        return failed or (no_call and no_email and no_letter)

    @property
    def _postal(self) -> PostalAddress:
        return PostalAddress(self.address, self.postal_code, self.city, self.region, self.country)

    @property
    def postal_lines(self) -> tuple[str, ...]:
        """The postal address as it is printed, line by line, without the name."""
        return self._postal.lines

    @property
    def has_postal_address(self) -> bool:
        """Street and town are known and fit into the window of an envelope."""
        return self._postal.is_complete

    @property
    def is_email_undeliverable(self) -> bool:
        """Whether a message to the e-mail address on record came back."""
        return bool(self.email) and self.email == self.undeliverable_email

    @property
    def is_phone_undeliverable(self) -> bool:
        """Whether a text message to the number on record came back; calls may still work."""
        return bool(self.phone) and self.phone == self.undeliverable_phone
