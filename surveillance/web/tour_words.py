"""The words of the guided tour: what each role tries in its first ten minutes. Data only."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_noop

from patients.models import Role
from surveillance.roles import Permission


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to try. `path` is the name of an address, `needs` what opens it."""

    title: str
    words: str
    path: str
    needs: Permission | None
    query: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What one kind of user does with the software, in a few steps."""

    title: str
    words: str
    roles: frozenset[Role]
    steps: tuple[Step, ...]


NAVIGATOR: Final = Part(
    gettext_noop("The navigator’s day"),
    gettext_noop("One list, the most dangerous to leave first, worked from top to bottom."),
    frozenset({Role.NURSE_NAVIGATOR, Role.LEAD_NAVIGATOR}),
    (
        Step(
            gettext_noop("Read the first row of the queue"),
            gettext_noop(
                "Who, which lesion, why, what is owed and by when, the last contact and the next "
                "step. The name opens the patient beside the list."
            ),
            "queue",
            Permission.VIEW_QUEUE,
            "tab=overdue",
        ),
        Step(
            gettext_noop("Log a call that nobody answered"),
            gettext_noop(
                "Press c, then n. The next try is suggested at another time of day, and for 15 "
                "minutes it can be undone. Press ? for all keys."
            ),
            "queue",
            Permission.LOG_CONTACT,
            "tab=overdue",
        ),
        Step(
            gettext_noop("Look for somebody who is not in the list"),
            gettext_noop(
                "Search by name, number, birth date or telephone: one sentence says why the "
                "patient is not there."
            ),
            "queue",
            Permission.VIEW_QUEUE,
            "tab=unreachable",
        ),
        Step(
            gettext_noop("See what today asks for"),
            gettext_noop(
                "Calls promised for now, orders and bookings that are missing, escalations that "
                "came back."
            ),
            "my_day",
            Permission.VIEW_QUEUE,
        ),
    ),
)
CLINICIAN: Final = Part(
    gettext_noop("The clinician’s click"),
    gettext_noop("An escalation is answered in thirty seconds, on a telephone too."),
    frozenset({Role.CLINICIAN, Role.MEDICAL_DIRECTOR}),
    (
        Step(
            gettext_noop("Open an escalation"),
            gettext_noop(
                "What is overdue, the risk and why, the lesion with its sizes, the recommendation "
                "with its reasons and the quoted source."
            ),
            "inbox",
            Permission.ACKNOWLEDGE,
        ),
        Step(
            gettext_noop("Answer it"),
            gettext_noop(
                "Order placed, change the plan, not indicated, followed elsewhere, or not mine. "
                "It comes back if nothing follows."
            ),
            "inbox",
            Permission.ACKNOWLEDGE,
        ),
        Step(
            gettext_noop("Go on leave without losing anybody"),
            gettext_noop("Name who covers; their list of what they take over is made at once."),
            "absences",
            Permission.VIEW_QUEUE,
        ),
    ),
)
ADMINISTRATOR: Final = Part(
    gettext_noop("The administrator’s review"),
    gettext_noop("Who works here, what is sent, and how well it goes."),
    frozenset({Role.ADMINISTRATOR}),
    (
        Step(
            gettext_noop("See how the site does"),
            gettext_noop("Each number says what it counts and leads to its list."),
            "dashboard",
            Permission.VIEW_MEASURES,
        ),
        Step(
            gettext_noop("Invite a colleague"),
            gettext_noop("Give and end roles; what they owned is handed over first."),
            "people",
            Permission.ADMINISTER,
        ),
        Step(
            gettext_noop("Read the words that patients get"),
            gettext_noop("Change them, look at them with a real patient’s data, put them in use."),
            "message_texts",
            Permission.ADMINISTER,
        ),
        Step(
            gettext_noop("Bring in a registry"),
            gettext_noop("Upload a file and see what would happen before anything does."),
            "registry_import",
            Permission.IMPORT_REGISTRY,
        ),
    ),
)
AUDITOR: Final = Part(
    gettext_noop("The auditor’s proof"),
    gettext_noop("That nobody is lost, and that nothing was changed afterwards."),
    frozenset({Role.AUDITOR}),
    (
        Step(
            gettext_noop("Account for every lesion"),
            gettext_noop("The coverage certificate counts each lesion ever recorded, once."),
            "certificate",
            Permission.VIEW_AUDIT,
        ),
        Step(
            gettext_noop("See who looked at whom"),
            gettext_noop("By person, patient and period; the chain of the trail can be checked."),
            "access_review",
            Permission.VIEW_AUDIT,
        ),
        Step(
            gettext_noop("Read what must never be"),
            gettext_noop("The failsafe names what has gone quiet, and whose it is."),
            "failsafe",
            Permission.VIEW_FAILSAFE,
        ),
        Step(
            gettext_noop("Compare the roles"),
            gettext_noop("Who may do what, in one table."),
            "roles",
            None,
        ),
    ),
)
PARTS: Final = (NAVIGATOR, CLINICIAN, ADMINISTRATOR, AUDITOR)
