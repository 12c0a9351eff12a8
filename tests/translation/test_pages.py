"""The switch, and a few pages as somebody who reads Spanish sees them."""

from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings
from django.core.management import call_command
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format, localize

from patients.models import Role
from tests.factories import MembershipFactory

SPANISH = {"HTTP_ACCEPT_LANGUAGE": "es-MX,es;q=0.9,en;q=0.5"}
LOGIN = "/accounts/login/"


def html_of(response) -> str:
    return str(response.content.decode())


def choose(client: Client, code: str, page: str = "/"):
    return client.post(reverse("set_language"), {"language": code, "next": page})


@pytest.fixture
def navigator(db, client: Client) -> Client:
    client.force_login(MembershipFactory(role=Role.NURSE_NAVIGATOR).user)
    return client


@pytest.mark.django_db
def test_first_visit_follows_the_browser(client) -> None:
    page = client.get(LOGIN, **SPANISH)

    assert '<html lang="es">' in html_of(page)
    assert "<h1>Iniciar sesión</h1>" in html_of(page)
    assert page["Content-Language"] == "es"
    assert {"Accept-Language", "Cookie"} <= {one.strip() for one in page["Vary"].split(",")}


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["", "en-US,en;q=0.9", "pt-BR", "de,fr;q=0.5"])
def test_any_other_browser_is_answered_in_english(client, asked) -> None:
    page = client.get(LOGIN, HTTP_ACCEPT_LANGUAGE=asked)

    assert '<html lang="en-gb">' in html_of(page)
    assert "<h1>Sign in</h1>" in html_of(page)


@pytest.mark.django_db
def test_a_choice_is_kept_whatever_the_browser_asks_for(client) -> None:
    answer = choose(client, "es", "/accounts/login/?next=/queue/")

    assert answer.url == "/accounts/login/?next=/queue/"
    assert "Iniciar sesión" in html_of(client.get(LOGIN, HTTP_ACCEPT_LANGUAGE="en"))
    choose(client, "en-gb")
    assert "<h1>Sign in</h1>" in html_of(client.get(LOGIN, **SPANISH))


@pytest.mark.django_db
def test_the_cookie_is_guarded_and_outlives_the_session(client) -> None:
    cookie = choose(client, "es").cookies[settings.LANGUAGE_COOKIE_NAME]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == settings.LANGUAGE_COOKIE_AGE
    assert bool(cookie["secure"]) == settings.HTTPS


@pytest.mark.django_db
def test_switch_leads_to_no_other_host(client) -> None:
    assert choose(client, "es", "https://elsewhere.example/").url == "/"


@pytest.mark.django_db
def test_switch_takes_only_what_was_sent_from_here() -> None:
    strict = Client(enforce_csrf_checks=True)

    assert choose(strict, "es").status_code == 403
    assert settings.LANGUAGE_COOKIE_NAME not in strict.cookies


@pytest.mark.django_db
@pytest.mark.parametrize("page", [LOGIN, "/no-such-page/", "/accounts/signup/"])
def test_switch_stands_on_pages_for_everybody(client, page) -> None:
    html = html_of(client.get(page))

    assert f'action="{reverse("set_language")}"' in html
    assert f'name="next" value="{page}"' in html
    assert ">English</button>" in html
    assert ">Español</button>" in html


def test_switch_stands_on_pages_for_the_signed_in(navigator) -> None:
    page = f"{reverse('queue')}?tab=due"

    assert 'name="next" value="/queue/?tab=due"' in html_of(navigator.get(page))


@pytest.mark.django_db
def test_switch_on_an_answered_form_leads_back_to_where_the_form_stood(client) -> None:
    page = client.post(LOGIN, {}, HTTP_REFERER=f"http://testserver{LOGIN}?next=/queue/")

    assert 'name="next" value="/accounts/login/?next=/queue/"' in html_of(page)


def test_queue_and_its_frame_are_in_spanish(navigator) -> None:
    choose(navigator, "es")

    html = html_of(navigator.get(reverse("queue")))

    assert '<html lang="es">' in html
    assert "Lista de trabajo" in html
    assert "Cerrar sesión" in html
    assert "Ir al contenido principal" in html


def test_administration_has_the_switch_too(admin_client) -> None:
    choose(admin_client, "es")

    html = html_of(admin_client.get("/admin/"))

    assert '<html lang="es"' in html
    assert 'name="next" value="/admin/"' in html
    assert "Administración de HepCalc" in html


def test_numbers_keep_their_point_in_spanish() -> None:
    with translation.override("es"):
        assert localize(Decimal("7.5")) == "7.5"
        assert date_format(date(2026, 3, 4), "j M Y") == "4 Mar 2026"


def test_page_of_a_crash_needs_no_request() -> None:
    with translation.override("es"):
        html = render_to_string("500.html")

    assert '<html lang="es">' in html
    assert "Algo salió mal" in html


def test_what_is_wrong_with_a_form_is_said_in_spanish(client, db) -> None:
    page = client.post(LOGIN, {}, **SPANISH)

    assert "Hay un problema" in html_of(page)
    assert "Escriba su nombre de usuario" in html_of(page)
    assert "Escriba su contraseña" in html_of(page)


def test_roles_are_named_in_spanish(navigator) -> None:
    choose(navigator, "es")

    html = html_of(navigator.get(reverse("roles")))

    assert "Quién puede hacer qué" in html
    assert "Ver la lista de trabajo" in html


def test_a_request_in_spanish_leaves_commands_in_english(navigator, capsys) -> None:
    choose(navigator, "es")
    navigator.get(reverse("queue"))
    translation.deactivate()  # as another thread, process or command begins

    call_command("print_roles")

    assert "See the queue" in capsys.readouterr().out
