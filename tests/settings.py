"""The real settings under a test environment: fast hashing, a throwaway database, no broker."""

import os
import tempfile

TEST_ENVIRONMENT = {
    "SECRET_KEY": "only-for-tests-" + "0" * 50,
    "ALLOWED_HOSTS": "localhost,testserver",
    "HTTPS": "false",
    "EMAIL_URL": "memorymail://",
    "LOG_LEVEL": "ERROR",
}
for name, value in TEST_ENVIRONMENT.items():
    os.environ.setdefault(name, value)

from hepcalc_site.settings import *  # noqa: E402, F403
from hepcalc_site.settings import DATABASES, IS_SQLITE, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_BROKER_URL = "memory://"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
}
WHITENOISE_AUTOREFRESH = True

if IS_SQLITE:
    # A file, so that threads and processes meet as they do in life; no fsync, since it is thrown
    # away. Each test process has its own.
    TEST_FOLDER = tempfile.TemporaryDirectory(prefix="hepcalc-test-")
    DATABASES["default"]["TEST"] = {"NAME": f"{TEST_FOLDER.name}/test.sqlite3"}
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;"
    )
