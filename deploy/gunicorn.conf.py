"""How gunicorn runs the web process: on one's own machine and in production alike."""

import os
from pathlib import Path

bind = "0.0.0.0:8000"
workers = int(os.environ.get("WEB_WORKERS") or 2)
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS") or 4)
# The application is read once and shared by the processes, which start faster and hold less memory.
preload_app = True
# Longer than a slow upload needs; the proxy gives up later.
timeout = 60
graceful_timeout = 30
keepalive = 75
# A fresh process now and then, so that a slow leak never grows.
max_requests = 5000
max_requests_jitter = 500
# The heartbeat must not wait for a disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
control_socket_disable = True
# Requests are logged by the application, with request id and user id and without personal links.
accesslog = None
errorlog = "-"
loglevel = "warning"
