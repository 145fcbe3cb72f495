"""Runs the whole service in one terminal: prepares the data, then keeps web server and job consumer alive.

    python -m backend.serve [--with-parent]

Listens on MIBUDGE_BIND (default 127.0.0.1), port PORT (default 8000). TERM, INT or HUP stops everything. A part that
dies is started again; one that keeps dying ends the service with exit code 1. On Linux the parts also end when this
process is killed outright; with --with-parent it ends in the same way when its own parent does.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from backend import counters

ROOT = Path(__file__).resolve().parent.parent
POLL = 0.1  # seconds between two looks at the parts
STEADY = 60.0  # seconds after which a part counts as up
PAUSE = 1.0  # seconds before a dead part is started again; doubled each time
TRIES = 5  # starts in a row that end before that
PATIENCE = 40.0  # seconds that parts get to stop; requests get 10 of them, a running job 5
PR_SET_PDEATHSIG = 1

stopping = False


def main() -> int:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _stop)
    if "--with-parent" in sys.argv[1:]:
        die_with_parent(os.getppid())
    host, port = os.environ.get("MIBUDGE_BIND") or "127.0.0.1", os.environ.get("PORT") or "8000"
    try:
        listener = reserve(host, int(port))
    except (OSError, OverflowError, ValueError) as error:
        say(f"Cannot listen on {host}:{port}: {error}. PORT and MIBUDGE_BIND choose another place.")
        return 1
    prepared = run_to_end([sys.executable, "-m", "backend.prepare"])
    if stopping or prepared:
        return 0 if stopping else 1
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")  # as docker/entrypoint does
    listener.listen(128)  # from here on a request waits for the web server to come up; none is turned away
    counters.use(Path(os.environ.get("MIBUDGE_DATA") or ROOT / "data") / "metrics" / port)
    announce(host, listener.getsockname()[1])
    return supervise([web(listener), jobs()])


@dataclass
class Part:
    """A process of the service and how its starts went."""

    name: str
    command: Sequence[str]
    files: Sequence[int] = ()
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    start_at: float = field(default_factory=time.monotonic)

    def look(self, now: float) -> bool:
        """Start the process where it is due, note where it died; False once it died too often."""
        if self.process is None:
            if now >= self.start_at:
                self.process, self.started = spawn(self.command, self.files), now
            return True
        code = self.process.poll()
        if code is None:
            return True
        self.failures = 1 if now - self.started > STEADY else self.failures + 1
        self.process, self.start_at = None, now + PAUSE * 2 ** (self.failures - 1)
        say(f"{self.name} ended unexpectedly ({describe(code)})")
        return self.failures < TRIES


def web(listener: socket.socket) -> Part:
    """gunicorn on a socket that this process holds, so that the port is never free for others between two starts."""
    command = [sys.executable, "-m", "gunicorn", "--config", "python:backend.web", "backend.wsgi"]
    return Part("web", [*command, "--bind", f"fd://{listener.fileno()}"], (listener.fileno(),))


def jobs() -> Part:
    """The consumer, without the checks of URLs and schemas, which it has no use for: they are a fifth of its memory."""
    return Part("jobs", [sys.executable, "manage.py", "run_huey", "--skip-checks"])


def supervise(parts: Sequence[Part]) -> int:
    """Keep the parts running until a signal (0) or until one keeps dying (1); no part is left behind."""
    healthy = True
    while healthy and not stopping:
        for part in parts:
            healthy = part.look(time.monotonic()) and healthy
        time.sleep(POLL)
    stop([part.process for part in parts if part.process])
    return 0 if healthy else 1


def run_to_end(command: Sequence[str]) -> int:
    """Exit code of a command that is stopped with the service."""
    process = spawn(command)
    while not stopping and process.poll() is None:
        time.sleep(POLL)
    stop([process])
    return process.wait()


def spawn(command: Sequence[str], files: Sequence[int] = ()) -> subprocess.Popen[bytes]:
    # Its own session: Ctrl-C in the terminal reaches this process alone, which then stops the parts in order.
    parent = os.getpid()
    return subprocess.Popen(
        command, cwd=ROOT, pass_fds=files, start_new_session=True, preexec_fn=lambda: die_with_parent(parent)
    )


def stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + PATIENCE
    for process in processes:
        try:
            process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def die_with_parent(parent: int) -> None:
    """Have the kernel send this process a TERM when its parent ends. Linux only; elsewhere nothing happens."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it ended before the kernel was told
        os.kill(os.getpid(), signal.SIGTERM)


def reserve(host: str, port: int) -> socket.socket:
    """A bound socket. Waits a few seconds for one that a killed service is about to leave. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    for rest in range(12, -1, -1):
        try:
            listener.bind((host, port))
            break
        except OSError:
            if not rest or stopping:
                raise
            time.sleep(0.25)
    return listener


def announce(host: str, port: int) -> None:
    base = f"http://{'localhost' if host == '127.0.0.1' else host}:{port}"
    say(f"mibudge: {base}/ (REST: {base}/api/v1/, GraphQL: {base}/graphql/). Ctrl-C stops it.")


def describe(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _stop(number: int, frame: object) -> None:
    global stopping  # noqa: PLW0603  a signal handler has no other way to be heard
    stopping = True


if __name__ == "__main__":
    sys.exit(main())
