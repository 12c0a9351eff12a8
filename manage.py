#!/usr/bin/env python
"""Runs administrative commands: `manage.py help` lists them."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import DatabaseError

from hepcalc_site.env_file import lend_secret_for, load_environment_file
from hepcalc_site.unmade_database import what_to_run

OURS = "hepcalc_site.settings"


def main() -> None:
    """Settle the environment, then hand over to Django."""
    if os.environ.setdefault("DJANGO_SETTINGS_MODULE", OURS) == OURS:
        load_environment_file(os.environ)
        lend_secret_for(sys.argv[1:2], os.environ)
    try:
        _ = settings.SECRET_KEY
    except ImproperlyConfigured as refusal:
        sys.exit(f"{refusal}")
    try:
        execute_from_command_line(sys.argv)
    except DatabaseError:
        if cure := what_to_run():
            sys.exit(cure)
        raise


if __name__ == "__main__":
    main()
