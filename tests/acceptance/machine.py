"""A fresh Debian with an init system of its own: made from the distribution's packages, booted, reached from outside.

Everything that it is lies in namespaces of one process: its processes, its network, its mounts, its files (in memory).
They are gone when that process is, whoever ends it. It reaches the network through a program that opens connections in
its stead, so no device, address or rule of the host is touched. A killed run leaves empty control groups, which the
next one removes.
"""

import ctypes
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from . import mirrors
from .service import PATIENCE, ROOT

PROGRAMS = ("apt-get", "mmdebstrap", "systemd-nspawn", "slirp4netns", "unshare", "nsenter", "setpriv")
PACKAGES = "systemd-sysv,dbus"  # beside those without which no Debian is
CHECKOUT = "root/mibudge"
NOT_COPIED = (".venv", ".git", "data", ".hypothesis", "*_cache")  # what lies in the folder of a checkout
AGAIN = 133  # systemd-nspawn's code when the machine asked to be booted again
GROUP = "mibudge-fresh-"
NEW_NETWORK = 0x40000000

# The first process of all namespaces but that of the control groups, which begins where this process was put.
KEEP = """
set -eu
mount --make-rprivate /
mount -t tmpfs -o mode=0755 fresh "$FOLDER/tree"
if mountpoint --quiet /sys/fs/cgroup; then umount --lazy /sys/fs/cgroup; fi
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir "/sys/fs/cgroup/$GROUP"
echo 0 >"/sys/fs/cgroup/$GROUP/cgroup.procs"
exec unshare --cgroup sh -c "$BOOT"
"""
BOOT = """
set -eu
umount /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount --bind "$FOLDER/given/etc/resolv.conf" /etc/resolv.conf
echo "step: alone"
until grep -q '^tap0' /proc/net/route; do sleep 0.1; done
if [ -s "$FOLDER/sources.list" ]; then set -- "$FOLDER/sources.list"; fi  # else those that every Debian begins with
mmdebstrap --quiet --variant=minbase --include="$PACKAGES" --skip=cleanup/apt/lists --aptopt="$FOLDER/apt.conf" \
    "$RELEASE" "$FOLDER/tree" "$@"
cp --recursive "$FOLDER/given/." "$FOLDER/tree"
mount -t tmpfs -o mode=0755 run /run
mkdir /run/tree
mount --move "$FOLDER/tree" /run/tree
mount -t tmpfs tmp /tmp
code=$AGAIN
while [ "$code" = "$AGAIN" ]; do
    echo "step: boot"
    code=0
    systemd-nspawn --quiet --boot --settings=no --register=no --keep-unit --machine=fresh --directory=/run/tree \
        --network-namespace-path=/proc/self/ns/net --resolv-conf=off --timezone=off --link-journal=no \
        --console=pipe || code=$?
done
exit "$code"
"""
# Control groups outlive the processes in them.
SWEEP = """
mount --make-rprivate /
if mountpoint --quiet /sys/fs/cgroup; then umount --lazy /sys/fs/cgroup; fi
mount -t cgroup2 cgroup2 /sys/fs/cgroup
for each in /sys/fs/cgroup/"$GROUP"*; do
    if grep -qs '^populated 0' "$each/cgroup.events"; then find "$each" -depth -type d -exec rmdir {} +; fi
done
"""


def missing() -> str:
    """Why no machine can be made here, in a sentence; empty if one can."""
    if os.environ.get("MIBUDGE_TEST_FRESH") != "1":
        return "MIBUDGE_TEST_FRESH=1 makes a Debian for this, as root on Linux"
    if sys.platform != "linux" or os.geteuid() != 0:
        return "only root on Linux makes a machine"
    lacking = [each for each in PROGRAMS if not shutil.which(each)]
    return f"a machine is made with {', '.join(lacking)}, which this one has not" if lacking else ""


def until(look: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"no {what} within {patience} seconds")


@contextmanager
def fresh(folder: Path) -> Iterator["Machine"]:
    """A booted machine, with a checkout in its folder /root/mibudge; nothing is left of it in the end."""
    sweep()
    machine = Machine(folder)
    try:
        machine.make()
        yield machine
    finally:
        machine.end()
        sweep()


