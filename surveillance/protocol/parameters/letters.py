"""Numbers of the print run. They decide about paper, not about lesions: no part of the protocol's
version."""

from typing import Final

from surveillance.protocol.parameters.parameter import Authority, Parameter

LETTER_TRAVEL_DAYS: Final = Parameter(
    "letter_travel_days",
    7,
    "days",
    Authority.OURS,
    ("S28",),
    "From queueing to the patient's hands: a day or two to print, the rest in the post. A letter "
    "that would come later than it is needed is not written; a person calls instead.",
)
LETTER_WAIT_DAYS: Final = Parameter(
    "letter_wait_days",
    3,
    "days",
    Authority.OURS,
    ("S28",),
    "Longest time a letter waits for its print run, or a run for its posting, before the failsafe "
    "says so: two working days and a Sunday.",
)
LETTER_SAMPLE: Final = Parameter(
    "letter_sample",
    5,
    "sheets",
    Authority.OURS,
    ("S28",),
    "Sheets compared with the manifest before posting, besides the first and the last. A run that "
    "slipped by one shows on the last sheet; two slips that cancel out show in the middle.",
)
LETTERS_PER_BATCH: Final = Parameter(
    "letters_per_batch",
    200,
    "letters",
    Authority.OURS,
    ("S28",),
    "As many as one person posts in a morning, and a page can set while it waits (a dozen "
    "a second); what is left over waits for the next run.",
)
