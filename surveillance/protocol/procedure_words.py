"""Do the words for an exam say its kind and region, and nothing else?

"Aborted", "limited", "aorta" and "for paracentesis" stand in the same field as "CT liver": what is
not one of the usual words for a whole exam of liver or abdomen is read by a person.
"""

import re
from typing import Final

_WORD: Final = re.compile(r"[^\W\d_]+")
_USUAL_TEXT: Final = """
ct cta ctabd mr mri mrt us usg usabd usliv ceus ultrasound sonography ultrasonography tomography
computed magnetic resonance imaging of the and or with without w wo o i iv po c plus pre post
contrast enhanced intravenous oral agent unenhanced native liver hepatic hepatobiliary biliary
abdomen abdominal abd abdo upper right quadrant ruq complete whole general pelvis pelvic pel chest
thorax cap tap multiphase multiphasic multi phase phases phasic triphasic triple three four
dynamic arterial venous portal delayed protocol hcc surveillance screening lirads rads li
gadoxetate gadoxetic acid gadobutrol gadobenate gadoterate gadolinium gd eob dtpa eovist
primovist gadovist dotarem multihance mrcp diffusion dwi doppler routine follow up followup
study exam examination scan body higado hígado
"""
_USUAL: Final = frozenset(_USUAL_TEXT.split())
_NOT_DONE: Final = re.compile(
    r"abort|cancel|attempt|incomplet|not (?:done|completed|performed)|fail|terminat|no[- ]show",
    re.IGNORECASE,
)


def says_not_done(words: str) -> bool:
    """Whether they say that the exam was not finished, or never made."""
    return bool(_NOT_DONE.search(words))


def are_plain(words: str) -> bool:
    """Whether each word is one of those that name a whole exam of liver or abdomen."""
    return all(word in _USUAL for word in _WORD.findall(words.lower()))


_SENTENCE: Final = re.compile(r"[^.\n]+")
_PHASES: Final = (
    re.compile(r"arterial", re.IGNORECASE),
    re.compile(r"portal|venous", re.IGNORECASE),
    re.compile(r"delayed|equilibrium|\blate\b", re.IGNORECASE),
)


def names_several_phases(text: str) -> bool:
    """Whether one sentence of a report names more than one phase after contrast."""
    said = (one for one in _SENTENCE.findall(text) if "phase" in one.lower())
    return any(len([each for each in _PHASES if each.search(one)]) > 1 for one in said)
