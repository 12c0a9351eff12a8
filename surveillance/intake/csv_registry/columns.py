"""Every column of a registry file: what it means, how its cells are read, what else it is called.

`docs/registry-file.md` and the template to download are made from this table.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from surveillance.intake.csv_registry import coded as words
from surveillance.intake.csv_registry import values as cells
from surveillance.intake.csv_registry import vocabulary as terms
from surveillance.intake.csv_registry.coded import coded
from surveillance.intake.csv_registry.values import Reader, number, text
from surveillance.protocol.terms import (
    CalcificationPattern,
    Conclusion,
    Isolation,
    LesionKind,
    LiRads,
    MdtOutcome,
    Modality,
    PathologyResult,
    PatientStatus,
    Sex,
    VisualisationScore,
)


class Part(StrEnum):
    """What a column speaks of; the value is the heading in the documentation."""

    KEY = "Which patient"
    PATIENT = "The patient"
    STATUS = "Is the patient still followed here?"
    RISK = "Risk facts"
    AFP = "Alpha-fetoprotein"
    LESION = "The lesion"
    EXAM = "The exam"
    FINDING = "What the exam showed of the lesion"
    PATHOLOGY = "Pathology"
    MDT = "Decision of a multidisciplinary team"
    WAIVER = "Characterisation waived"
    TREATMENT = "Lesion removed or treated"


@dataclass(frozen=True, slots=True)
class Column:
    """`field` is the key under which the value is kept in its part of the row."""

    name: str
    part: Part
    read: Reader
    meaning: str
    accepts: str
    field: str
    aliases: tuple[str, ...] = ()


DAY = "date"
TRI = "yes, no, unknown"
YES_NO = "yes, no"


def _words(members: Iterable[StrEnum]) -> str:
    return ", ".join(term.value for term in members)


def _column(
    name: str, part: Part, read: Reader, meaning: str, *rest: str, field: str = ""
) -> Column:
    """`rest`: what the column accepts, then its aliases."""
    accepts, *aliases = rest
    return Column(name, part, read, meaning, accepts, field or name, tuple(aliases))


def _tri(name: str, part: Part, meaning: str, *aliases: str) -> Column:
    return _column(name, part, cells.tri, meaning, TRI, *aliases)


_KEYS = (
    _column("site", Part.KEY, cells.slug, "Short name (slug) of the site", "text; may be left out "
            "when the site is chosen for the whole file", "site_slug", "hospital", "clinic"),
    _column("mrn", Part.KEY, text(64), "Medical record number, unique at the site. Required",
            "text", "medical_record_number", "patient_id", "patient_number", "hospital_number"),
)  # fmt: skip

_PATIENT = (
    _column("family_name", Part.PATIENT, text(120), "Needed for a patient who is new here", "text",
            "last_name", "surname", "patient_family_name"),
    _column("given_name", Part.PATIENT, text(120), "Given names", "text", "first_name", "forename"),
    _column("birth_date", Part.PATIENT, cells.day, "Compared with the record: a difference is "
            "refused. Left out, the protocol asks for it", DAY, "dob", "date_of_birth", "birthdate",
            "born_on"),
    _column("sex", Part.PATIENT, terms.SEX, "For display; no rule depends on it", _words(Sex),
            "gender", "administrative_gender"),
    _column("phone", Part.PATIENT, text(40), "Telephone", "text", "telephone", "phone_number",
            "mobile"),
    _column("email", Part.PATIENT, cells.e_mail, "E-mail address", "an e-mail address", "e_mail",
            "email_address"),
    _column("address", Part.PATIENT, text(1000), "Street lines of the postal address; line breaks "
            "may stand inside quotation marks", "text", "postal_address", "street", "address_line"),
    _column("postal_code", Part.PATIENT, text(20), "Postal code", "text", "postcode", "zip",
            "zip_code"),
    _column("city", Part.PATIENT, text(120), "City or town", "text", "town"),
    _column("region", Part.PATIENT, text(120), "State, county or province", "text", "state",
            "county", "province"),
    _column("country", Part.PATIENT, text(60), "As it is to be printed on a letter; blank within "
            "the country", "text"),
    _column("language", Part.PATIENT, text(12), "Preferred language", "BCP 47, for example en, es",
            "preferred_language"),
    _column("interpreter_needed", Part.PATIENT, cells.yes_no, "Is an interpreter needed?", YES_NO,
            "interpreter"),
    _tri("consent_phone", Part.PATIENT, "May be phoned. A refusal on record is never undone by a "
         "file", "phone_consent"),
    _tri("consent_email", Part.PATIENT, "May be e-mailed", "email_consent"),
    _tri("consent_sms", Part.PATIENT, "May be sent text messages", "sms_consent"),
    _tri("consent_letter", Part.PATIENT, "May be sent letters", "letter_consent"),
    _column("primary_care", Part.PATIENT, text(200), "Primary care practice", "text", "gp",
            "primary_care_provider"),
)  # fmt: skip

_STATUS = (
    _column("patient_status", Part.STATUS, terms.STATUS, "SURVEILLANCE_NOT_APPROPRIATE is refused: "
            "a clinician signs that in the application", _words(PatientStatus), "status",
            "vital_status", field="value"),
    _column("patient_status_on", Part.STATUS, cells.day, "Since when. Needed for every status but "
            "ACTIVE", DAY, "status_date", "patient_status_date", "deceased_on", field="on"),
    _column("patient_status_reason", Part.STATUS, text(1000), "In words; for DECLINED: who was "
            "told what", "text", "status_reason", field="reason"),
)  # fmt: skip

_RISK = (
    _column("risk_effective_on", Part.RISK, cells.day, "From when the risk facts of this row hold. "
            "Left blank: the day of the exam", DAY, "risk_date", "risk_effective_date",
            field="effective_on"),
    _tri("cirrhosis", Part.RISK, "Cirrhosis of any cause", "liver_cirrhosis"),
    _tri("chronic_hbv", Part.RISK, "Chronic hepatitis B", "hbv", "hepatitis_b"),
    _tri("chronic_hcv", Part.RISK, "Chronic hepatitis C, cured or not", "hcv", "hepatitis_c"),
    _tri("masld_advanced_fibrosis", Part.RISK, "Metabolic liver disease with advanced fibrosis",
         "masld", "nafld", "nash"),
    _tri("ald", Part.RISK, "Alcohol-related liver disease", "alcohol_related_liver_disease"),
    _tri("other_chronic_liver_disease", Part.RISK, "Any other chronic liver disease", "other_cld"),
    _tri("hcc_risk_factors", Part.RISK, "Other risk factors for hepatocellular carcinoma",
         "hcc_risk"),
    _tri("prior_hcc", Part.RISK, "Earlier hepatocellular carcinoma", "history_of_hcc"),
    _tri("normal_liver_function", Part.RISK, "Liver function tests normal", "normal_lft",
         "lft_normal"),
    _tri("normal_liver_parenchyma", Part.RISK, "Liver parenchyma normal on imaging",
         "normal_parenchyma"),
    _tri("extrahepatic_malignancy", Part.RISK, "Known cancer outside the liver, now or earlier",
         "malignancy", "known_malignancy"),
    _tri("pregnant", Part.RISK, "Pregnant", "pregnancy"),
    _column("expected_delivery_on", Part.RISK, cells.day, "Expected day of delivery", DAY,
            "expected_delivery_date", "edd"),
    _column("contraindications", Part.RISK, words.contraindications, "To imaging; several are "
            "separated by a vertical bar. “none” states that there are none",
            "MRI_DEVICE, GADOLINIUM_ALLERGY, IODINATED_ALLERGY, EGFR_LT_30, CEUS_ALLERGY, none",
            "imaging_contraindications", "contraindication"),
    _column("egfr", Part.RISK, number(least="0", most="250", places=1), "Estimated glomerular "
            "filtration rate, mL/min/1.73 m²", "number", "gfr"),
    _tri("torch_evaluated", Part.RISK, "Child: infection and vascular causes considered", "torch"),
    _tri("cardiac_failure_signs", Part.RISK, "Child: signs of cardiac failure", "heart_failure"),
    _column("cardiac_failure_signs_on", Part.RISK, cells.day, "When they were seen", DAY,
            "heart_failure_on"),
)  # fmt: skip

_AFP = (
    _column("afp_ng_ml", Part.AFP, number(least="0", most="9999999", places=2, unit="ng/ml"),
            "Serum alpha-fetoprotein, ng/mL", "number", "afp", "afp_value",
            "alpha_fetoprotein", field="value_ng_ml"),
    _column("afp_on", Part.AFP, cells.day, "Day of the blood sample", DAY, "afp_date",
            field="taken_on"),
    _column("afp_rising", Part.AFP, cells.yes_no, "Rising, as the laboratory or clinician says",
            YES_NO, field="rising"),
    _column("afp_elevated_for_age", Part.AFP, cells.yes_no, "Child: high for the age", YES_NO,
            field="elevated_for_age"),
)  # fmt: skip

_LESION = (
    _column("lesion_label", Part.LESION, text(40), "The radiologist's name for it, the same in "
            "every row about this lesion", "text, for example L1", "lesion", "lesion_id",
            field="label"),
    _column("lesion_kind", Part.LESION, terms.KIND, "As seen on this exam; the earliest row says "
            "how the lesion was first recorded", _words(LesionKind), "kind", field="kind"),
    _tri("symptomatic", Part.LESION, "Symptoms attributable to this lesion", "symptoms"),
    _column("segments", Part.LESION, words.segments, "Couinaud segments", "I II III IVa IVb V VI "
            "VII VIII, separated by spaces", "segment", "couinaud_segment", "couinaud"),
    _column("lesion_number", Part.LESION, terms.NUMBER, "How many such calcifications", "1, 2-5, "
            ">5, diffuse, unknown", "number_of_lesions", "number", field="number"),
)  # fmt: skip

_EXAM = (
    _column("accession", Part.EXAM, text(64), "Accession number, unique at the site. Rows with the "
            "same number are one exam", "text", "accession_number", "accession_no", "exam_id"),
    _column("performed_on", Part.EXAM, cells.day, "Day of the exam", DAY, "exam_date",
            "study_date", "exam_performed_on", "performed_date"),
    _column("modality", Part.EXAM, terms.MODALITY, "What was done",
            _words(term for term in Modality if term.value not in terms.ADVICE_ONLY),
            "exam_modality"),
    _column("vis", Part.EXAM, coded(VisualisationScore, also={"VIS-A": "A", "VIS-B": "B",
            "VIS-C": "C"}), "US LI-RADS visualisation score; ultrasound only", "A, B, C",
            "vis_score", "visualisation_score", "visualization_score"),
    _column("whole_liver", Part.EXAM, cells.yes_no, "Whole liver covered. Blank: yes", YES_NO,
            "whole_liver_covered"),
    _column("report_status", Part.EXAM, terms.REPORT_STATUS, "A preliminary report fulfils "
            "nothing. Blank: final", "FINAL, PRELIMINARY", "diagnostic_report_status"),
    _column("reporter", Part.EXAM, text(120), "Who reported", "text", "radiologist",
            "reported_by"),
    _column("report_text", Part.EXAM, text(20000), "The report; line breaks may stand inside "
            "quotation marks", "text", "report"),
    _column("external", Part.EXAM, cells.yes_no, "Done at another institution. Blank: no", YES_NO,
            "is_external", "outside_exam", field="is_external"),
    _column("evidence", Part.EXAM, text(2000), "What proves the outside exam; needed if external",
            "text", "external_evidence"),
)  # fmt: skip

_FINDING = (
    _column("adequate", Part.FINDING, cells.yes_no, "Complete and diagnostic for this lesion. "
            "Blank: yes", YES_NO, "exam_adequate", "diagnostic"),
    _column("lesion_seen", Part.FINDING, cells.yes_no, "Blank: yes", YES_NO, "seen"),
    _column("size_mm", Part.FINDING, number(least="0", most="400", places=2, unit="mm",
            above=True), "Longest axial diameter in millimetres, never rounded", "number",
            "size", "diameter_mm", "longest_diameter_mm"),
    _column("calcified_mm", Part.FINDING, number(least="0", most="400", places=2, unit="mm",
            above=True), "Calcified part, millimetres", "number", "calcified_size_mm"),
    _tri("aphe", Part.FINDING, "Arterial phase hyperenhancement, not rim", "arterial_enhancement"),
    _tri("washout", Part.FINDING, "Washout, not peripheral"),
    _tri("capsule", Part.FINDING, "Enhancing capsule", "enhancing_capsule"),
    _tri("hemangioma_pattern", Part.FINDING, "Peripheral nodular enhancement with centripetal "
         "filling", "haemangioma_pattern"),
    _column("lirads", Part.FINDING, coded(LiRads), "LI-RADS category", _words(LiRads), "li_rads",
            "lirads_category", "li_rads_category"),
    _column("conclusion", Part.FINDING, terms.CONCLUSION, "What the report concludes",
            _words(Conclusion), "impression"),
    _column("isolation", Part.FINDING, coded(Isolation, also={"yes": "CONFIRMED"}), "CONFIRMED if "
            "the radiologist states that there is no soft tissue beside it", _words(Isolation),
            "isolated"),
    _column("pattern", Part.FINDING, terms.PATTERN, "Pattern of the calcification",
            _words(CalcificationPattern), "calcification_pattern"),
    _tri("thick_wall", Part.FINDING, "Cyst: thick wall", "thick_walls"),
    _tri("septations", Part.FINDING, "Cyst: septations", "septa"),
    _tri("solid_component", Part.FINDING, "Cyst: solid component", "solid_components"),
)  # fmt: skip

_EVENTS = (
    _column("pathology_result", Part.PATHOLOGY, terms.PATHOLOGY, "A negative biopsy is "
            "NONDIAGNOSTIC", _words(PathologyResult), "pathology", field="value"),
    _column("pathology_on", Part.PATHOLOGY, cells.day, "Day of the result", DAY,
            "pathology_date", field="on"),
    _column("pathology_author", Part.PATHOLOGY, text(120), "Who signed it", "text",
            "pathologist", field="author"),
    _column("mdt_outcome", Part.MDT, coded(MdtOutcome), "What was decided", _words(MdtOutcome),
            "mdt_decision", field="value"),
    _column("mdt_on", Part.MDT, cells.day, "Day of the decision", DAY, "mdt_date", field="on"),
    _column("mdt_author", Part.MDT, text(120), "Who recorded it. Needed with an outcome", "text",
            "mdt_recorded_by", field="author"),
    _column("waiver_on", Part.WAIVER, cells.day, "Day of the signed decision that the lesion "
            "cannot be characterised for now", DAY, "waiver_date", field="on"),
    _column("waiver_reason", Part.WAIVER, text(1000), "Why; needed", "text", field="evidence"),
    _column("waiver_author", Part.WAIVER, text(120), "Who signed; needed", "text", field="author"),
    _column("treatment", Part.TREATMENT, terms.TREATMENT, "The lesion is gone by treatment: its "
            "surveillance ends", "REMOVED, TREATED", "lesion_treatment", field="value"),
    _column("treated_on", Part.TREATMENT, cells.day, "Day of treatment; needed", DAY,
            "treatment_date", field="on"),
    _column("treated_by", Part.TREATMENT, text(120), "Who recorded it; needed", "text",
            "treatment_author", field="author"),
)  # fmt: skip

COLUMNS: tuple[Column, ...] = (
    *_KEYS, *_PATIENT, *_STATUS, *_RISK, *_AFP, *_LESION, *_EXAM, *_FINDING, *_EVENTS,
)  # fmt: skip
BY_NAME = {column.name: column for column in COLUMNS}
