"""What the protocol answers when somebody asks for what it does not allow.

Made in protocol/overrides.py, protocol/reaching.py and protocol/message_text.py; a test holds that
every sentence of theirs is here.
"""

from typing import Final

from django.utils.translation import gettext_noop

OVERRIDES: Final = (
    gettext_noop("Nothing is owed, so there is no date to change."),
    gettext_noop("The latest day can move later in the low class only (S28)."),
    gettext_noop("The latest day can move later in the low class only (S28); record the reason."),
    gettext_noop("An override needs an author, a reason and a date."),
    gettext_noop("Say what changes: a date, the modality, or closing."),
    gettext_noop("Only the responsible clinician closes a lesion."),
    gettext_noop(
        "A lesion is closed only as 'surveillance not appropriate' (R04) or on benign proof."
    ),
    gettext_noop("Only the responsible clinician chooses another modality."),
    gettext_noop("{modality} follows no lesion up: it is information only."),
    gettext_noop("{modality} is contraindicated for this patient."),
    gettext_noop("No day that is still to come is before the last day, {last}. Book at once."),
    gettext_noop("At most 3 months later, and {last} has passed."),
    gettext_noop("Only the responsible clinician chooses a later date."),
    gettext_noop("At most 3 months later: {last}."),
)

LOST: Final = (
    gettext_noop("{n} of {most} attempts"),
    gettext_noop("only by {ways}"),
    gettext_noop("on no channel"),
    gettext_noop("calls or visits only in the {parts}"),
    gettext_noop("no call or visit"),
    gettext_noop("telephone"),
    gettext_noop("a visit"),
    gettext_noop("letter"),
    gettext_noop("e-mail"),
    gettext_noop("text message"),
    gettext_noop("other"),
    gettext_noop("morning"),
    gettext_noop("afternoon"),
    gettext_noop("evening"),
    gettext_noop(" and "),
)

TEXTS: Final = (
    gettext_noop("At most {most} characters."),
    gettext_noop("Enter a subject."),
    gettext_noop("Texts and calls have no subject. Leave it empty."),
    gettext_noop("Enter the text."),
    gettext_noop("A subject is one line. Remove line breaks and invisible signs from it."),
    gettext_noop("Remove the invisible control characters."),
    gettext_noop("A message is plain text: remove the tags (<…>)."),
    gettext_noop("{names} is not known here. Use {allowed}."),
    gettext_noop("A brace stands alone. Braces are for {allowed}."),
    gettext_noop("Say where to go on: use {link}."),
    gettext_noop("Say which number to call back: use {phone}."),
    gettext_noop("Say how to reach you: use {phone} or {link}."),
    gettext_noop("Say how to stop: the word STOP in capitals must be in it."),
    gettext_noop(
        "{words} tells others why somebody is under care. Leave it out; a person says it."
    ),
    gettext_noop("Reading grade {grade}; at most {most}. Use shorter sentences and shorter words."),
    gettext_noop("{n} parts; at most {most}. Shorten it."),
    gettext_noop(
        "{n} parts; at most {most}. Shorten it. "
        "These letters more than double its length: {letters}."
    ),
)

REFUSALS: Final = (*OVERRIDES, *LOST, *TEXTS)
