"""The scene of a patient whose exam is due."""

import pytest

from tests.surveillance.reconciliation.scenes import Feed, feed_scene


@pytest.fixture
def feed(db: None) -> Feed:
    return feed_scene()
