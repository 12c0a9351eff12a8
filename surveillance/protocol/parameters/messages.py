"""What the words of a message may be: how hard to read, how long, and what they never say.

These numbers and words decide nothing about a lesion, so they are not part of the protocol's
version; they are applied when an administrator writes a text (protocol/message_text.py), and a
test applies them to every text that is shipped.
"""

from typing import Final

from surveillance.protocol.parameters.parameter import Authority, Parameter

_OURS = Authority.OURS

READING_GRADE_LIMIT: Final = Parameter(
    "reading_grade_limit",
    6.0,
    "US school grade",
    Authority.GUIDE,
    ("AMA health literacy manual 2007", "NIH plain language"),
    "English by Flesch-Kincaid (1975), Spanish by Crawford (1989, Hispania 68).",
)
SMS_PARTS_LIMIT: Final = Parameter(
    "sms_parts_limit",
    2,
    "parts of 153 or 67 characters",
    _OURS,
    ("3GPP TS 23.038",),
    "Each part is paid for; old telephones show the parts of a longer text out of order.",
)
SUBJECT_LIMIT: Final = Parameter(
    "subject_limit", 78, "characters", _OURS, ("RFC 5322, 2.1.1",), "Fits one line of a header."
)
BODY_LIMIT: Final = Parameter("body_limit", 3000, "characters", _OURS, (), "One page of a letter.")

UNSAID_WORDS: Final = Parameter(
    "unsaid_words",
    frozenset(
        {
            # English
            "liver", "mass", "masses", "lump", "ct", "mri", "pet-ct", "scan", "afp", "hcc", "hep",
            "hbv", "hcv", "hiv", "gallbladder", "bile",
            # Spanish
            "masa", "bulto", "tac", "rm", "rmn", "vhb", "vhc", "vih", "eco", "rayo", "bilis",
        }
    ),
    "whole words, one or several",
    _OURS,
    ("45 CFR 164.522(b)", "field.md 5"),
    "Names of an organ, a finding or an exam tell whoever picks up the telephone, opens the letter "
    "or reads over a shoulder why somebody is under care. The patient hears it from a person.",
)  # fmt: skip
UNSAID_STEMS: Final = Parameter(
    "unsaid_stems",
    (
        # both languages, written without accents
        "hepat", "cancer", "tumor", "tumour", "carcinom", "cirrho", "cirros", "lesion", "nodul",
        "cyst", "quist", "malign", "benign", "biops", "metast", "oncolog", "calcif", "diagnos",
        "fibros", "hemangiom", "sarcom", "transplant", "trasplant", "neoplas", "chemo", "quimio",
        "precancer", "anticancer", "adenom", "steato", "esteato", "polyp", "polip", "biliar",
        "pancrea", "icteri", "sonogra", "alcohol",
        # English
        "ultraso", "x-ray", "xray", "scann", "diseas", "growth", "abnormal", "jaundic",
        # Spanish
        "higado", "ecograf", "tomograf", "gammagra", "resonancia", "escaner", "radiograf",
        "enfermedad", "anormal", "vesicula",
    ),
    "beginnings of words",
    _OURS,
    ("45 CFR 164.522(b)", "field.md 5"),
    "As above; the beginning stands for all forms of the word (hepatitis, hepatic, hepático).",
)  # fmt: skip
