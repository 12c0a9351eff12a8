"""The real settings under a test environment: fast hashing, a throwaway database, no broker.

DATABASE_URL and REDIS_URL are honoured, so that the same tests run on PostgreSQL and Redis.
"""

import os
import tempfile
from pathlib import Path

TEST_FOLDER = tempfile.TemporaryDirectory(prefix="hepcalc-test-")
TEST_ENVIRONMENT = {
    "SECRET_KEY": "only-for-tests-" + "0" * 50,
    "ALLOWED_HOSTS": "localhost,testserver",
    "HTTPS": "false",
    "EMAIL_URL": "memorymail://",
    "DATA_DIR": TEST_FOLDER.name,
    "LOG_LEVEL": "ERROR",
}
for name, value in TEST_ENVIRONMENT.items():
    os.environ.setdefault(name, value)

from hepcalc_site.settings import *  # noqa: E402, F403
from hepcalc_site.settings import CACHES, DATABASES, IS_SQLITE, REDIS_URL, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
}
WHITENOISE_AUTOREFRESH = True
CACHES["default"]["KEY_PREFIX"] = f"test-{os.getpid()}"  # processes do not meet in one cache
if not REDIS_URL:
    CELERY_BROKER_URL = "memory://"

if IS_SQLITE:
    # A file, so that threads and processes meet as they do in life; no fsync, since it is thrown
    # away. Each test process has its own.
    DATABASES["default"]["TEST"] = {"NAME": f"{TEST_FOLDER.name}/test.sqlite3"}
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;"
    )
    DATABASES["default"]["OPTIONS"]["cached_statements"] = 1000  # prepared once, not for each test

UPLOAD_FOLDER = tempfile.TemporaryDirectory(prefix="hepcalc-uploads-")
REGISTRY_UPLOAD_DIR = Path(UPLOAD_FOLDER.name)
