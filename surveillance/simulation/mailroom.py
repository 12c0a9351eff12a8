"""The letters of one clinic: printed every few days, checked sheet by sheet, posted."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.models import User

from patients.prepared import Prepared, slot
from surveillance.models import LetterBatch, Notification
from surveillance.protocol.mailing import sample_of
from surveillance.simulation import rates
from surveillance.simulation.hospital import Hospital
from surveillance.simulation.world import World
from surveillance.workflows.check_letter_batch import check_letter_batch
from surveillance.workflows.post_letter_batch import post_letter_batch, unwanted_sheets
from surveillance.workflows.prepare_letter_batch import NoLettersWaiting, prepare_letter_batch

_WAITING = Prepared(
    lambda: (
        Notification.objects.letters_to_print()
        .filter(not_before__lte=slot(Notification, "not_before", "now"))
        .values_list("pk")[:1]
    )
)


@dataclass
class Mailroom:
    """Whoever prints takes all that waits, queued by the machine or by a navigator."""

    hospital: Hospital
    world: World
    next_run_on: date = date.min

    def work(self, day: date, by: User) -> bool:
        """Print and post what waits, if the day for it has come; whether there was a run."""
        if day < self.next_run_on or not self._is_waiting(day):
            return False
        self.next_run_on = day + timedelta(days=rates.PRINT_EVERY.value)
        now = self.hospital.noon(day)
        try:
            batch = prepare_letter_batch(site=self.hospital.site, by=by, now=now)
        except NoLettersWaiting:
            return False  # what waited is over
        self._post(batch, by, day)
        return True

    def _is_waiting(self, day: date) -> bool:
        return bool(_WAITING.ask(now=self.hospital.noon(day)))

    def _post(self, batch: LetterBatch, by: User, day: date) -> None:
        now, letters = self.hospital.noon(day), list(batch.letters.order_by("sequence"))
        sample = sample_of(batch.size, batch.digest)
        codes = {letter.sequence: letter.code for letter in letters if letter.sequence in sample}
        check_letter_batch(batch=batch, codes=codes, by=by, now=now)
        taken_out = unwanted_sheets(batch, now)
        post_letter_batch(batch=batch, taken_out=taken_out, by=by, now=now)
        mrns = {on_file.patient.pk: mrn for mrn, on_file in self.hospital.people.items()}
        for letter in letters:
            mrn = mrns[letter.patient_id]
            is_posted = letter.sequence not in taken_out
            if is_posted and not self.world.write_to(self.world.lives[mrn]):
                self.hospital.coming_back[mrn].append(letter)
