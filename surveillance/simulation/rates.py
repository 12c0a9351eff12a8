"""How people, scanners and feeds behave: every rate with its unit and where it comes from.

Nothing here decides anything clinical. A rate whose source is "judgement" was chosen by us; the
others are published, and the note says how the published figure was read.
"""

from dataclasses import dataclass
from typing import Final

JUDGEMENT: Final = "judgement"


@dataclass(frozen=True, slots=True)
class Rate:
    """One number of the simulated world. `unit` "share" is a chance between 0 and 1."""

    key: str
    value: float
    unit: str
    source: str
    note: str

    @property
    def row(self) -> str:
        """The rate as a row of the table in docs/simulation.md."""
        return f"| {self.key} | {self.value:.3g} | {self.unit} | {self.source} | {self.note} |"


# ---------------------------------------------------------------- what happens by itself

COMPLETED_UNTRACKED: Final = Rate(
    "completed_untracked", 0.519, "share", "Mabotuwana, AJR 2019",
    "Follow-up done when nobody tracks it (published range 28-77 %).",
)  # fmt: skip
NO_ORDER: Final = Rate(
    "no_order", 0.496, "share", "Marquardt 2021, PMC8435280",
    "Of the failures, those for which no order was ever placed.",
)  # fmt: skip
ON_TIME_UNTRACKED: Final = Rate(
    "on_time_untracked", 0.645, "share", "RADAR (before), AJR",
    "Of those who come without being asked, those who come by the last day.",
)  # fmt: skip
RETURNS: Final = Rate(
    "returns", 0.25, "share", JUDGEMENT,
    "Each further half-year, the chance that a missed exam is made up for without any programme.",
)  # fmt: skip
DID_NOT_ATTEND: Final = Rate(
    "did_not_attend", 0.12, "share", JUDGEMENT, "Of appointments that were made."
)
SLOT_WAIT: Final = (
    Rate("slot_wait_least", 5, "days", JUDGEMENT, "From a booking to the appointment, at least."),
    Rate("slot_wait_most", 26, "days", JUDGEMENT, "From a booking to the appointment, at most."),
)
BOOKING_TOLD: Final = Rate(
    "booking_told", 0.8, "share", JUDGEMENT,
    "Appointments made by the patient that become known to the programme beforehand.",
)  # fmt: skip
BOOKED_AHEAD: Final = Rate(
    "booked_ahead", 14, "days", JUDGEMENT, "How long before the exam patients make their own."
)

# ---------------------------------------------------------------- being asked

REACHED_BY_PHONE: Final = Rate(
    "reached_by_phone", 0.325, "share", "Aby 2020, PMC7262281",
    "Published per patient; read here as the chance of one attempt, in every arm that calls.",
)  # fmt: skip
ODDS_WHEN_REACHED: Final = Rate(
    "odds_when_reached", 3.0, "odds ratio", "Aby 2020, PMC7262281",
    "Of coming, once spoken to, against coming untracked.",
)  # fmt: skip
NEVER_REACHED: Final = Rate(
    "never_reached", 0.047, "share", "Barrett 2022, PMID 35752517",
    "Patients whom no telephone call ever reaches.",
)  # fmt: skip
WRONG_NUMBER: Final = Rate(
    "wrong_number", 0.03, "share", JUDGEMENT, "Of calls; the right one is found within a month."
)
LETTER_COMPLETED: Final = Rate(
    "letter_completed", 0.587, "share", "Loftus 2024, JACR 2023.07.026",
    "Exams done within a month of due after a letter.",
)  # fmt: skip
CONTROL_COMPLETED: Final = Rate(
    "control_completed", 0.532, "share", "Loftus 2024, JACR 2023.07.026",
    "The same without one (phone 60.4 %, portal message 36.4 %: neither arm writes to a portal).",
)  # fmt: skip
LETTER_DAYS: Final = Rate("letter_days", 7, "days", JUDGEMENT, "From posting to an answer.")
LETTER_RETURNED: Final = Rate(
    "letter_returned", 0.03, "share", JUDGEMENT,
    "Patients whose address on file is wrong, until a call that reaches them puts it right.",
)  # fmt: skip
RETURN_DAYS: Final = Rate(
    "return_days", 10, "days", JUDGEMENT, "From posting until a letter is back."
)
MESSAGE_EFFECT: Final = Rate(
    "message_effect", 0.0, "share", JUDGEMENT,
    "E-mails and texts bring nobody and keep nobody away: published effects point both ways.",
)  # fmt: skip
UNANSWERED: Final = Rate(
    "unanswered", 0.27, "share", "Singh 2009 (18.1 %) and 2007 (36 %)",
    "Requests to a clinician that are not answered; the middle of the two.",
)  # fmt: skip
NOT_INDICATED: Final = Rate(
    "not_indicated", 0.19, "share", "Mannix, RSNA/AJR 2019-2020",
    "Of overdue exams that a clinician looks at: not indicated any more. Signed as such.",
)  # fmt: skip
FACTS_COMPLETED: Final = Rate(
    "facts_completed", 0.78, "share", JUDGEMENT, "Missing facts that a request brings in."
)
REFERRAL_ANSWERED: Final = Rate(
    "referral_answered", 0.519, "share", "Mabotuwana, AJR 2019",
    "Referrals answered without being chased; read as imaging is.",
)  # fmt: skip

