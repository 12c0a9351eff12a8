"""Words for people and their risk. Values equal those of the protocol (a test says so)."""

from django.db import models


class Tri(models.TextChoices):
    """A three-valued fact; UNKNOWN is never read as 'no'."""

    YES = "YES", "Yes"
    NO = "NO", "No"
    UNKNOWN = "UNKNOWN", "Not known"


class Sex(models.TextChoices):
    FEMALE = "FEMALE", "Female"
    MALE = "MALE", "Male"
    OTHER = "OTHER", "Other"
    UNKNOWN = "UNKNOWN", "Not known"


class PatientStatus(models.TextChoices):
    ACTIVE = "ACTIVE", "Active"
    DECEASED = "DECEASED", "Deceased"
    TRANSFERRED_ACKNOWLEDGED = "TRANSFERRED_ACKNOWLEDGED", "Transferred, acknowledged"
    TRANSFERRED_UNACKNOWLEDGED = "TRANSFERRED_UNACKNOWLEDGED", "Transferred, not acknowledged"
    DECLINED = "DECLINED", "Declined"
    LOST_TO_FOLLOW_UP = "LOST_TO_FOLLOW_UP", "Lost to follow-up"
    SURVEILLANCE_NOT_APPROPRIATE = (
        "SURVEILLANCE_NOT_APPROPRIATE",
        "Surveillance not appropriate",
    )


class Contraindication(models.TextChoices):
    MRI_DEVICE = "MRI_DEVICE", "MRI-unsafe device"
    GADOLINIUM_ALLERGY = "GADOLINIUM_ALLERGY", "Gadolinium allergy"
    IODINATED_ALLERGY = "IODINATED_ALLERGY", "Iodinated contrast allergy"
    EGFR_LT_30 = "EGFR_LT_30", "eGFR below 30"
    CEUS_ALLERGY = "CEUS_ALLERGY", "Ultrasound contrast allergy"


class ReminderChannel(models.TextChoices):
    """A way to remind a patient; a site may choose their order."""

    LETTER = "LETTER", "Letter"
    EMAIL = "EMAIL", "E-mail"
    SMS = "SMS", "Text message"
    PHONE = "PHONE", "Call by the navigator"


EARLIEST_HOUR = 9
LATEST_HOUR = 18
"""Hours of the day at a site between which it may choose its own (equal to the protocol's)."""


class Role(models.TextChoices):
    """A person's role at one site (FHIR PractitionerRole)."""

    NURSE_NAVIGATOR = "NURSE_NAVIGATOR", "Nurse navigator"
    LEAD_NAVIGATOR = "LEAD_NAVIGATOR", "Lead navigator"
    CLINICIAN = "CLINICIAN", "Clinician"
    MEDICAL_DIRECTOR = "MEDICAL_DIRECTOR", "Medical director"
    ADMINISTRATOR = "ADMINISTRATOR", "Administrator"
    AUDITOR = "AUDITOR", "Auditor"
    INTEGRATION = "INTEGRATION", "Integration"
