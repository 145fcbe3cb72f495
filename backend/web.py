"""How gunicorn runs the service: `gunicorn --config python:backend.web backend.wsgi`.

Variables, all optional: MIBUDGE_BIND and PORT (where it listens), MIBUDGE_WORKERS (processes) and MIBUDGE_THREADS (of
each process).
"""

import os
import sys
from pathlib import Path
from typing import Any

from backend import counters, logs

ROOT = Path(__file__).resolve().parent.parent

bind = f"{os.environ.get('MIBUDGE_BIND') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
worker_class = "gthread"
workers = int(os.environ.get("MIBUDGE_WORKERS") or 2)
threads = int(os.environ.get("MIBUDGE_THREADS") or 4)
preload_app = True  # loaded once, in the parent, whose memory the workers share; nothing in it opens a connection
graceful_timeout = 10
limit_request_line = 8190
control_socket_disable = True
# gunicorn believes whoever connects from this machine which path and which scheme a request is of: behind a proxy here
# that is everybody. What may be believed of a proxy is for MIBUDGE_PROXIES to say.
forwarded_allow_ips = ""
# A thread that comes back from the database waits this long for those that compute, up to twenty times in a write, in
# which others wait for its lock. Python's own 5 ms make the slowest of a hundred answers half as slow again.
sys.setswitchinterval(0.0005)
loglevel = "warning"
logconfig_dict = logs.configuration(os.environ.get("MIBUDGE_LOG") or "text")

_data = Path(os.environ.get("MIBUDGE_DATA") or ROOT / "data")
_counters = counters.use(_data / "metrics" / (os.environ.get("PORT") or "8000"))


def on_starting(server: Any) -> None:
    """Before the first worker of a new group."""
    counters.clean(_counters)
