"""What was not there at an earlier exam: absence before is presence now."""

import re

_SEEN = (
    r"(?:seen|identified|identifiable|present|demonstrated|visuali[sz]ed|visible|found|detected"
    r"|evident|confirmed|appreciated|appreciable|apparent|shown|observed|there|discernible|noted"
    r"|recogni[sz]ed|depicted|imaged|resolved)"
)
_TOLD = r"(?:described|reported|mentioned|documented|known|recorded|commented on)"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_THEN = (
    r"(?:(?:prior|previous|previously|earlier|preceding|older|baseline|initial|original|formerly"
    r"|before|beforehand|hitherto|outside|last|then|past|comparison)\b"
    rf"|(?:19|20)\d\d\b|(?:{_MONTH}\s)(?:\d|of)|\d{{1,2}}/\d{{2,4}}"
    r"|(?:an?|\d{1,2})\s(?:years?|months?|weeks?|days?)\s(?:ago|earlier|before|previously)\b)"
)
_NOT_NOW = (
    r"(?!(?:now|current|currently|today|todays?|this|these|present|compared|comparison|unlike"
    r"|as|since|than|but|and|or|nor|although|however)\b)"
)
_ON_THE_WAY = rf"(?:{_NOT_NOW}[\w'-]+\s){{0,6}}?"
_NEITHER_NOW = r"(?![^.;]{0,40}\b(?:n?or|and)\s(?:\w+\s){0,2}(?:today|now|current|this)\b)"
_UNSEEN = rf"(?:\bnot|\bnever|n't)\s(?:(?:\w+ly|yet|been|be|have|with certainty)\s){{0,3}}{_SEEN}"
_ABSENT_BEFORE = re.compile(
    rf"(?:{_UNSEEN}|\babsent|\b(?:no|without)\s(?:\w+\s)?(?:correlate|equivalent|counterpart)"
    rf"|\bnone(?:\s(?:was|were))?(?:\s{_SEEN})?)\s{_ON_THE_WAY}{_THEN}{_NEITHER_NOW}"
    rf"|\b(?:previously|formerly|hitherto)\s(?:not\s{_SEEN}|absent|unseen)\b"
    rf"|\b(?:not|never)\s(?:been\s)?(?:previously|formerly|hitherto)\s(?:been\s)?{_SEEN}"
    r"|\b(?:has|have)\s(?:newly\s|since\s)?(?:appeared|developed|arisen)\b"
    r"|\binterval\s(?:development|appearance)\sof\b|\bnewly\s(?:seen|noted|detected|apparent"
    r"|visible|identified|developed|appeared|demonstrated)\b|\bde novo\b"
)
"""The words that say so; what they stand by is new."""
_UNTOLD_BEFORE = re.compile(
    rf"\b(?:not|never|un)\s?(?:been\s)?(?:previously\s)?(?:been\s)?{_TOLD}"
    rf"(?:\s{_ON_THE_WAY}{_THEN})?"
)
_COMPARED = re.compile(
    r"\b(?:(?:as\s)?compared (?:to|with)|in comparison (?:to|with)|unlike|since|versus|relative to"
    r"|with respect to|than)\s(?:the\s|an?\s|her\s|his\s|our\s)?(?:\w+\s){0,2}?"
    r"(?:prior|previous|earlier|outside|last)(?:\s\w+){0,3}?\s?"
    r"(?:report|imaging|study|exam\w*|ct|mri|us|ultrasound|scan|one)\b"
)


def without_absence_before(sentence: str) -> str:
    """The sentence with the absence at an earlier exam blotted out, letter for letter."""
    if not _MAY_TELL.search(sentence):
        return sentence
    return _UNTOLD_BEFORE.sub(_blot, _ABSENT_BEFORE.sub(_blot, sentence))


def without_comparison(sentence: str) -> str:
    """The sentence without "compared with the prior CT": what follows is of today."""
    return _COMPARED.sub(_blot, sentence)


def absence_before_in(words: str) -> tuple[int, int] | None:
    """The place of the words that something was not there at an earlier exam."""
    found = _ABSENT_BEFORE.search(words) if _MAY_TELL.search(words) else None
    return found.span() if found else None


_MAY_TELL = re.compile(
    r"\b(?:not|never|none|absent|without|no|un\w+|newly|appeared|interval)\b|n't"
)


def _blot(found: re.Match[str]) -> str:
    return "~" * len(found[0])
