"""Words for people and their risk. Values equal those of the protocol (a test says so)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Tri(models.TextChoices):
    """A three-valued fact; UNKNOWN is never read as 'no'."""

    YES = "YES", _("Yes")
    NO = "NO", _("No")
    UNKNOWN = "UNKNOWN", _("Not known")


class Sex(models.TextChoices):
    FEMALE = "FEMALE", _("Female")
    MALE = "MALE", _("Male")
    OTHER = "OTHER", _("Other")
    UNKNOWN = "UNKNOWN", _("Not known")


class PatientStatus(models.TextChoices):
    ACTIVE = "ACTIVE", _("Active")
    DECEASED = "DECEASED", _("Deceased")
    TRANSFERRED_ACKNOWLEDGED = "TRANSFERRED_ACKNOWLEDGED", _("Transferred, acknowledged")
    TRANSFERRED_UNACKNOWLEDGED = "TRANSFERRED_UNACKNOWLEDGED", _("Transferred, not acknowledged")
    DECLINED = "DECLINED", _("Declined")
    LOST_TO_FOLLOW_UP = "LOST_TO_FOLLOW_UP", _("Lost to follow-up")
    SURVEILLANCE_NOT_APPROPRIATE = (
        "SURVEILLANCE_NOT_APPROPRIATE",
        _("Surveillance not appropriate"),
    )


class Contraindication(models.TextChoices):
    MRI_DEVICE = "MRI_DEVICE", _("MRI-unsafe device")
    GADOLINIUM_ALLERGY = "GADOLINIUM_ALLERGY", _("Gadolinium allergy")
    IODINATED_ALLERGY = "IODINATED_ALLERGY", _("Iodinated contrast allergy")
    EGFR_LT_30 = "EGFR_LT_30", _("eGFR below 30")
    CEUS_ALLERGY = "CEUS_ALLERGY", _("Ultrasound contrast allergy")


class ReminderChannel(models.TextChoices):
    """A way to remind a patient; a site may choose their order."""

    LETTER = "LETTER", _("Letter")
    EMAIL = "EMAIL", _("E-mail")
    SMS = "SMS", _("Text message")
    PHONE = "PHONE", _("Call by the navigator")


EARLIEST_HOUR = 9
LATEST_HOUR = 18
"""Hours of the day at a site between which it may choose its own (equal to the protocol's)."""


class Role(models.TextChoices):
    """A person's role at one site (FHIR PractitionerRole)."""

    NURSE_NAVIGATOR = "NURSE_NAVIGATOR", _("Nurse navigator")
    LEAD_NAVIGATOR = "LEAD_NAVIGATOR", _("Lead navigator")
    CLINICIAN = "CLINICIAN", _("Clinician")
    MEDICAL_DIRECTOR = "MEDICAL_DIRECTOR", _("Medical director")
    ADMINISTRATOR = "ADMINISTRATOR", _("Administrator")
    AUDITOR = "AUDITOR", _("Auditor")
    INTEGRATION = "INTEGRATION", _("Integration")
