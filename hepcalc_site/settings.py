"""Every setting, in one file, from the environment. `.env.example` explains each variable."""

import os
from datetime import timedelta

import django_stubs_ext
from csp.constants import NONE, SELF
from whitenoise.compress import Compressor

from hepcalc_site.api_settings import SPECTACULAR, oauth2_provider, rest_framework
from hepcalc_site.beat import beat_schedule
from hepcalc_site.broker_address import broker_url, cache_location
from hepcalc_site.env import BASE_DIR, Environment
from hepcalc_site.logs import logging_settings
from hepcalc_site.mllp import mllp_from

LEAST_HOOK_TOKEN = 32

django_stubs_ext.monkeypatch()
env = Environment(os.environ)

# ---------------------------------------------------------------- what and where

SECRET_KEY = env.secret("SECRET_KEY")
DEBUG = env.boolean("DEBUG", default=False)
HTTPS = env.boolean("HTTPS", default=True)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "Name the hosts that people type, separated by commas")
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]", "testserver", ".localhost"})
IS_LOCAL = set(ALLOWED_HOSTS) <= LOCAL_HOSTS
FIRST_HOST = (ALLOWED_HOSTS or ["localhost"])[0].lstrip(".*") or "localhost"
SITE_URL = env.web_address("SITE_URL", f"{'https' if HTTPS else 'http'}://{FIRST_HOST}")
DATA_DIR = (BASE_DIR / env.text("DATA_DIR", ".data")).resolve()
REGISTRY_UPLOAD_DIR = (
    BASE_DIR / env.text("REGISTRY_UPLOAD_DIR", str(DATA_DIR / "registry-uploads"))
).resolve()
STATIC_ROOT = (BASE_DIR / env.text("STATIC_ROOT", str(DATA_DIR / "static"))).resolve()
if not IS_LOCAL and DEBUG:
    env.refuse("DEBUG", "is on although ALLOWED_HOSTS names more than this machine", "Turn it off")
if not IS_LOCAL and not HTTPS:
    env.refuse("HTTPS", "is off although ALLOWED_HOSTS names more than this machine", "Turn it on")

# ---------------------------------------------------------------- database, broker, cache

DATABASES = {"default": env.database("DATABASE_URL", DATA_DIR / "hepcalc.sqlite3")}
IS_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
if IS_SQLITE:
    DATABASES["default"]["NAME"] = str(BASE_DIR / DATABASES["default"]["NAME"])
    # IMMEDIATE: with Django's default most concurrent writers met "database is locked".
    # FULL: a committed clinical record survives a power cut.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        ),
    }
else:
    # A server that is cut off must be known to be away, not waited for: somebody has to be told.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 10,
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 60_000,  # milliseconds
        # Our questions are short and long in words: compiling them costs more than it saves.
        "options": "-c jit=off",
    } | DATABASES["default"].get("OPTIONS", {})
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.redis("REDIS_URL")
if REDIS_URL:
    # Shared by all processes, since the sign-in rate limits count in it.
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": cache_location(REDIS_URL),
            "KEY_PREFIX": "hepcalc",
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# ---------------------------------------------------------------- Celery: wake-ups only

CELERY_BROKER_URL = broker_url(REDIS_URL, DATA_DIR)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # After a crash, unfinished work is handed to another worker within this many seconds.
    "visibility_timeout": 900,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 840  # below the visibility timeout, or a long task would run twice
CELERY_TASK_SOFT_TIME_LIMIT = 780
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = beat_schedule()
HEARTBEAT_URL = env.web_address("HEARTBEAT_URL")
FAILSAFE_EMAILS = env.email_addresses("FAILSAFE_EMAILS")
FAILSAFE_WEBHOOK_URL = env.web_address("FAILSAFE_WEBHOOK_URL")
SWEEP_STALE_AFTER = timedelta(minutes=env.integer("SWEEP_STALE_MINUTES", default=45, least=1))
METRICS_TOKEN = env.text("METRICS_TOKEN")
WEBHOOK_ALLOW_PRIVATE = env.boolean("WEBHOOK_ALLOW_PRIVATE", default=IS_LOCAL)

# ---------------------------------------------------------------- e-mail

EMAIL_CURE = (
    "Use smtp+starttls://user:password@host:587, smtps://user:password@host:465, "
    "anymail+postmark://KEY@ or another provider after installing hepcalc[anymail], or "
    "filemail:// to keep every message as a file on this machine"
)
MAIL = env.email("EMAIL_URL", EMAIL_CURE, mailbox=DATA_DIR / "mailbox")
EMAIL_BACKEND = MAIL.backend
EMAIL_FILE_PATH = MAIL.folder  # only where e-mails are kept as files
EMAIL_HOST, EMAIL_PORT = MAIL.host, MAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL.user, MAIL.password
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL.starttls, MAIL.tls
EMAIL_TIMEOUT = 20
# A message of which nobody knows whether it arrived is sent once more; or, if on, never again.
PARK_UNCERTAIN_MESSAGES = env.boolean("PARK_UNCERTAIN_MESSAGES", default=False)
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"HepCalc <no-reply@{FIRST_HOST}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_PROVIDER = MAIL.provider  # its reports come to /hooks/mail/; empty: plain SMTP has none
EMAIL_HOOK_SECRET = env.text("EMAIL_HOOK_SECRET")
ANYMAIL = {
    **MAIL.anymail,
    "WEBHOOK_SECRET": EMAIL_HOOK_SECRET,
    # A provider without metadata still delivers; its reports are known by its own id then.
    "IGNORE_UNSUPPORTED_FEATURES": True,
    "REQUESTS_TIMEOUT": EMAIL_TIMEOUT,
}
if EMAIL_PROVIDER and ":" not in EMAIL_HOOK_SECRET:
    env.refuse("EMAIL_HOOK_SECRET", "is not set", "Use user:password, both long and random")

