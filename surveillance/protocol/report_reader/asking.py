"""Whether words ask for imaging: what asks, what is only a plan, what is declined, what is a visit.

A thing that is declined ("no need for repeat MRI in 3 months") is blotted out before anything is
asked of the words; what then still asks is a recommendation (S36).
"""

import re

from surveillance.protocol.report_reader.intervals import Interval
from surveillance.protocol.report_reader.sections import Section
from surveillance.protocol.report_reader.sentences import Sentence

_EXAM = (
    r"(?:ultrasound|us|ceus|ct|mri|mrcp|pet|mr|(?:\w+[- ])?phase (?:ct|mri)|(?:tri"
    r"|multi)phasic (?:ct"
    r"|mri)|scan|imaging)"
)
_DOES = (
    r"(?:arrange|book|obtain|organi[sz]e|order|schedule|perform|get|do|request|repeat|undertake)"
)
ASKS = re.compile(
    rf"\b{_EXAM}\s(?:could|may|might|would|can)\s(?:help|confirm|clarify|characteri[sz]e)\b|"
    r"\brecommend(?:ed|s|ations?|ing)?\b|\badvis(?:e|ed|able)\b|\badvice\b|\bsuggest(?:ed"
    r"|s)?\b(?! of)"
    r"|\bconsider(?:ed|ation)?\b|\b(?:is|are) (?:warranted|indicated|required|needed|necessary"
    r"|favou?red|requested)\b"
    r"|\b(?:warrants|merits|deserves)\b|\b(?:please|kindly) (?:arrange|obtain|request|book"
    r"|organi[sz]e|perform|repeat|re-?scan|recall|order|schedule|do|get)\b"
    r"|\b(?:should|must|ought to|to) (?:be (?:followed|repeated|re\w*|imaged|monitored|scanned"
    r"|arranged|performed|obtained|kept)|undergo|have)\b|\bshould be\b"
    r"|\b(?:could|may|can|would) be (?:(?:further|better) )?(?:assessed|evaluated"
    r"|characteri[sz]ed|performed|obtained|helpful|useful|of value|done|appreciated|advisable"
    r"|prudent|beneficial|worthwhile)\b"
    r"|\b(?:would|may|could|will) (?:benefit from|help|merit|need|require)\b|\b(?:grateful"
    r"|appreciate)\b"
    r"|\bcorrelat(?:e|ion) with (?:a )?(?:dedicated )?(?:ct|mri|us|ultrasound|ceus)\b"
    r"|\bneeds? (?:an? )?(?:urgent |early |prompt )?(?:mri|ct|us|ultrasound|ceus|follow|repeat"
    r"|further)"
    r"|\battention on follow-up\b"
    r"|\bas clinically (?:indicated|warranted)\b"
    rf"|\b(?:proceed(?:ing)? to|go on to|refer(?:ral)? for|(?:will|to|and|^){_DOES})\s"
    rf"(?:\w+\s){{0,3}}?{_EXAM}\b"
    rf"|\b(?:review|evaluate|assess|confirm|characteri[sz]e|correlate)\s(?:\w+\s){{0,2}}?(?:with"
    rf"|by)\s"
    rf"(?:an?\s|dedicated\s)*{_EXAM}\b"
    rf"|(?:^|\b(?:will|to|and|we|i)\s){_DOES}\s(?:\w+\s){{0,3}}?{_EXAM}\b"
    rf"|\b{_EXAM}(?:\s[\w/]+){{0,3}}?\s(?:please|requested)\W*$"
)
_ONLY_EXAM = re.compile(
    rf"\W*(?:for|urgent|early|prompt)\s(?:an?\s|urgent\s|dedicated\s)*{_EXAM}(?:\s\w+){{0,2}}\W*"
)
PLANS = re.compile(
    r"\bfollow[- ]?up\b|\bsurveillance\b|\brepeat\b|\bre-?(?:check|assess|imag|evaluat|call"
    r"|examin)\w*\b|\bre-?scan\w*\b|\bcontrol (?:ultrasound|us|ct|mri|scan|imaging)\b"
    r"|\bimag(?:e|ed) again\b|\bcontinue\b|\bplan\b|\bformal\b|\bdedicated\b"
    r"|\binterval (?:ultrasound|ct|mri|imaging)\b"
    rf"|\b(?:next|review) (?:\w+ )?{_EXAM}\b|\bmonitor(?:ed|ing)?\b|\bserial\b|\breturn (?:for"
    rf"|in)\b"
    r"|\bfurther (?:imaging|evaluation|characteri[sz]ation|work-?up|scan)"
)
_IMAGING = re.compile(
    r"\bfollow[- ]?up\b|\bimaging\b|\bscan\b|\bsurveillance\b|\bstudy\b|\bcharacteri[sz]ation\b"
    r"|\brescan\w*\b|\bre-?(?:imag|scan|call|evaluat|assess|check)\w*\b|\bmonitor\w*\b"
)
_NAMES = re.compile(
    r"\b(?:us|u[lt]tras|ceus|cts?|mr|mri|mrcp|pet|scans?|sono|imag|re-?imag|follow|surveil|stud"
    r"|charact"
    r"|re-?scan|re-?call|re-?eval|re-?ass|re-?check|monitor|fdg|ldct|magnetic|computed|radiogr"
    r"|x-?ray"
    r"|plain film|weeks?|months?|years?|fortnight|annual|biannual|semi|half|quarterly|yearly)"
    r"|/12|/52|monthly"
)
_ONLY_IMAGING = re.compile(r"\bimaging\b|\bscan\b|\bre-?(?:imag|scan)\w*\b|\bradiolog\w+")
_PER = re.compile(r"\bfollow[- ]?up (?:as )?per\b|\bfollow[- ]?up according\b")
_PER_PROTOCOL = re.compile(
    r"\bfollow[- ]?up (?:as )?(?:per|according to) (?:\w+ ){0,3}(?:protocol|guidelines?|criteria"
    r"|li-?rads|recommendations|schedule)\b"
)
_DISCRETION = re.compile(r"\bat the discretion of (?:\w+\s?){1,4}")
_VISIT = re.compile(
    r"\b(?:clinics?|appointments?|pcp|gp|physicians?|doctors?|provider|outpatient|opd|office|visit"
    r"|consult\w*|referr\w+|surgeons?|surgery|wound|lfts?|bloods?|afp|labs?|serology|markers?"
    r"|clinical(?:ly)?|surgical(?:ly)?|medical(?:ly)?|dental|oncologic\w*|dietitian|nurse|team|mdt"
    r"|colonoscopy|endoscopy|biopsy|(?!radio)\w+olog(?:y|ists?|ical))\b"
)
_NOT_IMAGING = re.compile(
    r"\b(?:biopsy|fna|aspiration|colonoscopy|ercp|eus|cystoscopy|mammogra\w+|serology|bloods?"
    r"|lfts?|clinical correlation|clinical follow[- ]?up|tissue sampling)\b"
)
_WANTED = (
    r"(?:required|necessary|indicated|needed|recommended|warranted|advised|suggested|helpful|useful"
    r"|justified|mandatory|planned|appropriate|worthwhile|beneficial|arranged|considered"
    r"|of (?:\w+ )?(?:benefit|value|use|help))"
)
_CONTRAST = r"\b(?:but|however|instead|although|whereas|while)\b|;"
_FORWARD = re.compile(
    r"\b(?:no|without|nor|little|not any)\s(?:\w+\s){0,3}?(?:need|needs|indication|reason"
    r"|requirement"
    r"|necessity|role|benefit|value|justification|call|purpose|sense|point)\b"
    r"|\b(?:do|does|did|would|should|could|can|will|need)\s?(?:not"
    r"|n't)\s(?:\w+\s){0,3}?(?:recommend"
    r"|advise|suggest|need|require|warrant|think|feel|believe|consider|see|benefit|help|merit"
    r"|justify"
    r"|be|have|undergo|repeat|arrange)\w*\b"
    r"|\b(?:cannot|can not|can't|don't|doesn't|wouldn't|needn't|shouldn't|won't|didn't|need not)\s"
    r"(?:\w+\s){0,2}?\w+\b"
    r"|\badvis\w*\sagainst\b|\brecommend\w*\sagainst\b|\bagainst\s(?:an?\s)?(?:repeat|further)\b"
    r"|\bunlikely to (?:benefit|help|require|need|be)\b|\bneither\b|\bdischarged?\sfrom\b"
    r"|\b(?:no|without)\s(?:(?!change|growth)[\w-]+\s){0,4}?(?:follow[- ]?up|imaging|surveillance"
    r"|work-?up|action|scans?|recommendations?|f/u)\b(?!\s(?:available|for comparison))"
    r"|\b(?:recommend\w*|follow[- ]?up|advice|plan)\s?[:-]?\s?-?\s?(?:none|nil|no)\b"
)
_BACKWARD = re.compile(
    rf"\b(?:not|n't|no longer|never|isn't|aren't|hardly)\s(?:\w+ly\s)?(?:\w+\s)?{_WANTED}\b"
    r"|\b(?:unnecessary|unwarranted|unneeded|needless|superfluous|omitted|dispensed with"
    r"|discontinued|stopped|cancelled|canceled|contraindicated|of no|of little|need not)\b"
    r"|\b(?:follow[- ]?up|imaging|surveillance|work-?up|it)(?:\s\w+){0,3}?\s(?:not|no longer"
    r"|isn't)\b"
    r"(?!\s(?:well|previous|seen|clear|before|earlier|sooner))"
)
_COMPARE = re.compile(
    r"\b(?:comparison|correlat\w+|compar\w+|obtain\w*|retriev\w+|review)\s(?:\w+\s){0,2}?(?:prior"
    rf"|previous|outside|old|earlier|past)\s(?:\w+\s){{0,2}}?{_EXAM}\b"
)
_INSTEAD = re.compile(rf"\b(?:rather than|instead of)\s(?:an?\s)?(?:\w+\s){{0,2}}?{_EXAM}\b")
_NO_SUBJECT = re.compile(
    r"(?:\s|is|are|was|would|will|be|may|can|could|should|being|therefore|thus)*"
)
ENDED = re.compile(
    r"\bfollow[- ]?up\b[^.;]{0,30}\b(?:not|no longer) (?:\w+ly )?(?:required|needed|necessary"
    r"|recommended)"
    r"|\bno (?:further )?(?:follow[- ]?up|imaging|surveillance)\b[^.;]{0,20}(?:required|needed"
    r"|necessary)"
)
WAS = re.compile(
    r"\b(?:aasld|easl|acr|bsg|nice|guidelines?|guidance|society"
    r"|literature)\s(?:\w+\s){0,2}?(?:recommend"
    r"|suggest|advise|state)s?\b|\bonly (?:if|when|in case|should)\b|"
    r"\b(?:was|were|had been|has been|have been) (?:previously |already )?(?:recommended|advised"
    r"|suggested|performed|requested|arranged|obtained|done)\b"
    r"|\b(?:previous|prior|earlier|last) (?:recommendation|advice|suggestion)s?\b"
    r"|\bno longer appl\w+"
    r"|\b(?:previously|already|earlier) (?:recommended|advised|suggested)\b|\bas recommended\b"
    r"|\brecommended (?:at|on|in) (?:the )?(?:last|prior|previous|earlier)\b|\bdeclined\b"
)
_FORMAL = re.compile(r"\b(?:formal|dedicated|repeat|control|rescan|continue|monitor\w*|next)\b")
_EXAM_IN = re.compile(
    r"\b(?:ultrasound|us|ceus|ct|mri|scan)(?: (?:liver|abdomen|of the liver|scan"
    r"|study))?,? (?:(?:(?:is )?due )?"
    r"(?:in|at|every|within|after|annual\w*)\s(?:the next\s)?(?:an?\s)?)?(?:\d|one\b|fortnight"
    r"|month\b)"
    r"|\bannual (?:ultrasound|us|mri|ct)\b"
)
_IN = re.compile(r"\b(?:in|at|after|within)\s(?:about\s)?\d{0,2}[\s-]?\w*$")
_TELLS = re.compile(
    r"\b(?:was|were|is|are|has|had|have|show\w*|performed|done|obtained|demonstrat\w+|compar\w+"
    r"|since"
    r"|from|on|seen|review\w*|measur\w+|history|later|follow\w*|after)\b"
)
CONCLUDING = {Section.IMPRESSION, Section.RECOMMENDATION, Section.ADDENDUM}


