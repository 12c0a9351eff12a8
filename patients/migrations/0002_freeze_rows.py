from django.db import migrations

from patients.append_only_triggers import FreezeRows


class Migration(migrations.Migration):
    """Facts and audit rows: never changed, never deleted."""

    dependencies = [("patients", "0001_initial")]

    operations = [
        FreezeRows("patients", "RiskProfile"),
        FreezeRows("patients", "AfpResult", mutable=["patient"]),
        FreezeRows("patients", "AuditEvent"),
        FreezeRows("patients", "AuditSeal"),
    ]
