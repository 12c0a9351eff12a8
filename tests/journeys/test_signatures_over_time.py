"""What a clinician signed answers for the facts of that day, and never comes back by itself."""

from datetime import date, timedelta

import pytest

from surveillance.models import FollowUpOutcome, Lesion, LesionEventKind, OverrideKind
from surveillance.protocol.terms import LiRads, ObligationKind, Tri
from surveillance.workflows.close_follow_up import close_follow_up
from surveillance.workflows.override_assessment import override_assessment
from tests.journeys.story import Story, at

pytestmark = pytest.mark.django_db
DAY = date(2026, 2, 10)


def sign_off(story: Story, lesion: Lesion, on: date) -> None:
    close_follow_up(
        follow_up=story.imaging(lesion),
        outcome=FollowUpOutcome.NOT_APPROPRIATE,
        note="frail at the moment",
        by=story.clinician,
        now=at(on),
    )


def test_a_spent_signature_does_not_close_the_lesion_again():
    story = Story()
    story.risk(DAY, cirrhosis=Tri.YES)
    lesion = story.lesion(DAY)
    story.exam(DAY, lesion, "14", lirads=LiRads.LR_3)
    sign_off(story, lesion, DAY + timedelta(days=3))
    assert not story.owed(lesion)

    growth = DAY + timedelta(days=150)
    story.exam(growth, lesion, "19", lirads=LiRads.LR_3)
    assert ObligationKind.IMAGING in story.owed(lesion)
    watch = growth + timedelta(days=20)
    story.event(watch, lesion, LesionEventKind.MDT_DECISION, "CONTINUE_SURVEILLANCE")

    assert story.rule(lesion) == "R69"
    assert ObligationKind.IMAGING in story.owed(lesion)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param({"cirrhosis": Tri.UNKNOWN}, {"cirrhosis": Tri.YES}, id="cirrhosis proved"),
        pytest.param(
            {"cirrhosis": Tri.YES},
            {"cirrhosis": Tri.YES, "extrahepatic_malignancy": Tri.YES},
            id="a cancer found",
        ),
    ],
)
def test_a_signature_does_not_outlive_a_new_danger(before, after):
    story = Story()
    story.risk(DAY, **before)
    lesion = story.lesion(DAY)
    story.exam(DAY, lesion, "14", lirads=LiRads.LR_3)
    sign_off(story, lesion, DAY + timedelta(days=3))

    story.risk(DAY + timedelta(days=10), **after)

    assert ObligationKind.IMAGING in story.owed(lesion)


def test_a_later_date_that_was_spent_does_not_come_back():
    story = Story()
    story.risk(DAY)
    lesion = story.lesion(DAY)
    story.exam(DAY, lesion, "8", lirads=LiRads.LR_3)
    computed = story.imaging(lesion).latest_on
    override_assessment(
        lesion=lesion,
        kind=OverrideKind.LATER,
        reason="abroad",
        latest_on=computed + timedelta(days=60),
        by=story.clinician,
        now=at(DAY + timedelta(days=1)),
    )

    story.risk(DAY + timedelta(days=5), cirrhosis=Tri.YES)
    story.risk(DAY + timedelta(days=6))

    assert story.imaging(lesion).latest_on == computed
