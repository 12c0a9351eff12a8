"""What was captured stays until a person answers it: which texts are whole, which reports were
taken back."""

from typing import Any

from django.db import migrations, models
from django.db.models import Q

from patients.append_only_triggers import FreezeRows

CANCELLED = ("report_cancelled", "nothing_to_cancel")


def mark_cancellations(apps: Any, schema_editor: Any) -> None:
    """By what was said or, once that was emptied, by what became of it."""
    items = apps.get_model("surveillance", "IntakeItem").objects.filter(kind="REPORT")
    known = Q(content__state="CANCELLED") | Q(code__in=CANCELLED)
    items.filter(known).update(is_cancellation=True)


class Migration(migrations.Migration):
    dependencies = [("surveillance", "0029_read_again")]

    operations = [
        migrations.AddField(
            model_name="intakeitem",
            name="is_cancellation",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="capturedreport",
            name="is_whole",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name="captureanswer",
            name="exclusion",
            field=models.CharField(blank=True, choices=[("NOT_HEPATIC", "No hepatic calcification: the text was read wrongly"), ("KNOWN_BENIGN", "Known and proved benign"), ("FOLLOWED_ELSEWHERE", "Followed elsewhere"), ("NOT_OUR_PATIENT", "Not a patient of this site"), ("DECEASED", "The patient has died"), ("SAID_OTHERWISE", "The sender’s later text stands, and says nothing of it"), ("OTHER", "Another reason, in words")], max_length=20),
        ),
        FreezeRows("surveillance", "CapturedReport", mutable=["patient"]),
        FreezeRows("surveillance", "CaptureAnswer"),
        migrations.RunPython(mark_cancellations, migrations.RunPython.noop),
    ]
