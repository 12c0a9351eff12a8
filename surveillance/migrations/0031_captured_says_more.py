"""A text may speak of more lesions than its sender coded: then what is on file does not track it."""

from django.db import migrations, models

from patients.append_only_triggers import FreezeRows


class Migration(migrations.Migration):
    dependencies = [("surveillance", "0030_captured_reports_stay")]

    operations = [
        migrations.AddField(
            model_name="capturedreport",
            name="says_more",
            field=models.BooleanField(db_default=False, default=False),
        ),
        FreezeRows("surveillance", "CapturedReport", mutable=["patient"]),
    ]
