"""The source document sentence by sentence (S1-S36), and the guidelines behind stricter rules.

Quotes are the words of the document; '…' marks words left out. A rule cites keys; what people
read is the quote.
"""

from functools import cache
from typing import Final

from surveillance.protocol.recommendation import Citation

SOURCE_TITLE: Final = "Management of Tiny Hepatic Calcifications (last updated December 1, 2025)"

STATEMENTS: Final[dict[str, str]] = {
    "S1": "Tiny hepatic calcifications in asymptomatic patients with normal liver parenchyma "
    "require no specific treatment or intervention",
    "S2": "only appropriate characterization through imaging to exclude underlying pathology",
    "S3": "The management strategy depends critically on whether the calcifications are isolated "
    "findings or associated with an underlying mass or cystic lesion",
    "S4": "No intervention is required for isolated punctate calcifications in patients with "
    "normal liver function and no risk factors for chronic liver disease",
    "S5": "The most common causes of benign hepatic calcifications include calcified granulomas "
    "(from prior infections) and hemangiomas, both of which are clinically insignificant",
    "S6": "If detected incidentally on ultrasound or CT, confirm the calcifications represent "
    "isolated findings without an associated soft tissue mass using contrast-enhanced imaging if "
    "there is any uncertainty",
    "S7": "Obtain contrast-enhanced MRI with hepatobiliary contrast agent or multiphase CT scan "
    "to characterize any associated lesion",
    "S8": "If imaging shows a hemangioma (peripheral nodular enhancement with centripetal "
    "filling), no treatment is indicated regardless of size unless symptomatic",
    "S9": "For indeterminate nodules <1 cm with calcification, follow-up imaging at 3-6 months is "
    "recommended",
    "S10": "High-Risk Patients (Cirrhosis, Chronic Liver Disease, HCC Risk Factors)",
    "S11": "Any calcified lesion >1 cm requires dynamic contrast-enhanced CT or MRI to evaluate "
    "for hepatocellular carcinoma, which rarely calcifies but can occur",
    "S12": "Look for arterial phase hyperenhancement with venous/delayed phase washout, which "
    "indicates HCC regardless of calcification",
    "S13": "If imaging remains indeterminate after initial contrast study, continue surveillance "
    "imaging every 3-6 months for up to 2 years",
    "S14": "Consider biopsy only if the lesion shows growth, develops arterial hyperenhancement, "
    "or diagnostic uncertainty persists after serial imaging",
    "S15": "Low-Risk Patients (Normal Liver, No Chronic Disease)",
    "S16": "Less aggressive follow-up is appropriate for tiny calcifications in patients with "
    "normal liver parenchyma",
    "S17": "A single follow-up imaging study at 6 months is reasonable to document stability, "
    "after which no further surveillance is needed if the lesion remains unchanged",
    "S18": "Calcifications in the setting of known extrahepatic malignancy warrant MRI with "
    "contrast as the preferred modality to exclude metastatic disease",
    "S19": "Calcification in a cystic lesion may represent prior hemorrhage into a simple cyst, "
    "which is benign and requires no treatment",
    "S20": "Mucinous cystic neoplasms can contain calcifications and occur predominantly in "
    "middle-aged women; these require surgical resection due to malignant potential",
    "S21": "If a calcified cystic lesion has thick walls, septations, or solid components, obtain "
    "MRI and consider surgical consultation",
    "S22": "In children, hepatic calcifications may indicate TORCH infections, vascular "
    "pathology, or tumors including hemangioma or hamartoma",
    "S23": "Pediatric hepatic hemangiomas with calcification require monitoring as they can "
    "rarely cause high-output cardiac failure",
    "S24": "Serial ultrasound imaging is appropriate to document stability or regression, as some "
    "pediatric hepatic calcifications decrease over time",
    "S25": "Do not ignore calcified lesions in cirrhotic patients, as even calcified HCC requires "
    "the same diagnostic workup as non-calcified lesions",
    "S26": "Avoid routine biopsy of all calcified nodules, particularly those <1 cm, as the yield "
    "is low and needle tract seeding occurs in 0.9-2.7% of HCC biopsies",
    "S27": "Do not assume all calcifications are benign granulomas without appropriate imaging "
    "characterization, especially in high-risk patients",
    "S28": "Never delay follow-up imaging beyond 6 months for indeterminate calcified lesions in "
    "at-risk patients, as timely surveillance is crucial for detecting malignant transformation",
    "S29": "For asymptomatic tiny hepatic calcifications:",
    "S30": "Determine if isolated calcification or associated with a mass/lesion",
    "S31": "Assess patient risk: cirrhosis/chronic liver disease vs. normal liver",
    "S32": "If isolated + normal liver → no further workup needed",
    "S33": "If associated lesion or high-risk patient → contrast-enhanced MRI or CT",
    "S34": "If indeterminate → surveillance imaging every 3-6 months",
    "S35": "Biopsy only for growth or persistent diagnostic uncertainty",
    "S36": "The content provided herein does not replace professional discretion and should be "
    "considered supplementary to established clinical guidelines",
}