# ---------------------------------------------------------------- text messages

SMS_CURE = (
    "Use twilio://ACCOUNT:TOKEN@api.twilio.com?from=+15550100, "
    "https://:TOKEN@gateway.example.org/send?from=Clinic, loopback:// to keep every text as a "
    "file on this machine, or leave it empty"
)
SMS = env.sms("SMS_URL", SMS_CURE, folder=DATA_DIR / "texts")
SMS_HOOK_TOKEN = env.text("SMS_HOOK_TOKEN")
if SMS_HOOK_TOKEN and len(SMS_HOOK_TOKEN) < LEAST_HOOK_TOKEN:
    env.refuse("SMS_HOOK_TOKEN", "is too short", f"Use {LEAST_HOOK_TOKEN} random characters")

# ---------------------------------------------------------------- HL7 v2 over MLLP

MLLP = mllp_from(env)

# A sample result may be sent by a button: for invented patients on one's own machine only.
DEMO = env.boolean("DEMO", default=False) and IS_LOCAL

# ---------------------------------------------------------------- applications

INSTALLED_APPS = [
    "hepcalc_site.apps.SiteConfig",
    "patients.apps.PatientsConfig",
    "surveillance.apps.SurveillanceConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_htmx",
    "simple_history",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "oauth2_provider",
]

MIDDLEWARE = [
    "hepcalc_site.middleware.answer_probes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "hepcalc_site.middleware.name_requests",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "hepcalc_site.middleware.end_old_sessions",
    "hepcalc_site.second_factor.ask_for_second_factor",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "hepcalc_site.urls"
WSGI_APPLICATION = "hepcalc_site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "surveillance.web.shell.shell",
            ],
        },
    }
]

# What is stored, logged, e-mailed to staff or printed by a command is in LANGUAGE_CODE; what a
# person reads is in the language that they chose, or that their browser asks for (docs/adr/0042).
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "hepcalc_site" / "locale"]
FORMAT_MODULE_PATH = ["hepcalc_site.formats"]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
# Maps of scripts are for whoever debugs them, and would take half of the compressing.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
STATICFILES_DIRS = [path for path in [BASE_DIR / "static"] if path.is_dir()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}

# ---------------------------------------------------------------- people

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24 * 3  # how long the link of an invitation works
ACCOUNT_ADAPTER = "hepcalc_site.accounts.ClosedAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
# A whole hospital may stand behind one address: no limit of an address alone is one that its people
# could meet at the change of a shift. Wrong passwords are counted in patients/sign_in_locks.py.
ACCOUNT_RATE_LIMITS = {
    "login": "600/m/ip",
    "login_failed": "10/15m/key",  # codes of a second factor, per person
    "reset_password_from_key": "300/m/ip",
}

# ---------------------------------------------------------------- second factor, single sign-on

MFA_ADAPTER = "hepcalc_site.second_factor.SecondFactorAdapter"
ACCOUNT_FORMS = {"login": "hepcalc_site.sign_in_form.SignInForm"}
MFA_FORMS = {
    "authenticate": "hepcalc_site.second_factor.CodeForm",
    "reauthenticate": "hepcalc_site.second_factor.CodeAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "HepCalc"
MFA_TOTP_TOLERANCE = 1  # telephones whose clock is up to 30 seconds off
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # http on localhost only, see above
MFA_ALLOW_UNVERIFIED_EMAIL = True  # accounts are made by administrators, not by sign-up
MFA_RATE_LIMITS = {"webauthn_login": "600/m/ip"}
MFA_REQUIRED_ROLES = env.roles(
    "MFA_REQUIRED_ROLES", default="none" if IS_LOCAL else "ADMINISTRATOR,MEDICAL_DIRECTOR"
)

OIDC = env.single_sign_on(is_local=IS_LOCAL)
SOCIALACCOUNT_ADAPTER = "hepcalc_site.single_sign_on.KnownPeopleAdapter"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": OIDC.apps(), "OAUTH_PKCE_ENABLED": True}}
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = "oidc"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # linked by our own rule, see docs/adr/0038
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_LOGIN_ON_GET = True  # a form's answer may not lead to another host (form-action)
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10

# ---------------------------------------------------------------- REST interface, OAuth2

REST_FRAMEWORK = rest_framework(rate=env.text("API_RATE", "1200/min"))
SPECTACULAR_SETTINGS = SPECTACULAR
OAUTH2_PROVIDER = oauth2_provider(https=HTTPS)

# ---------------------------------------------------------------- security

SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 60 * env.integer("SESSION_IDLE_MINUTES", default=60, least=5)
SESSION_LONGEST = 3600 * env.integer("SESSION_LONGEST_HOURS", default=12, least=1)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365  # the choice outlives the session; it says nothing else
LANGUAGE_COOKIE_SECURE, LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SAMESITE = HTTPS, True, "Lax"
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL else []

SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = env.integer("HSTS_SECONDS", default=31_536_000, least=0) * HTTPS
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# How many proxies of ours stand in front; only then are their headers believed.
TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXY_COUNT", default=0, least=0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
SIMPLE_HISTORY_REVERT_DISABLED = True

# ---------------------------------------------------------------- logs

LOGGING_CONFIG = "hepcalc_site.logs.configure"
LOGGING = logging_settings(level=env.text("LOG_LEVEL", "INFO").upper(), show_errors=DEBUG)

ENVIRONMENT_NAMES = tuple(dict.fromkeys(env.names))
env.refuse_if_broken()
