"""Files of a transaction: kept, given back to its owners, to nobody else."""

import base64
from typing import Any
from urllib.parse import urlsplit

import pytest

from .client import Client, File, Item, Reply
from .conftest import World

# one pixel
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture(scope="module")
def account(world: World) -> Item:
    account = world.owner.open_account(world.bank)
    world.service.share(account["id"], "coowner")
    return account


def fetch(client: Client, url: str) -> Reply:
    assert url.startswith(f"http://127.0.0.1:{client.port}/")
    return client.raw("GET", urlsplit(url).path)


def test_files_come_with_a_new_transaction(world: World, account: Item) -> None:
    given = {"bank_account": account["id"], "amount": "-1.00", "posted_date": "2026-03-02", "transaction_type": "ach"}
    files = {"image": File("receipt.png", PNG, "image/png"), "document": File("bill.pdf", PDF, "application/pdf")}

    made = world.owner.post("/transactions/", given | {"raw_description": "SHOP"} | files, kind="multipart")

    for client in (world.owner, world.coowner):
        assert fetch(client, made["image"]).headers["Content-Type"] == "image/png"
        document = fetch(client, made["document"])
        assert (document.status, document.body) == (200, PDF)
        for reply in (document, fetch(client, made["image"])):
            assert reply.headers["Content-Disposition"].startswith("attachment")
            assert reply.headers["X-Content-Type-Options"] == "nosniff"
            assert "no-store" in reply.headers["Cache-Control"]
            assert "sandbox" in reply.headers["Content-Security-Policy"]
    for client, status in ((world.stranger, 404), (world.staff, 404), (world.nobody, 401)):
        for name in ("image", "document"):
            assert fetch(client, made[name]).status == status


def test_files_are_put_replaced_and_removed(world: World, account: Item) -> None:
    owner = world.owner
    path = f"/transactions/{owner.spend(account['id'], '-1.00')['id']}/"
    owner.refused("GET", f"{path}image/", None, 404)

    put = owner.patch(path, {"image": File("a.png", PNG, "image/png")}, kind="multipart")
    assert put["image"]
    assert put["document"] is None
    documented = owner.patch(path, {"document": File("a.txt", b"first", "text/plain")}, kind="multipart")
    assert fetch(owner, documented["document"]).body == b"first"
    again = owner.patch(path, {"document": File("b.txt", b"second", "text/plain")}, kind="multipart")
    assert fetch(owner, again["document"]).body == b"second"
    assert owner.patch(path, {"memo": "kept"})["document"]

    gone = owner.patch(path, {"image": None, "document": None})
    assert (gone["image"], gone["document"]) == (None, None)
    assert fetch(owner, again["document"]).status == 404
    assert fetch(owner, put["image"]).status == 404


HOSTILE = [
    ("image", File("a.png", b"text")),
    ("image", File("a.png", b"")),
    ("image", File("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml")),
    ("image", File("a.png", PNG[:40], "image/png")),
    ("image", File("a.pdf", PDF, "application/pdf")),
    ("document", File("a.html", b"<!doctype html><script>alert(1)</script>", "text/html")),
    ("document", File("a.exe", b"MZ\x90\x00" + bytes(60))),
    ("document", File("a.txt", b"")),
    ("document", File("a.bin", b"\xff\xfe" + bytes(range(256)))),
    ("document", File("big.txt", b"x" * (10 * 1024 * 1024 + 1), "text/plain")),
]


def test_files_of_other_kinds_are_refused_or_harmless(world: World, account: Item) -> None:
    owner = world.owner
    path = f"/transactions/{owner.spend(account['id'], '-1.00')['id']}/"
    for name, file in HOSTILE:
        reply = owner.send("PATCH", path, {name: file}, kind="multipart")
        told = f"{file.name} {reply.told()}"
        assert reply.status in {200, 400, 413}, told
        if reply.status == 400:
            assert list(reply.json()) == [name], told
        elif reply.status == 200:  # kept, but as something that no browser runs
            assert name == "document", told
            kept = fetch(owner, reply.json()["document"])
            assert kept.headers["Content-Type"].split(";")[0] in {"text/plain", "application/octet-stream"}, told
            assert kept.headers["Content-Disposition"].startswith("attachment")
            owner.patch(path, {"document": None})
    odd: list[Any] = ["text", 5, [], True, {"a": 1}]
    for value in odd:
        assert list(owner.refused("PATCH", path, {"image": value})) == ["image"]
        assert list(owner.refused("PATCH", path, {"document": value})) == ["document"]
    assert owner.get(path)["image"] is None


def test_a_pixel_bomb_is_refused(world: World, account: Item) -> None:
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    side = 12_000
    rows = zlib.compress(bytes((side // 8 + 1) * side), 9)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    path = f"/transactions/{world.owner.spend(account['id'], '-1.00')['id']}/"

    refusal = world.owner.refused("PATCH", path, {"image": File("a.png", bomb, "image/png")}, kind="multipart")

    assert list(refusal) == ["image"]


@pytest.mark.parametrize(
    "name", ["../../../etc/x.png", "a\r\nb.png", "x" * 300 + ".png", "a.png\0.html", "\u202egnp.exe"]
)
def test_a_files_name_is_no_path(world: World, account: Item, name: str) -> None:
    path = f"/transactions/{world.owner.spend(account['id'], '-1.00')['id']}/"
    reply = world.owner.send("PATCH", path, {"image": File(name, PNG, "image/png")}, kind="multipart")
    assert reply.status in {200, 400}, reply.told()
    if reply.status == 200:
        assert "etc" not in reply.json()["image"]
        assert fetch(world.owner, reply.json()["image"]).status == 200
