"""The page of the REST interface keeps to our own Content-Security-Policy."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.surveillance.web.scenes import Clinic


@pytest.mark.django_db
def test_nothing_stands_inline(client: Client, clinic: Clinic) -> None:
    client.force_login(clinic.navigator)

    page = client.get(reverse("api_docs"))

    said = page.content.decode()
    assert "default-src 'self'" in page["Content-Security-Policy"]
    assert "hepcalc/api-docs.css" in said
    assert "<style" not in said
    assert "<script>" not in said
