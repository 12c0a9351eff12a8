"""What people type: no sign that nobody sees, no country that there is not."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import Form

from patients.models import AuditEvent, Role
from surveillance.models import PatientNote, RegistryImport
from surveillance.typed_text import seen_line, seen_lines
from surveillance.web import urls  # every page's form is loaded
from surveillance.web.typed_form import TypedForm
from tests.factories import TODAY, MembershipFactory
from tests.surveillance.web.scenes import a_patient, owed

TURNED = "A1\u202e2B"


def kinds(of: type[Form]) -> set[type[Form]]:
    return {kind for one in of.__subclasses__() for kind in {one} | kinds(one)}


def test_every_form_of_a_page_refuses_what_nobody_sees() -> None:
    assert urls.urlpatterns
    ours = {kind for kind in kinds(Form) if kind.__module__.startswith("surveillance.web.")}

    assert {kind.__name__ for kind in ours if not issubclass(kind, TypedForm)} == set()


@pytest.mark.parametrize(
    "sign", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x07\x85\x7f"
)
def test_the_sign_and_its_place_are_named(sign: str) -> None:
    for check in (seen_line, seen_lines):
        with pytest.raises(ValidationError, match=rf"U\+{ord(sign):04X} after “order”"):
            check(f"order{sign}1")
        with pytest.raises(ValidationError, match="at the beginning"):
            check(f"{sign}order")


def test_lines_may_end_and_have_tabs_where_there_is_more_than_one() -> None:
    seen_lines("one\r\ntwo\tthree\n")
    with pytest.raises(ValidationError):
        seen_line("one\ntwo")


@pytest.mark.django_db
class TestDoors:
    def test_note_and_order_are_refused_and_kept_as_typed(self, navigator, clinic) -> None:
        patient = a_patient(clinic)
        row = owed(clinic, 30, patient=patient)
        order = {"order_number": TURNED, "ordered_on": TODAY, "version": row.version}

        note = navigator.post(f"/patients/{patient.pk}/note/", {"text": f"Line\n{TURNED}"})
        ordered = navigator.post(f"/follow-ups/{row.pk}/order/", order)

        for answer in (note, ordered):
            assert answer.status_code == 422
            assert "Remove the invisible sign U+202E after" in answer.content.decode()
        row.refresh_from_db()
        assert (row.order_number, PatientNote.objects.count()) == ("", 0)

    def test_registry_file_that_is_missing_is_refused_and_no_name_is_turned(
        self, client, clinic, today
    ) -> None:
        client.force_login(MembershipFactory(site=clinic.site, role=Role.ADMINISTRATOR).user)
        file = SimpleUploadedFile(f"{TURNED}.csv", b"mrn\n1\n")

        assert client.post("/registry/", {}).status_code == 422
        assert not RegistryImport.objects.exists()
        assert client.post("/registry/", {"file": file}).status_code == 302
        assert RegistryImport.objects.get().file_name == "A12B.csv"

    def test_whom_a_search_found_was_looked_at(self, navigator, clinic) -> None:
        found = [a_patient(clinic, family_name="Okafor") for _ in range(2)]
        a_patient(clinic, family_name="Lindqvist")

        navigator.get("/queue/")
        navigator.post("/queue/", {"q": "Okafor"})

        looks = AuditEvent.objects.filter(action="viewed")
        assert {one.patient_id for one in looks} == {str(one.pk) for one in found}
        assert {one.detail["page"] for one in looks} == {"search"}
