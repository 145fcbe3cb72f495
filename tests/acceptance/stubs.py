"""What the production section runs as root on a machine of its own, in the place of which a test can do the same."""

import sys
from pathlib import Path

PLAIN = {
    "apt-get": "exit 0",
    "useradd": "exit 0",
    "psql": "exit 0",
    "createdb": "exit 0",
    "runuser": '[ "$1" = -u ] && [ "$3" = -- ] || exit 64\nshift 3\nexec "$@"',
}
SYSTEMCTL = """
import os, shlex, signal, subprocess, sys
from pathlib import Path

units, opt = Path(os.environ["STUB_UNITS"]), os.environ["STUB_OPT"]
action, *names = [each for each in sys.argv[1:] if not each.startswith("--")]

def unit(name):
    text = (units / f"{name}.service").read_text().replace("/opt/mibudge", opt)
    text = text.replace("/etc/mibudge.env", os.environ["STUB_ENV"])
    found = {}
    for line in text.splitlines():
        key, equals, value = line.partition("=")
        if equals:
            found[key] = value
    return found

for name in names:
    of = unit(name)
    variables = dict(line.split("=", 1) for line in Path(of["EnvironmentFile"]).read_text().split("\\n") if line)
    more = {"PATH": os.environ["PATH"], **{key: os.environ[key] for key in ("MIBUDGE_STUB_MARK",)}}
    where = {"cwd": of["WorkingDirectory"], "env": more | variables, "start_new_session": True}
    log = (units / f"{name}.log").open("ab")
    if "ExecStartPre" in of:
        subprocess.run(shlex.split(of["ExecStartPre"]), check=True, stdout=log, stderr=log, **where)
    process = subprocess.Popen(shlex.split(of["ExecStart"]), stdin=subprocess.DEVNULL, stdout=log, stderr=log, **where)
    (units / f"{name}.pid").write_text(str(process.pid))
"""


def make(folder: Path) -> None:
    """Put them into a folder that comes first in a PATH."""
    folder.mkdir()
    scripts = {name: f"#!/bin/sh\n{text}\n" for name, text in PLAIN.items()}
    scripts["systemctl"] = f"#!{sys.executable}\n{SYSTEMCTL}"
    for name, text in scripts.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o700)
