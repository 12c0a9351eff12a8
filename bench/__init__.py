"""Runnable benchmarks. Each prints a ratio against a baseline measured in the same run.

Importing this package sets up Django on a PostgreSQL database of its own (`BENCH_DATABASE_URL`);
nothing is connected until a benchmark prepares it.
"""

import os

import django

DEFAULT_URL = "postgres://127.0.0.1:5432/hepcalc_bench"
DEFAULT_REDIS_URL = "redis://127.0.0.1:6379/15"

os.environ.update(
    {
        "DATABASE_URL": os.environ.get("BENCH_DATABASE_URL", DEFAULT_URL),
        "DJANGO_SETTINGS_MODULE": "hepcalc_site.settings",
        "SECRET_KEY": "only-for-benchmarks-" + "0" * 50,
        "ALLOWED_HOSTS": "localhost",
        "HTTPS": "false",
        "EMAIL_URL": os.environ.get("BENCH_EMAIL_URL", "memorymail://"),
        "REDIS_URL": os.environ.get("BENCH_REDIS_URL", DEFAULT_REDIS_URL),
        "LOG_LEVEL": "ERROR",
    }
)
django.setup()