GUIDELINES: Final[dict[str, str]] = {
    "AASLD-2010": "Stable over up to 2 years: return to routine surveillance; a negative biopsy "
    "does not exclude HCC and is followed by imaging.",
    "AASLD-2023": "Ultrasound and AFP every 6 months; AFP of 20 ng/mL or rising asks for dynamic "
    "imaging; biopsy for LR-M and for nodules outside the LI-RADS population.",
    "ABY-2020": "Of those called about liver cancer surveillance 32.5 % were reached by telephone; "
    "whoever was reached had about three times the odds of having it.",
    "AAP-2019": "Infantile hemangiomas complete most of their growth by 5 months of age.",
    "ACG-2024": "A hemangioma in cirrhosis or hepatitis B is followed at 3-6 months for at least "
    "1 year; a cyst with calcification is characterised by CT or MRI.",
    "ACR-DEFINE-AI": "A reminder allows for the time required to schedule that type of follow-up.",
    "ACR-FOLLOW-UP": "ACR Follow-Up Improvement Collaborative: adherent from 30 days before to 60 "
    "days after the recommended interval.",
    "ACR-2017": "Known malignancy counts as high risk in an incidental liver lesion.",
    "ACR-NKF-2021": "Group II gadolinium agents may be given with an eGFR below 30.",
    "ACOG-723": "In pregnancy ultrasound and MRI without contrast are the imaging of choice.",
    "CEUS-LI-RADS": "LR-4 without biopsy or treatment is repeated within 3 months.",
    "EASL-2018": "Nodules below 1 cm are followed every 3-4 months in the first year.",
    "INASL": "Three-monthly imaging for one year; growth asks for dynamic CT or MRI.",
    "LI-RADS-CT-MRI-2018": "Diagnostic table by arterial hyperenhancement, size, washout, capsule "
    "and threshold growth (50 % or more in 6 months or less).",
    "LI-RADS-POPULATION": "LI-RADS excludes people under 18 and livers without risk of HCC.",
    "LOFTUS-2024": "Randomised, 2,548 recommendations: done within a month of the due day after a "
    "call 60.4 %, a letter 58.7 %, neither 53.2 %, a message in the patient portal 36.4 % "
    "(doi 10.1016/j.jacr.2023.07.026).",
    "MARQUARDT-2021": "In 49.6 % of surveillance failures no order had been placed.",
    "NICE-QS152": "Adults with cirrhosis are offered 6-monthly surveillance for HCC; counted is "
    "who had ultrasound within the past 6 months, of adults with cirrhosis (quality statement 4).",
    "RAO-DELAY": "A delay of treatment beyond 90 days worsens survival.",
    "RECIST-1.1": "Progression is an increase of 20 % and of 5 mm.",
    "SILVA-2008": "Needle-tract seeding: 2.7 % of biopsies overall, 0.9 % per year.",
    "US-LI-RADS-2017": "US-2 below 10 mm is repeated in 3-6 months for 2 years; US-3 from 10 mm "
    "on asks for contrast imaging.",
    "US-LI-RADS-2024": "AFP and the visualisation score C enter management.",
    "WHO-CE-2025": "Inactive hydatid cysts are watched; puncture needs specialist care.",
}


def citation(key: str) -> Citation:
    """The statement or guideline named `key`, with its words; KeyError for an unknown key."""
    return _CITATIONS[key]


@cache
def citations(keys: tuple[str, ...]) -> tuple[Citation, ...]:
    """The citations named by `keys`, in their order. There are as many answers as rules."""
    return tuple(_CITATIONS[key] for key in keys)


_CITATIONS: Final = {key: Citation(key, quote) for key, quote in (STATEMENTS | GUIDELINES).items()}
