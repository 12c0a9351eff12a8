"""`make messages`: gathers the English of the interface and compiles its Spanish.

In plain Python, since GNU gettext, which Django's own commands call, is not on every machine.
"""

import os
import sys

import django


def main() -> int:
    """Write both files; tell what is still to be translated. 1 if anything is."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from tests.translation import catalogue, msgids  # noqa: PLC0415  # needs the settings

    made = catalogue.gathered(msgids.all_msgids(), catalogue.read())
    catalogue.PO.parent.mkdir(parents=True, exist_ok=True)
    catalogue.PO.write_bytes(catalogue.as_po(made))
    catalogue.MO.write_bytes(catalogue.as_mo(made))
    messages = catalogue.messages_of(made).values()
    missing = [one for one in messages if not catalogue.is_translated(one)]
    print(f"{len(messages)} texts, {len(missing)} without a translation")
    for message in missing:
        print(f"  {message.id!r}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
