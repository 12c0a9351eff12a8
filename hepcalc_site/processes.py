"""The command lines of the processes, in one place: `manage.py up`, Docker and CI run the same."""

WSGI = "hepcalc_site.wsgi:application"
LOCAL_CONCURRENCY = 2


def web_command(bind: str) -> list[str]:
    """The pages, on `bind` (address:port); the rest stands in gunicorn_conf.py."""
    return ["gunicorn", "--config", "python:hepcalc_site.gunicorn_conf", "--bind", bind, WSGI]


def worker_command(concurrency: int = LOCAL_CONCURRENCY) -> list[str]:
    """A worker that does what beat asks for; any number may run."""
    options = ["--concurrency", str(concurrency), "--without-gossip", "--without-mingle"]
    return ["celery", "--quiet", "--app", "hepcalc_site", "worker", *options]


def beat_command() -> list[str]:
    """The clock that asks 'what is due now?'; a second one does no harm."""
    return ["celery", "--quiet", "--app", "hepcalc_site", "beat"]


def mllp_command() -> list[str]:
    """The listener for HL7 v2; where it listens stands in the settings."""
    return ["django", "mllp_server"]
