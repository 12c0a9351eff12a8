"""How often a colleague may be interrupted. Changes nobody's care, so no protocol version either.

No published number fits: ECRI's guidance on closing the loop says that more alerts in a broken
process "will only obfuscate"; of imaging alerts 18.1 % were unacknowledged after two weeks, and
acknowledged ones were not acted on more often (Singh 2009). The numbers are ours, to be measured.
"""

from typing import Final

from surveillance.protocol.parameters.parameter import Authority, Parameter

ALERTS_PER_WEEK: Final = Parameter(
    "alerts_per_week",
    5,
    "e-mails at once per person",
    Authority.OURS,
    (),
    "One a working day on average, for new urgent cases; what is overdue and at risk or urgent "
    "counts and is sent beyond it. A site may choose fewer.",
)
ALERT_WEEK: Final = Parameter(
    "alert_week", 7, "days", Authority.OURS, (), "The budget counts the days just past."
)
DIGEST_HOUR: Final = Parameter(
    "digest_hour",
    7,
    "hour of the site's day",
    Authority.OURS,
    (),
    "Before the day's work; the steps of the day are raised just after midnight.",
)
