import uuid

import django.db.models.deletion
from django.db import migrations, models

from patients.append_only_triggers import FreezeRows


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0011_intake"),
        ("surveillance", "0027_captured_reports"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormerIdentifier",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("mrn", models.CharField(max_length=64)),
                ("recorded_at", models.DateTimeField()),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="former_numbers",
                        to="patients.patient",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="patients.site",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="formeridentifier",
            constraint=models.UniqueConstraint(
                fields=("site", "mrn"), name="former_identifier_once_per_site"
            ),
        ),
        FreezeRows("surveillance", "FormerIdentifier"),
    ]
