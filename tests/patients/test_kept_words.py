"""Records speak one language, whatever language the page speaks."""

from django.utils import translation

from patients.kept_words import in_the_language_of_records, kept
from patients.models import Role


def test_label_is_shown_in_the_readers_language_and_kept_in_english() -> None:
    with translation.override("es"):
        assert str(Role.MEDICAL_DIRECTOR.label) == "Dirección médica"
        assert kept(Role.MEDICAL_DIRECTOR.label) == "Medical director"


def test_page_goes_on_in_its_own_language_after_something_was_kept() -> None:
    with translation.override("es"):
        with in_the_language_of_records():
            assert str(Role.AUDITOR.label) == "Auditor"

        assert str(Role.AUDITOR.label) == "Auditoría"
