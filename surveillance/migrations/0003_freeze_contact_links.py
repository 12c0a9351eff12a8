from django.db import migrations

from patients.append_only_triggers import FreezeRows


class Migration(migrations.Migration):
    """Which follow-ups a contact attempt served is part of the fact: never changed or deleted."""

    dependencies = [("surveillance", "0002_freeze_rows")]

    operations = [FreezeRows("surveillance", "ContactAttempt_follow_ups")]
