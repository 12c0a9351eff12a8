"""A clinic on a fixed day, and somebody signed in."""

import pytest
import time_machine
from django.test import Client

from tests.factories import NOW
from tests.surveillance.web.scenes import Clinic, a_clinic


@pytest.fixture
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def clinic(db) -> Clinic:
    return a_clinic(name="St Brigid")


@pytest.fixture
def navigator(today, clinic: Clinic, client: Client) -> Client:
    client.force_login(clinic.navigator)
    return client