def names_imaging(words: str) -> bool:
    """Whether the words name an exam, a look again, or a time: without these nothing is asked."""
    return _NAMES.search(words) is not None


def asks_to_compare(words: str) -> bool:
    """ "Correlation with prior imaging is recommended": "if unavailable, MRI" may follow."""
    return _COMPARE.search(words) is not None and ASKS.search(words) is not None


def without_declined(words: str) -> str:
    """The words with what is declined blotted out, letter for letter."""
    words = _COMPARE.sub(_blot, _INSTEAD.sub(_blot, words))
    forward, backward = _FORWARD.search(words), _BACKWARD.search(words)
    if forward:
        words = _blotted(words, forward.start(), _end_of(words, forward.end()))
    if backward:
        end = backward.end()
        if re.match(r"\s(?:\w+\s)?(?:to|for|that)\b", words[end:]):
            end = _end_of(words, end)
        words = _blotted(words, _begin_of(words, backward.start()), end)
    return words


def without_visits(words: str) -> str:
    """ "Repeat bloods in 3 months and ultrasound in 6": the first half blotted out."""
    first, also, second = words.partition(" and ")
    if also and _VISIT.search(first) and re.search(rf"\b{_EXAM}\b", second):
        return words if re.search(rf"\b{_EXAM}\b", first) else _blotted(words, 0, len(first))
    return words