# ---------------------------------------------------------------- the scanner and the feed

LIMITED: Final = Rate(
    "limited_visualisation", 0.489, "share", "meta-analysis, Dig Dis 41(5):757",
    "Ultrasound with any limitation (VIS-B or VIS-C).",
)  # fmt: skip
SEVERELY_LIMITED: Final = Rate(
    "severely_limited", 0.25, "share", JUDGEMENT, "Of the limited ones, VIS-C: settles nothing."
)
REPORT_DELAY: Final = Rate(
    "report_delay", 5, "days", JUDGEMENT, "From exam to report, at most; every day as likely."
)

# ---------------------------------------------------------------- people come and go

DIES: Final = Rate("dies", 0.02, "a year", JUDGEMENT, "Reported within days.")
MOVES_AWAY: Final = Rate(
    "moves_away", 0.01, "a year", JUDGEMENT, "Another centre takes over and says so."
)
DECLINES: Final = Rate(
    "declines", 0.01, "a year", JUDGEMENT, "Comes no more; what is owed stays open (A-32)."
)
CALLS_A_DAY: Final = Rate(
    "calls_a_day", 20, "calls", JUDGEMENT,
    "Most that one navigator makes (Duke: about 5 cases a day, several calls each).",
)  # fmt: skip
CALL_AGAIN: Final = Rate("call_again", 4, "days", JUDGEMENT, "After a call that reached nobody.")
CALL_LATER: Final = Rate("call_later", 21, "days", JUDGEMENT, "The same, from the fifth call on.")
ANSWERED_A_DAY: Final = Rate(
    "answered_a_day", 0.5, "share", JUDGEMENT, "Escalations that their owner gets to on a day."
)
PATIENTS_OF_A_TEAM: Final = Rate(
    "patients_of_a_team", 200, "patients", JUDGEMENT,
    "At most; a larger site has several teams, each with its own patients.",
)  # fmt: skip
PRINT_EVERY: Final = Rate(
    "print_every", 3, "days", JUDGEMENT, "Between two print runs of letters, at least."
)
ON_LEAVE: Final = Rate(
    "on_leave", 0.012, "a working day", JUDGEMENT, "The chance that an absence begins."
)
LEAVE_DAYS: Final = Rate("leave_days", 14, "days", JUDGEMENT, "Of one absence, at most.")
BACK_EARLY: Final = Rate(
    "back_early", 0.1, "share", JUDGEMENT, "Of absences: ended when half of them is over."
)
RESIGNS: Final = Rate("resigns", 0.15, "a year", JUDGEMENT, "A navigator; work is handed over.")
POST_VACANT: Final = Rate("post_vacant", 60, "days", JUDGEMENT, "Until there is a successor.")

# ---------------------------------------------------------------- faults (with --faults)

SWEEP_STOPS: Final = Rate("sweep_stops", 1 / 60, "a day", JUDGEMENT, "Then for 1 to 10 days.")
SWEEP_DOWN_DAYS: Final = Rate("sweep_down_days", 10, "days", JUDGEMENT, "At most.")
WORKER_DIES: Final = Rate(
    "worker_dies", 0.2, "a day", JUDGEMENT, "Between a message's claim and its mark."
)
FEED_STOPS: Final = Rate("feed_stops", 1 / 90, "a day", JUDGEMENT, "Then for 2 to 14 days.")
FEED_QUIET_DAYS: Final = Rate("feed_quiet_days", 14, "days", JUDGEMENT, "At most.")
WALKS_OUT: Final = Rate(
    "walks_out", 0.5, "a year", JUDGEMENT, "A navigator, without notice or hand-over."
)
WALKOUT_NOTICED: Final = Rate(
    "walkout_noticed", 14, "days", JUDGEMENT, "Until the account is closed, at most."
)
BEATS_TWICE: Final = Rate("beats_twice", 0.1, "a day", JUDGEMENT, "Sweep and delivery run again.")
CLOCK_REPEATS: Final = Rate(
    "clock_repeats", 1 / 30, "a day", JUDGEMENT, "The day before is swept once more."
)


def all_rates() -> list[Rate]:
    """Every rate, in the order of this file."""
    found: list[Rate] = []
    for value in globals().values():
        if isinstance(value, Rate):
            found.append(value)
        elif isinstance(value, tuple) and value and isinstance(value[0], Rate):
            found.extend(value)
    return found


# ---------------------------------------------------------------- read from the published ones


def ordered() -> float:
    """The chance that an order is placed without anybody asking for it."""
    return 1 - (1 - COMPLETED_UNTRACKED.value) * NO_ORDER.value


def comes_if_ordered() -> float:
    """The chance that a patient for whom it was ordered comes without being asked."""
    return COMPLETED_UNTRACKED.value / ordered()


def agrees_when_reached() -> float:
    """The chance that somebody who was spoken to makes an appointment."""
    done = COMPLETED_UNTRACKED.value
    odds = ODDS_WHEN_REACHED.value * done / (1 - done)
    return odds / (1 + odds)


def letter_brings() -> float:
    """Of those who would not have come, how many come after a letter."""
    control = CONTROL_COMPLETED.value
    return (LETTER_COMPLETED.value - control) / (1 - control)
