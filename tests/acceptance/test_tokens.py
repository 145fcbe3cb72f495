"""Sign in, refresh, sign out: by curl with a cookie jar, as the documents' readers would, and by bare requests."""

import json
import subprocess
from pathlib import Path
from typing import Any

from .client import Client, Reply
from .conftest import World
from .service import PASSWORD


def curl(*arguments: str) -> tuple[int, Any]:
    """Status and JSON of the answer."""
    command = ["curl", "--silent", "--show-error", "--write-out", "\n%{http_code}", *arguments]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    body, _, status = found.stdout.rpartition("\n")
    return int(status), json.loads(body) if body else None


def test_curl_signs_in_stays_in_and_signs_out(world: World, tmp_path: Path) -> None:
    base, jar = f"http://127.0.0.1:{world.service.port}", str(tmp_path / "jar")
    kept = ["-c", jar, "-b", jar, "-X", "POST"]

    status, answer = curl(
        *kept, f"{base}/api/token/", "-d", "username=stranger", "--data-urlencode", f"password={PASSWORD}"
    )
    assert (status, list(answer)) == (200, ["access"])
    assert works(base, answer["access"]) == 200
    for _ in range(2):
        status, again = curl(*kept, f"{base}/api/token/refresh/")
        assert (status, list(again)) == (200, ["access"])
        assert again["access"] != answer["access"]
        assert works(base, again["access"]) == 200
        answer = again

    status, _ = curl(*kept, f"{base}/api/token/logout/")
    assert status in {200, 204, 205}
    assert works(base, answer["access"]) == 401
    status, refusal = curl(*kept, f"{base}/api/token/refresh/")
    assert status == 401
    assert refusal["detail"]


def works(base: str, access: str) -> int:
    return curl("-H", f"Authorization: Bearer {access}", f"{base}/api/v1/users/me/")[0]


def sign_in(client: Client, **more: str) -> Reply:
    body = json.dumps({"username": "stranger", "password": PASSWORD} | more).encode()
    return client.raw("POST", "/api/token/", body, {"Content-Type": "application/json"})


def refresh(client: Client, cookie: str, body: bytes = b"", **headers: str) -> Reply:
    return client.raw("POST", "/api/token/refresh/", body, {"Cookie": cookie} | headers if cookie else headers)


def test_the_cookie_is_closed_to_scripts_and_other_sites(world: World) -> None:
    reply = sign_in(world.nobody)
    flags = [flag.strip() for flag in str(reply.headers["Set-Cookie"]).split(";")]
    assert flags[0].startswith("refresh_token=")
    assert {"HttpOnly", "Secure", "SameSite=Strict", "Max-Age=1209600"} <= set(flags)
    assert any(flag in flags for flag in ("Path=/", "Path=/api/token/"))
    assert not any(flag.startswith("Domain") for flag in flags)
    assert reply.headers["Cache-Control"] == "no-store"


def test_a_refresh_token_is_good_once_and_read_from_the_cookie_alone(world: World) -> None:
    nobody = world.nobody
    first = str(sign_in(nobody).headers["Set-Cookie"]).split(";")[0]
    token = first.partition("=")[2]
    in_body = json.dumps({"refresh": token}).encode()
    refusal = nobody.raw("POST", "/api/token/refresh/", in_body, {"Content-Type": "application/json"})
    assert (refusal.status, set(refusal.json()) <= {"detail", "code"}) == (401, True)

    second = refresh(nobody, first, b"{", **{"Content-Type": "application/json"})
    assert (second.status, list(second.json())) == (200, ["access"])
    assert refresh(nobody, first).status == 401
    third = refresh(nobody, str(second.headers["Set-Cookie"]).split(";")[0])
    assert third.status == 200
    assert refresh(nobody, f"refresh_token={third.json()['access']}").status == 401
    assert refresh(nobody, "refresh_token=garbage").status == 401
    assert nobody.raw("GET", "/api/v1/users/me/", None, {"Authorization": f"Bearer {token}"}).status == 401


def test_sign_in_refuses_by_field_or_as_a_whole(world: World) -> None:
    nobody = world.nobody
    replies = [sign_in(nobody, password="wrong word"), sign_in(nobody, username="nobody-of-that-name")]
    assert [reply.status for reply in replies] == [401, 401]
    assert replies[0].body == replies[1].body
    for name, value in (("username", ""), ("password", ""), ("username", None), ("password", []), ("username", "a\0b")):
        reply = nobody.raw(
            "POST",
            "/api/token/",
            json.dumps({"username": "stranger", "password": PASSWORD, name: value}).encode(),
            {"Content-Type": "application/json"},
        )
        assert (reply.status, list(reply.json())) == (400, [name])
    assert sign_in(nobody, username=" STRANGER ").status == 200
    for method in ("GET", "PUT", "DELETE"):
        assert nobody.raw(method, "/api/token/").status == 405


def test_other_ways_to_show_a_token_are_none(world: World) -> None:
    token, nobody = world.owner.token, world.nobody
    wrong = [
        f"Token {token}",
        f"JWT {token}",
        token,
        "Bearer",
        f"Bearer {token} x",
        "Bearer garbage",
        "Basic b3duZXI6eA==",
    ]
    wrong += [f"Bearer {token[:-2]}", f"Bearer {'x' * 7000}", "Bearer \x00", "Bearer é"]
    for header in wrong:
        reply = nobody.raw("GET", "/api/v1/users/me/", None, {"Authorization": header.encode("latin-1")})  # type: ignore[dict-item]
        assert reply.status in {400, 401}, f"{header[:20]} {reply.told()}"
    assert nobody.raw("GET", f"/api/v1/users/me/?token={token}").status == 401
    assert nobody.raw("GET", "/api/v1/users/me/", None, {"Cookie": f"access={token}"}).status == 401
