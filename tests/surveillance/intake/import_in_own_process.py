"""Runs an import in a process of its own, on the test's database, so that it can be killed."""

import os
import sys

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
settings.DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE"]
django.setup()

from django.core.management import call_command  # noqa: E402 (after setup)

call_command("import_registry", sys.argv[1])