class Machine:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.leader = 0

    def make(self) -> None:
        given = self.folder / "given"
        shutil.copytree(ROOT, given / CHECKOUT, ignore=not_copied, symlinks=True)
        (self.folder / "tree").mkdir()
        mirrors.hand_over(self.folder, given)
        variables = {
            **os.environ,
            "FOLDER": str(self.folder),
            "GROUP": f"{GROUP}{os.getpid()}",
            "RELEASE": mirrors.RELEASE,
            "PACKAGES": PACKAGES,
            "AGAIN": str(AGAIN),
            "BOOT": BOOT,
        }
        apart = ["--mount", "--pid", "--net", "--ipc", "--uts", "--mount-proc", "--fork", "--kill-child"]
        keeper = self.begin("unshare", *apart, "sh", "-c", KEEP, environment=variables)
        self.reach("alone", 1)
        self.begin("slirp4netns", "--configure", "--disable-host-loopback", str(keeper.pid), "tap0")
        self.reach("boot", 1)
        self.wait()

    def begin(self, *command: str, environment: dict[str, str] | None = None) -> "subprocess.Popen[bytes]":
        """Start what ends with this process at the latest, and is watched while steps are waited for."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *command],  # noqa: S607  where they are differs
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
            )
        self.processes.append(process)
        return process

    def reach(self, step: str, times: int) -> None:
        def reached() -> bool:
            told = self.log.read_text(errors="replace")
            assert all(process.poll() is None for process in self.processes), told
            return told.count(f"step: {step}\n") >= times

        until(reached, step, patience=10 * PATIENCE)

    def wait(self) -> None:
        """Until everything that starts with the machine has started; all of it is well then."""

        def state() -> str:
            self.leader = first_of_all(self.processes[0].pid)
            told = self.run("systemctl", "is-system-running", "--wait").stdout.strip() if self.leader else ""
            return told if told in ("running", "degraded", "maintenance") else ""

        if until(state, "end of the boot") != "running":
            raise AssertionError(self.run("systemctl", "--failed").stdout + self.run("journalctl", "--boot").stdout)

    def reboot(self) -> None:
        boots = self.log.read_text(errors="replace").count("step: boot\n")
        self.run("systemctl", "reboot")
        self.reach("boot", boots + 1)
        self.wait()

    def run(self, *command: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Run a command as root in /root/mibudge; nothing of this process's environment is there."""
        fixed = {"HOME": "/root", "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
        environment = [f"{name}={value}" for name, value in {**fixed, **variables}.items()]
        enter = ["nsenter", f"--target={self.leader}", "--all", "--"]
        return subprocess.run(
            [*enter, "env", "--ignore-environment", f"--chdir=/{CHECKOUT}", *environment, *command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=10 * PATIENCE,
            check=False,
        )

    def do(self, *command: str, **variables: str) -> str:
        """What the command, which does not fail, printed."""
        done = self.run(*command, **variables)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def file(self, path: str) -> Path:
        """Where a file of the machine is seen from outside."""
        return Path(f"/proc/{self.leader}/root{path}")

    def connection(self, port: int) -> http.client.HTTPConnection:
        """A connection to a port of the machine's own loopback interface, as a proxy that runs on it has."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        with ThreadPoolExecutor(1) as one:  # whose thread is in the other network for the rest of its life
            connection.sock = one.submit(self._dial, port).result()
        return connection

    def _dial(self, port: int) -> socket.socket:
        with Path(f"/proc/{self.processes[0].pid}/ns/net").open() as network:
            if ctypes.CDLL(None, use_errno=True).setns(network.fileno(), NEW_NETWORK) != 0:
                raise OSError(ctypes.get_errno(), "cannot enter the machine's network")
        return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)

    def end(self) -> None:
        for process in self.processes:
            for each in children(process.pid) or [process.pid]:  # unshare ends when its child and all below are gone
                with suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)
            process.wait()


def not_copied(folder: str, names: list[str]) -> set[str]:
    """What is on the disk, but in no checkout."""
    patterns = ("__pycache__", "node_modules", *(NOT_COPIED if Path(folder) == ROOT else ()))
    return shutil.ignore_patterns(*patterns)(folder, names)


def children(process: int) -> list[int]:
    try:
        return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []


def first_of_all(process: int) -> int:
    """The descendant of a process that is number one two namespaces further in: the machine's init; 0 before it is."""
    for child in children(process):
        with suppress(OSError, IndexError):
            numbers = Path(f"/proc/{child}/status").read_text().split("NSpid:")[1].splitlines()[0].split()
            if len(numbers) >= 3 and numbers[-1] == "1":
                return child
        if found := first_of_all(child):
            return found
    return 0


def sweep() -> None:
    """Remove the control groups of machines that are no more."""
    command = ["unshare", "--mount", "sh", "-c", SWEEP]
    subprocess.run(command, env={**os.environ, "GROUP": GROUP}, check=True)
