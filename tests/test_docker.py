"""What can be said of the image, the compose file and the units without an engine or an init system to run them."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from backend import probe

ROOT = Path(__file__).resolve().parents[1]
DOCKER = ROOT / "docker"
OWN = ("web", "scheduler", "migrate")


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((DOCKER / "compose.yaml").read_text())


def documented() -> set[str]:
    """The variables in the README's table."""
    readme = (ROOT / "README.md").read_text()
    table = readme[readme.index("| variable |") : readme.index("## Production")]
    return {name for row in table.splitlines() if row for name in re.findall(r"`([A-Z][A-Z_]+)`", row.split("|")[1])}


def actions() -> set[str]:
    """What the entrypoint script has a case for."""
    return set(re.findall(r"^    (\w+)\) exec", (DOCKER / "entrypoint").read_text(), re.MULTILINE))


def test_each_service_runs_what_the_image_does(compose: Any) -> None:
    services = compose["services"]
    assert set(services) == {*OWN, "database", "queue", "proxy"}
    for name in OWN:
        assert services[name]["command"] == [name]
        assert name in actions()
        assert (services[name]["image"], services[name]["read_only"]) == ("mibudge:0.1.0", True)
    assert services["scheduler"]["healthcheck"]["test"] == ["CMD", "docker/entrypoint", "healthy", "scheduler"]
    for name in ("web", "scheduler"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_what_the_services_stand_on_is_declared(compose: Any) -> None:
    for service in compose["services"].values():
        assert set(service.get("depends_on", [])) <= set(compose["services"])
        assert set(service["networks"]) <= set(compose["networks"])
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in compose["volumes"] or (DOCKER / source).is_file()
    assert {service.get("ports") is None for name, service in compose["services"].items() if name != "proxy"} == {True}


def test_what_ends_comes_back_and_no_log_grows_forever(compose: Any) -> None:
    for name, service in compose["services"].items():
        assert service["restart"] == ("no" if name == "migrate" else "always"), name
        assert set(service["logging"]["options"]) == {"max-size", "max-file"}, name


def test_the_database_is_healthy_where_others_reach_it(compose: Any) -> None:
    asked = compose["services"]["database"]["healthcheck"]["test"]
    assert asked[asked.index("--host") + 1] == "127.0.0.1"  # not the socket, which answers while it is being made


def test_the_queue_can_start_without_capabilities_and_answers_its_network(compose: Any) -> None:
    queue = compose["services"]["queue"]
    assert queue["cap_drop"] == ["ALL"]
    assert int(queue["user"].split(":")[0]) > 0  # root would change its user, which takes a capability
    assert "--protected-mode no" in queue["command"]


def test_the_proxy_stays_while_the_web_server_is_replaced(compose: Any) -> None:
    assert "depends_on" not in compose["services"]["proxy"]  # compose replaces what depends on what it replaces
    assert "lb_try_duration" in (DOCKER / "Caddyfile").read_text()


def test_the_proxy_takes_in_what_anybody_may_send_before_it_hands_it_on() -> None:
    buffered = re.search(r"request_buffers (\d+)MB", (DOCKER / "Caddyfile").read_text())
    assert buffered is not None
    assert int(buffered[1]) * 10**6 > settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def test_images_are_pinned(compose: Any) -> None:
    images = {service["image"] for service in compose["services"].values()}
    images |= set(re.findall(r"^FROM (\S+)", (DOCKER / "Dockerfile").read_text(), re.MULTILINE))
    for image in images:
        assert re.search(r":\d+\.\d+(\.\d+)?(-|$)", image), image


def test_every_variable_that_the_files_set_is_documented(compose: Any) -> None:
    theirs = {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PIP_NO_CACHE_DIR", "PIP_DISABLE_PIP_VERSION_CHECK"}
    dockerfile = set(re.findall(r"\b([A-Z][A-Z_]+)=", (DOCKER / "Dockerfile").read_text()))
    ours = {name for part in OWN for name in compose["services"][part]["environment"]}
    assert len(ours) >= 5
    assert dockerfile - theirs | ours <= documented()


def test_the_variables_that_compose_needs_are_told_in_it() -> None:
    text = (DOCKER / "compose.yaml").read_text()
    needed = set(re.findall(r"\$\{(\w+):\?", text))
    assert needed == {"MIBUDGE_HOST", "POSTGRES_PASSWORD"}
    assert all(name in text.split("name: mibudge")[0] for name in needed)
    assert "{$MIBUDGE_HOST}" in (DOCKER / "Caddyfile").read_text()


def test_the_image_runs_as_nobody_and_copies_what_there_is() -> None:
    lines = (DOCKER / "Dockerfile").read_text().splitlines()
    assert "USER 10001:10001" in lines
    copied = [line.split()[1] for line in lines if line.startswith("COPY ") and "--from" not in line]
    ignored = (ROOT / ".dockerignore").read_text().splitlines()  # the one name that every builder looks for
    assert "*" in ignored
    for source in copied:
        assert (ROOT / source).exists()
        assert f"!{source.removesuffix('/')}" in ignored
    assert any("--require-hashes" in line for line in lines)
    assert any(line.startswith("HEALTHCHECK") for line in lines)


def test_the_entrypoint_tells_how_it_is_used() -> None:
    told = subprocess.run([DOCKER / "entrypoint"], capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert "entrypoint web" in told.stdout
    assert subprocess.run([DOCKER / "entrypoint", "healthy"], capture_output=True, check=False).returncode == 2


@pytest.mark.parametrize("unit", ["web", "scheduler"])
def test_units_start_what_the_image_starts(unit: str) -> None:
    text = (DOCKER / f"systemd/mibudge-{unit}.service").read_text()
    assert f"ExecStart=/opt/mibudge/docker/entrypoint {unit}\n" in text
    assert "User=mibudge\n" in text
    assert ("ExecStartPre=/opt/mibudge/docker/entrypoint migrate" in text) == (unit == "web")


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        return  # nothing else tells; CI's machine has it
    for path in (DOCKER / "systemd").iterdir():
        text = path.read_text().replace("/opt/mibudge", str(ROOT)).replace("=/etc/mibudge.env", "=-/etc/mibudge.env")
        (tmp_path / path.name).write_text(text)
    found = subprocess.run(
        [program, "verify", "--man=no", *map(str, tmp_path.iterdir())], capture_output=True, text=True, check=False
    )
    assert "mibudge" not in found.stderr, found.stderr


def test_a_part_is_well_or_says_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MIBUDGE_DATA", str(tmp_path))
    monkeypatch.setenv("PORT", "9")
    assert probe.main(["scheduler"]) == 1
    assert "no heartbeat" in capsys.readouterr().out
    (tmp_path / "scheduler.heartbeat").write_text("2020-01-01T00:00:00+00:00")
    assert probe.main(["scheduler"]) == 1
    assert probe.main(["web"]) == 1
    assert "does not answer" in capsys.readouterr().out
    assert probe.main(["all"]) == 2