def _end_of(words: str, start: int) -> int:
    """As far as a contrast; only to the next comma where no imaging is declined before it."""
    contrast = re.compile(_CONTRAST).search(words, start)
    end = contrast.start() if contrast else len(words)
    comma = words.find(",", start, end)
    is_other = comma >= 0 and not re.search(rf"\b{_EXAM}\b|\bfollow[- ]?up\b", words[start:comma])
    return comma if is_other else end


def _begin_of(words: str, end: int) -> int:
    """The begin of the part that ends with the refusal; of the whole where it has no subject."""
    begin = max((found.end() for found in re.finditer(_CONTRAST, words[:end])), default=0)
    comma = words.rfind(",", begin, end) + 1
    if comma and not _NO_SUBJECT.fullmatch(words, comma, end):
        return comma
    return begin


def _blotted(words: str, start: int, end: int) -> str:
    return words[:start] + "~" * (end - start) + words[end:]


def _blot(found: re.Match[str]) -> str:
    return "~" * len(found[0])


def is_asked(
    sentence: Sentence, words: str, has_exam: bool, interval: Interval | None, *, is_title: bool
) -> bool:
    """Whether the words of one clause (what is declined is blotted out) ask for imaging."""
    if _PER_PROTOCOL.search(words):
        return True
    if (
        not has_exam
        and _VISIT.search(_DISCRETION.sub("", words))
        and not _ONLY_IMAGING.search(words)
    ):
        return False
    is_late = sentence.section in CONCLUDING
    if sentence.section is Section.RECOMMENDATION and (has_exam or interval):
        return True
    if ASKS.search(words):
        return has_exam or (bool(_IMAGING.search(words)) and not _NOT_IMAGING.search(words))
    if _PER.search(words) or (not is_title and _ONLY_EXAM.fullmatch(words)):
        return True
    if PLANS.search(words) and not is_title:
        return interval is not None or (has_exam and (is_late or bool(_FORMAL.search(words))))
    if not has_exam or interval is None:
        return False
    is_in = interval.earliest is None or _IN.search(words[: interval.start + 8]) is not None
    return bool(_EXAM_IN.search(words)) or (is_in and not is_title and not _TELLS.search(words))
