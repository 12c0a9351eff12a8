"""How a patient may be reached, as they said it to us."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy

from patients.models import Patient, Tri
from surveillance.web.typed_form import TypedForm

HOW: Final = (
    ("said_by_phone", gettext_lazy("The patient said so on the telephone")),
    ("said_in_person", gettext_lazy("The patient said so in person")),
    ("said_in_writing", gettext_lazy("The patient wrote so")),
    ("said_for_the_patient", gettext_lazy("Somebody who may speak for the patient said so")),
)
CONSENTS: Final = {
    "consent_phone": gettext_lazy("Telephone calls"),
    "consent_letter": gettext_lazy("Letters"),
    "consent_email": gettext_lazy("E-mails"),
    "consent_sms": gettext_lazy("Text messages"),
}
ANSWERS: Final = (
    (Tri.YES.value, gettext_lazy("Agreed")),
    (Tri.NO.value, gettext_lazy("Do not use")),
    (Tri.UNKNOWN.value, gettext_lazy("Not known")),
)
AGAIN: Final = {
    "email": gettext_lazy("Use the e-mail address again, although a message came back"),
    "phone": gettext_lazy("Send text messages to this number again, although one came back"),
}


class ConsentForm(TypedForm):
    """One answer per way, as it stands; marks of addresses only where there are any."""

    how = forms.ChoiceField(
        choices=HOW,
        widget=forms.RadioSelect,
        label=gettext_lazy("How do we know?"),
        error_messages={"required": gettext_lazy("Choose how we know")},
    )

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in CONSENTS.items():
            self.fields[name] = forms.ChoiceField(
                label=label,
                choices=ANSWERS,
                initial=getattr(patient, name),
                show_hidden_initial=True,
            )
        marked = {"email": patient.is_email_undeliverable, "phone": patient.is_phone_undeliverable}
        for name, is_marked in marked.items():
            if is_marked:
                self.fields[f"again_{name}"] = forms.BooleanField(label=AGAIN[name], required=False)
        self.order_fields([*CONSENTS, "again_email", "again_phone", "how"])

    def consents(self) -> dict[str, str]:
        """The answers that were changed on the page, by field of the patient: what the patient
        said by text since the page was opened is not undone by saving it."""
        return {name: self.cleaned_data[name] for name in CONSENTS if name in self.changed_data}

    def works_again(self) -> list[str]:
        """The addresses whose mark is lifted."""
        return [name for name in AGAIN if self.cleaned_data.get(f"again_{name}")]
