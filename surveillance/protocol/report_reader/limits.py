"""What hampered the exam of the liver, and the visualisation score of US LI-RADS."""

import re

from surveillance.protocol.report_reader.organs import Organ, organ_at
from surveillance.protocol.report_reader.scope import is_negated_at
from surveillance.protocol.report_reader.sections import Section
from surveillance.protocol.report_reader.sentences import Sentence
from surveillance.protocol.terms import VisualisationScore

_LOOK = (
    r"(?:views?|windows?|quality|visuali[sz]ation|assessment|evaluation|sensitivity|detection"
    r"|penetration|resolution)"
)
_POOR = (
    r"(?:poor|poorer|reduced|compromised|insufficient|impaired|hampered|restricted|precluded|low)"
)
_HAMPER = (
    r"(?:limits?|precludes?|precluded|compromis\w+|impair\w+|hamper\w+|reduc\w+|restrict\w+"
    r"|prevent\w*)"
)
_LIMIT = re.compile(
    r"\b(?:(?:is|was|are|were|be|somewhat|significantly|markedly|severely|technically)\s)?limited\b"
    r"(?!\s(?:abdom\w+|right|ruq|views?|to\b|ultrasound|us\b|study of))"
    r"|\blimits?\s(?:the\s)?(?:evaluation|assessment|sensitivity|detection|visuali)"
    r"|\b(?:moderate|severe|significant)\slimitations?\b|\bwithin these limits\b"
    r"|\bsub-?optimal\w*|\binadequate\b|\bdegraded\b|\bnon[- ]?diagnostic\b|\bobscure[sd]?\b"
    r"|\b(?:motion|streak|susceptibility)\sartifacts?\b|\brespiratory motion\b"
    r"|\btechnically (?:difficult|challenging)\b|\bdifficult (?:to assess|study|examination)\b"
    r"|\b(?:poorly|incompletely|partially|partly|inadequately)\s(?:seen|visuali[sz]ed|assessed"
    r"|evaluated|demonstrated)"
    r"|\bnot (?:well|clearly|fully|adequately|completely) (?:seen|visuali[sz]ed|assessed"
    r"|evaluated|demonstrated)"
    r"|\b(?:could|can) ?not be (?:visuali[sz]ed|seen|assessed|evaluated|characteri[sz]ed|confirmed)"
    r"|\b(?:lobe|liver|section|dome) (?:of (?:the )?liver )?(?:is |was )?not (?:seen"
    r"|visuali[sz]ed)\b"
    rf"|\b{_POOR}\s(?:\w+\s){{0,2}}?{_LOOK}\b|\b{_LOOK}\s(?:\w+\s){{0,3}}?{_POOR}\b"
    rf"|\b{_HAMPER}\s(?:\w+\s){{0,2}}?{_LOOK}\b|\b(?:incomplete|difficult|aborted) "
    r"(?:\w+ )?(?:exam\w*|study|scan)\b|\b(?:exam\w*|study|scan)\s(?:\w+\s){0,2}?(?:incomplete"
    r"|difficult"
    r"|aborted|terminated|compromised)\b|\bterminated early\b|\buncooperative\b"
    r"|\b(?:lobe|liver|segment \w+|dome|parts?|portions?|contrast)\b(?: \w+){0,3}? (?:not"
    r"|incompletely"
    r"|partially|partly) (?:imaged|covered|included|given|administered|assessed)\b"
    r"|\bparts? not seen\b|\bcontrast (?:\w+ )?extravasat\w+|^\W*not (?:assessed|imaged|examined)\b"
    r"|\b(?:unenhanced|non-?contrast|portal venous phase|single[- ]phase)(?: (?:study|phase|scan"
    r"|images?))?"
    r" only\b|^\W*single[- ]phase\W*$"
    r"|\b(?:acquired|performed|scanned|obtained) without (?:iv |intravenous )?contrast\b"
    r"|\bnot obtained\b|\bmistimed\b|\bbecause of gas\b|\bunable to (?:hold|cooperate|suspend)"
)
_MAY_LIMIT = re.compile(
    "limit|optimal|adequate|degraded|diagnostic|obscure|artifact|motion|difficult|challeng|poor"
    "|incomplet|partial|partly|not |unable|low |reduced|compromis|insufficient|impair|hamper"
    "|restrict|preclude|prevent|abort|terminated|uncooperative|extravas|only|single|without"
    "|mistimed|of gas"
)
"""Stems, to pass over most sentences quickly."""
_NO_LIMIT = re.compile(
    r"\bnot limited\b|\bno limitations?\b|\blimitations?: (?:none|no)\b|\bwithout limitation"
)
_NAME = re.compile(r"\b(?:ultrasound|us|abdomen|abdominal|ruq|mri|ct)\s(?:abdomen\s)?limited\b")
_VIS = re.compile(
    r"\bvis(?:\s?[-:]\s?|\s)(?P<short>[abc])\b"
    r"|\bvisuali[sz]ation(?: score)?\s?:?\s?(?:vis-?)?(?P<long>[abc])\b"
)
_HAMPERS = re.compile(
    r"\b(?:(?:overlying )?bowel gas|spinal hardware|arterial (?:phase|enhancement)"
    r"|respiratory motion"
    r"|lung|ribs?|vascular|portal venous)\b"
)
_ELSEWHERE = {Section.HISTORY, Section.COMPARISON}


def limit_in(sentence: Sentence) -> tuple[int, int] | None:
    """The words that limit the exam of the liver; None where they speak of another organ only."""
    if sentence.section in _ELSEWHERE or not _MAY_LIMIT.search(sentence.text):
        return None
    if _NO_LIMIT.search(sentence.text):
        return None
    found = _LIMIT.search(sentence.text)
    if not found or _NAME.search(sentence.text) or _is_elsewhere(sentence, *found.span()):
        return None
    before = sentence.text[: found.start()]
    if is_negated_at(sentence.text, found.start(), found.end()) and not re.search(
        r"\bno\b", before
    ):
        return None
    return found.span()


def _is_elsewhere(sentence: Sentence, start: int, end: int) -> bool:
    """The words speak of another organ. What hampers (gas, metal) is no organ."""
    masked = _HAMPERS.sub(lambda found: "~" * len(found[0]), sentence.text)
    anchors = [a for a in sentence.anchors if masked[a.start] != "~"]
    organ = organ_at(masked, start, end, anchors) if anchors else sentence.organ
    return organ is Organ.OTHER


def visualisation_in(sentence: Sentence) -> tuple[VisualisationScore, int, int] | None:
    """The visualisation score and its place."""
    found = _VIS.search(sentence.text)
    if not found:
        return None
    letter = (found["short"] or found["long"]).upper()
    return VisualisationScore(letter), *found.span()
