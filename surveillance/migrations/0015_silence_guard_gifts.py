"""Nothing open is given to who is switched off or has left; roles change only after a hand-over."""

from django.db import migrations

from surveillance.owner_triggers import GuardOwners


class Migration(migrations.Migration):
    dependencies = [
        ("surveillance", "0014_outbox_page_index"),
        ("surveillance", "0014_prompts_interruptions"),
        ("patients", "0007_postal_address"),
    ]

    operations = [GuardOwners()]
