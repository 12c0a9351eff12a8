"""The words in which a decision explains itself, as they are kept with it.

Made in protocol/explain.py and protocol/recommend.py; a test holds that every sentence of theirs is
here. Titles of rules, add-ons and the labels of terms stand in the protocol as they are said.
"""

from typing import Final

from django.utils.translation import gettext_noop

HEADS: Final = (
    gettext_noop("Age"),
    gettext_noop("Liver risk"),
    gettext_noop("Cancer outside the liver"),
    gettext_noop("Kind of lesion"),
    gettext_noop("Isolation"),
    gettext_noop("Calcification pattern"),
    gettext_noop("Cyst features"),
    gettext_noop("Symptoms from the lesion"),
    gettext_noop("Size"),
    gettext_noop("Contrast study"),
    gettext_noop("Conclusion"),
    gettext_noop("Growth"),
    gettext_noop("AFP"),
    gettext_noop("MDT decision"),
    gettext_noop("Pathology"),
    gettext_noop("Follow-up so far"),
    gettext_noop("Ultrasound series"),
    gettext_noop("Infection and vascular work-up"),
    gettext_noop("Signs of heart failure"),
    gettext_noop("Status of the patient"),
    gettext_noop("Status of the lesion"),
)
"""What stands before the colon of a fact."""

PATIENT: Final = (
    gettext_noop("{n} years"),
    gettext_noop("{n} months"),
    gettext_noop("at risk ({facts})"),
    gettext_noop("low (every liver fact is explicitly normal)"),
    gettext_noop("not determined, handled as at risk ({facts})"),
    gettext_noop("{fact} = {word}, recorded {day} by {author} ({source})"),
    gettext_noop("{fact} = {word}, recorded {day} by {author}"),
    gettext_noop("{fact} = {word}, recorded {day} ({source})"),
    gettext_noop("{fact} = {word}, recorded {day}"),
    gettext_noop("{fact} = {word} by {author} ({source})"),
    gettext_noop("{fact} = {word} by {author}"),
    gettext_noop("{fact} = {word} ({source})"),
    gettext_noop("{fact} = {word}"),
    gettext_noop("high for age on {day}"),
    gettext_noop("raised on {day}"),
    gettext_noop("never"),
)

LESION: Final = (
    gettext_noop("{kind}, changed {day}"),
    gettext_noop("mucinous neoplasm suspected without contrast"),
    gettext_noop("thick wall"),
    gettext_noop("septations"),
    gettext_noop("solid component"),
    gettext_noop("none recorded"),
    gettext_noop("none"),
    gettext_noop("not measured, handled as 10 mm or more"),
    gettext_noop("{size} mm"),
    gettext_noop("waived on {day}, signed by {author} ({reason})"),
    gettext_noop("waived on {day}, signed by {author}"),
    gettext_noop("waived on {day}, nobody's signature recorded ({reason})"),
    gettext_noop("waived on {day}, nobody's signature recorded"),
    gettext_noop("waived on {day}"),
    gettext_noop("none that characterises the lesion"),
    gettext_noop("{what} on {day}, made when the lesion was below 10 mm"),
    gettext_noop(
        "{what}, since the report of {day} (arterial enhancement with washout, although the report "
        "says {said}: the more dangerous counts, A-38)"
    ),
    gettext_noop("{what}, since the report of {day} (arterial enhancement with washout)"),
    gettext_noop("{what}, since the report of {day}"),
    gettext_noop("{word}, {category}"),
    gettext_noop("{what} (suspicious, and the MDT decided to watch)"),
    gettext_noop(
        "growth on {grown}, new arterial enhancement on {enhancing}; LI-RADS threshold growth on "
        "{day}"
    ),
    gettext_noop("growth on {grown}, new arterial enhancement on {enhancing}"),
)

COURSE: Final = (
    gettext_noop("last on {day}, not to watch"),
    gettext_noop("to watch, on {day}; it covers the evidence"),
    gettext_noop("to watch, on {day}; it is older than the evidence"),
    gettext_noop("the clock has not started"),
    gettext_noop("{n} adequate since {day}, the last on {last}"),
    gettext_noop("{n} adequate since {day}"),
    gettext_noop("no adequate exam"),
    gettext_noop("{n} adequate exams from {first} to {last}"),
    gettext_noop("{what} on {day}"),
    gettext_noop("{word} since {day}"),
    gettext_noop("Owed since {day}."),
    gettext_noop("Re-open if symptoms or new risk facts appear."),
    gettext_noop("Override of {day} by {author}, until {until}: {reason}"),
    gettext_noop("Override of {day} by {author}, without an end: {reason}"),
    gettext_noop("patient.birth_date is missing."),
    gettext_noop("history has no exam."),
    gettext_noop("history.date {day} is before birth ({born})."),
    gettext_noop("history.date {day} is in the future (as of {today})."),
)

WORDS: Final = (
    gettext_noop("yes"),
    gettext_noop("no"),
    gettext_noop("unknown"),
    gettext_noop("nodule or mass"),
    gettext_noop("cystic lesion"),
    gettext_noop("isolated calcification"),
    gettext_noop("confirmed"),
    gettext_noop("uncertain"),
    gettext_noop("punctate"),
    gettext_noop("coarse chunky"),
    gettext_noop("eggshell ring"),
    gettext_noop("laminar branching"),
    gettext_noop("amorphous"),
    gettext_noop("psammomatous"),
    gettext_noop("central scar"),
    gettext_noop("septal"),
    gettext_noop("hemangioma typical"),
    gettext_noop("benign specific"),
    gettext_noop("probably benign"),
    gettext_noop("indeterminate"),
    gettext_noop("suspicious hcc"),
    gettext_noop("malignant non hcc"),
    gettext_noop("mcn suspected"),
    gettext_noop("hydatid suspected"),
    gettext_noop("not categorisable"),
    gettext_noop("resolved"),
    gettext_noop("malignant"),
    gettext_noop("nondiagnostic"),
    gettext_noop("cirrhosis"),
    gettext_noop("chronic hbv"),
    gettext_noop("chronic hcv"),
    gettext_noop("masld advanced fibrosis"),
    gettext_noop("ald"),
    gettext_noop("other chronic liver disease"),
    gettext_noop("hcc risk factors"),
    gettext_noop("prior hcc"),
    gettext_noop("normal liver function"),
    gettext_noop("normal liver parenchyma"),
    gettext_noop("extrahepatic malignancy"),
)
"""Names of facts and their values in small letters, as an explanation names them."""

DECISIONS: Final = (*PATIENT, *LESION, *COURSE, *WORDS)
