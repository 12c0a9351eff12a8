"""The reasons of reconciliation in the language of the page: kept in English, translated here."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from surveillance.web.protocol_words import Said, said

SENTENCES: Final = frozenset(
    {
        gettext_noop("Record number and name or birth date agree."),
        gettext_noop("The report is signed."),
        gettext_noop("The sender coded a finding of this very lesion."),
        gettext_noop("The text describes one lesion, and it can be only this one."),
        gettext_noop("The report is preliminary: only a signed one answers."),
        gettext_noop("The sender says that the exam was not adequate."),
        gettext_noop("The exam names another region than liver or abdomen."),
        gettext_noop("No imaging of this lesion is owed at present."),
        gettext_noop("Name or birth date differ from the record."),
        gettext_noop("Only the record number says who it is."),
        gettext_noop("The report does not say which region was examined."),
        gettext_noop("The words for the exam say that it was not finished."),
        gettext_noop("The text says more than a machine reads with certainty: read it."),
        gettext_noop("A person decided before that this exam does not answer it."),
        gettext_noop("The kind of exam is not known."),
        gettext_noop("The text says that the exam was limited."),
        gettext_noop("The report does not say whether the exam was adequate."),
        gettext_noop("No finding is coded or read that is of this lesion."),
        gettext_noop("A coded finding may be of another lesion, or a new one."),
        gettext_noop("What the sender coded must be seen by a person."),
        gettext_noop("The text says that the lesion grew."),
        gettext_noop("The text speaks of a new lesion."),
        gettext_noop("The text says that the lesion is gone: a person confirms that."),
        gettext_noop("The text names a suspicious finding."),
        gettext_noop("The text speaks of arterial enhancement or washout."),
        gettext_noop("The text is not sure of what it describes."),
        gettext_noop("The text calls the lesion something else."),
        gettext_noop("With it nothing more would be owed."),
        gettext_noop("With it the lesion would count as less dangerous."),
        gettext_noop("With it a referral or a review would fall away."),
        gettext_noop("The lesion was not measured: the exam does not fulfil."),
        gettext_noop("The lesion was not seen: the exam does not fulfil."),
    }
)
"""Those without a value in them; a test finds one that is missing."""


def reason_said(sentence: str) -> Said:
    """One reason: translated where it is one of these, else as written and marked as English."""
    return Said(_(sentence)) if sentence in SENTENCES else said(sentence)
