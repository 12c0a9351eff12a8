"""Lists what is still said in English only: `python -m tests.translation`."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from tests.architecture.sources import name_of  # noqa: E402
from tests.translation import python, templates  # noqa: E402
from tests.translation.exceptions import IN_PYTHON  # noqa: E402

for found, paths in (
    (templates.english_in, templates.pages()),
    (python.english_in, python.speaking_modules()),
    (python.english_refusals_in, python.refusing_modules()),
):
    for path in paths:
        allowed = IN_PYTHON.get(name_of(path), frozenset())
        for words in found(path):
            if words not in allowed:
                print(f"{name_of(path)}: {words!r}")
