"""How gunicorn serves the pages."""

from pathlib import Path

worker_class = "gthread"
workers = 2
threads = 4
timeout = 60
graceful_timeout = 10
keepalive = 5
max_requests = 5000
max_requests_jitter = 500
preload_app = False
control_socket_disable = True
# Heartbeat files in memory: the root file system may be read-only, and disks may stall.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
# %(U)s is the path without the query: a search holds a person's name or number.
accesslog = None
access_log_format = "%(m)s %(U)s %(s)s %(D)s"
errorlog = "-"
loglevel = "warning"
