"""How a machine that is made here gets at packages: in the same way as the one that makes it."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

RELEASE = "bookworm"
RESOLVER = "10.0.2.3"  # slirp4netns's, which asks those of the host
APT = re.compile(r"^Acquire::(?:https?::.+|Check-\S+|Retries) \".+\";$", re.MULTILINE)
PIP = {"index-url", "extra-index-url", "trusted-host", "proxy", "timeout", "default-timeout", "retries", "cert"}
CERTIFICATES = "etc/certificates-of-the-host.pem"


def hand_over(folder: Path, given: Path) -> None:
    """Write `sources.list` and `apt.conf` into the folder, and the other files of the machine below `given`."""
    (folder / "sources.list").write_text("".join(sources()))
    (folder / "apt.conf").write_text("".join(apt_options()))
    (given / "etc").mkdir()
    (given / "etc/resolv.conf").write_text(f"nameserver {RESOLVER}\n")
    settings = pip_settings()
    if certificates := settings.get("cert"):
        (given / CERTIFICATES).write_bytes(Path(certificates).read_bytes())
        settings["cert"] = f"/{CERTIFICATES}"
    lines = "".join(f"{name} = {value}\n" for name, value in settings.items())
    (given / "etc/pip.conf").write_text(f"[global]\n{lines}")


def told_by(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def sources() -> list[str]:
    """The lines of the host that are about the release; none where it has others."""
    told = told_by("apt-get", "indextargets", "--format", "$(ORIGIN) $(CODENAME) $(REPO_URI) $(COMPONENT)")
    found = {tuple(line.split()) for line in told.splitlines()}
    ours = sorted(
        each for each in found if each[0] == "Debian" and each[1].startswith(RELEASE) and each[3:] == ("main",)
    )
    return [f"deb {address} {suite} main\n" for _, suite, address, _ in ours]


def apt_options() -> list[str]:
    proxies = {scheme: os.environ.get(f"{scheme}_proxy") for scheme in ("http", "https")}
    told = [f'Acquire::{scheme}::Proxy "{proxy}";\n' for scheme, proxy in proxies.items() if proxy]
    return [f"{line}\n" for line in APT.findall(told_by("apt-config", "dump"))] + told


def pip_settings() -> dict[str, str]:
    """Those that say where packages come from. Places in the host's own files are of no use to another machine."""
    found = {"proxy": os.environ["https_proxy"]} if "https_proxy" in os.environ else {}
    told = told_by(sys.executable, "-m", "pip", "config", "list")
    for line in reversed(told.splitlines()):  # the environment's come first, and win
        name, _, value = line.partition("=")
        name = name.rpartition(".")[2]
        words = [
            each for each in ast.literal_eval(value).split() if not each.startswith(("file:", "/")) or name == "cert"
        ]
        if name in PIP and words:
            found[name] = " ".join(words)
    return found
