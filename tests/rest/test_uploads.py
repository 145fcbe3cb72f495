"""Images and documents of transactions: what is taken, what is kept, who gets them."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from PIL import Image
from rest_framework.test import APIClient

from backend.ledger.models import BankAccount, Transaction, User
from tests import build
from tests.rest import house as houses

pytestmark = pytest.mark.django_db

EXIF_ORIENTATION, EXIF_MAKER = 0x0112, 0x010F


@pytest.fixture(autouse=True)
def media(tmp_path: Path) -> Iterator[Path]:
    """The folder of uploads, the test's own."""
    with override_settings(MEDIA_ROOT=tmp_path):
        yield tmp_path


@pytest.fixture
def api(owner: User) -> APIClient:
    return houses.client(owner)


@pytest.fixture
def url(account: BankAccount) -> str:
    return f"/api/v1/transactions/{build.transaction(account).pk}/"


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 4), **options: Any) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size, "red").save(content, format=kind, **options)
    return content.getvalue()


def file(content: bytes, name: str = "receipt.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def kept(media: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(media.iterdir())]


def body(account: BankAccount) -> dict[str, Any]:
    return {
        "bank_account": str(account.pk),
        "amount": "-12.34",
        "posted_date": "2026-06-14",
        "transaction_type": "",
        "raw_description": "SHOP",
    }


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_an_image_comes_back_as_the_picture_it_is(kind: str, api: APIClient, account: BankAccount) -> None:
    made = api.post("/api/v1/transactions/", body(account) | {"image": file(picture(kind))}, format="multipart")
    assert made.status_code == 201, made.content
    key = made.json()["id"]
    assert made.json()["image"] == f"http://testserver/api/v1/transactions/{key}/image/"
    assert made.json()["document"] is None
    found = api.get(made.json()["image"])
    assert found.status_code == 200
    assert Image.open(io.BytesIO(found.getvalue())).format == kind
    assert found.headers["Content-Type"] == f"image/{kind.lower()}"


def test_a_file_is_handed_out_to_be_saved_and_not_to_be_run(api: APIClient, url: str) -> None:
    page = b"<script>alert(1)</script>"
    changed = api.patch(url, {"document": file(page, "../../evil.html")}, format="multipart")
    found = api.get(changed.json()["document"])
    assert found.getvalue() == page
    assert found.headers["Content-Type"] == "application/octet-stream"
    assert found.headers["Content-Disposition"] == f'attachment; filename="{url.split("/")[4]}-document.bin"'
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert found.headers["Cache-Control"] == "private, no-store"
    assert "sandbox" in found.headers["Content-Security-Policy"]


def test_a_file_is_given_whatever_type_is_asked_for(api: APIClient, url: str) -> None:
    address = api.patch(url, {"image": file(picture())}, format="multipart").json()["image"]
    for response in (api.get(address, headers={"accept": "image/*"}), api.head(address)):
        assert response.status_code == 200
        response.close()


def test_files_are_kept_under_names_of_our_own(api: APIClient, url: str, media: Path) -> None:
    api.patch(
        url, {"image": file(picture(), "a.php"), "document": file(b"%PDF-1.7", "../../x.html")}, format="multipart"
    )
    assert sorted(path.suffix for path in media.iterdir()) == [".pdf", ".png"]
    assert all(len(path.stem) == 32 for path in media.iterdir())


def test_only_owners_get_a_file(account: BankAccount, coowner: User, stranger: User, staff: User) -> None:
    url = f"/api/v1/transactions/{build.transaction(account).pk}/"
    api = houses.client(account.owners.get())
    address = api.patch(url, {"document": file(b"secret")}, format="multipart").json()["document"]
    missing = url.replace(url.split("/")[4], "00000000-0000-0000-0000-000000000000") + "document/"
    for user in (stranger, staff):
        refused = houses.client(user).get(address)
        assert (refused.status_code, refused.content) == (404, houses.client(user).get(missing).content)
    assert houses.client(None).get(address).status_code == 401
    assert houses.client(coowner).get(address).status_code == 404
    account.owners.add(coowner)
    assert houses.client(coowner).get(address).getvalue() == b"secret"


def test_a_foreign_transaction_is_not_there_whatever_is_uploaded(url: str, stranger: User, media: Path) -> None:
    for content in (b"no picture", picture()):
        refused = houses.client(stranger).patch(url, {"image": file(content)}, format="multipart")
        assert refused.status_code == 404
    assert kept(media) == []


def test_what_is_not_there_is_not_found(api: APIClient, url: str, media: Path) -> None:
    assert api.get(f"{url}image/").status_code == 404
    address = api.patch(url, {"document": file(b"x")}, format="multipart").json()["document"]
    for path in media.iterdir():
        path.unlink()
    assert api.get(address).status_code == 404


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html></html>",
        b"%PDF-1.7",
        picture()[:40],
        picture()[:-20] + b"\0" * 20,
        picture("JPEG")[:200],
        b"GIF89a" + b"\0" * 20,
        picture("BMP"),
        picture("TIFF"),
        b"\x89PNG\r\n\x1a\n",
    ],
    ids=["empty", "text", "svg", "html", "pdf", "cut", "broken", "cut-jpeg", "gif", "bmp", "tiff", "head"],
)
def test_an_image_that_is_none_is_refused(content: bytes, api: APIClient, url: str, media: Path) -> None:
    refused = api.patch(url, {"image": file(content)}, format="multipart")
    assert (refused.status_code, list(refused.json())) == (400, ["image"]), refused.content
    assert kept(media) == []


def test_a_picture_of_too_many_pixels_is_refused_unseen(api: APIClient, url: str, media: Path) -> None:
    content = io.BytesIO()
    Image.new("1", (5_001, 5_000)).save(content, format="PNG")
    refused = api.patch(url, {"image": file(content.getvalue())}, format="multipart")
    assert (refused.status_code, list(refused.json())) == (400, ["image"])
    assert kept(media) == []


def test_a_picture_is_kept_without_what_else_the_file_holds(api: APIClient, url: str, media: Path) -> None:
    exif = Image.Exif()
    exif[EXIF_MAKER] = "Camera of somebody"
    exif[EXIF_ORIENTATION] = 6
    content = picture("JPEG", (8, 4), exif=exif) + b"<script>alert(1)</script>"
    assert api.patch(url, {"image": file(content)}, format="multipart").status_code == 200
    (found,) = kept(media)
    assert b"somebody" not in found
    assert b"script" not in found
    drawn = Image.open(io.BytesIO(found))
    assert (drawn.size, dict(drawn.getexif())) == ((4, 8), {})


def test_of_an_animation_the_first_frame_is_kept(api: APIClient, url: str, media: Path) -> None:
    content = io.BytesIO()
    frames = [Image.new("P", (8, 4), number) for number in range(3)]
    frames[0].save(content, format="GIF", save_all=True, append_images=frames[1:])
    assert api.patch(url, {"image": file(content.getvalue())}, format="multipart").status_code == 200
    assert getattr(Image.open(io.BytesIO(kept(media)[0])), "n_frames", 1) == 1


def test_a_photo_of_several_pictures_is_a_jpeg(api: APIClient, url: str, media: Path) -> None:
    content = io.BytesIO()
    photo = Image.new("RGB", (8, 4))
    photo.save(content, format="MPO", save_all=True, append_images=[photo])
    assert api.patch(url, {"image": file(content.getvalue())}, format="multipart").status_code == 200
    assert Image.open(io.BytesIO(kept(media)[0])).format == "JPEG"


def test_a_file_beyond_ten_mebibytes_is_refused(api: APIClient, url: str, media: Path) -> None:
    refused = api.patch(url, {"document": file(b"x" * (10 * 1024**2 + 1))}, format="multipart")
    assert (refused.status_code, list(refused.json())) == (400, ["document"])
    assert kept(media) == []


def test_nothing_in_its_place_removes_a_file(
    api: APIClient, url: str, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    for empty, kind in ((None, "json"), ("", "json"), ("", "multipart")):
        api.patch(url, {"document": file(b"x")}, format="multipart")
        with django_capture_on_commit_callbacks(execute=True):
            changed = api.patch(url, {"document": empty}, format=kind)
        assert (changed.status_code, changed.json()["document"]) == (200, None)
        assert kept(media) == []


@pytest.mark.parametrize("value", ["x", "http://testserver/api/v1/users/me/", 5, True, {"a": 1}])
def test_what_is_no_file_is_refused(value: Any, api: APIClient, url: str) -> None:
    refused = api.patch(url, {"image": value})
    assert (refused.status_code, list(refused.json())) == (400, ["image"])


def test_what_get_gave_leaves_files_as_they_are(api: APIClient, url: str, media: Path) -> None:
    api.patch(url, {"document": file(b"x"), "image": file(picture())}, format="multipart")
    shown, files = api.get(url).json(), kept(media)
    changed = api.put(url, shown | {"memo": "seen"})
    assert changed.status_code == 200, changed.content
    assert (changed.json()["memo"], changed.json()["image"]) == ("seen", shown["image"])
    assert kept(media) == files


def test_a_replaced_file_goes_when_the_change_is_committed(
    api: APIClient, url: str, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    api.patch(url, {"document": file(b"old")}, format="multipart")
    with django_capture_on_commit_callbacks() as callbacks:
        api.patch(url, {"document": file(b"new")}, format="multipart")
    assert sorted(kept(media)) == [b"new", b"old"]
    for callback in callbacks:
        callback()
    assert kept(media) == [b"new"]


@pytest.mark.parametrize("what", ["transaction", "account"])
def test_a_file_goes_with_what_it_was_of(
    what: str, account: BankAccount, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    api, url = houses.client(account.owners.get()), f"/api/v1/transactions/{build.transaction(account).pk}/"
    api.patch(url, {"document": file(b"x"), "image": file(picture())}, format="multipart")
    with django_capture_on_commit_callbacks(execute=True):
        gone = api.delete(url if what == "transaction" else f"/api/v1/bank-accounts/{account.pk}/")
    assert gone.status_code == 204
    assert kept(media) == []


def test_a_refused_write_leaves_no_file(
    api: APIClient, url: str, account: BankAccount, foreign_account: BankAccount, media: Path
) -> None:
    uploads = {"image": file(picture()), "document": file(b"x")}
    for refused in (
        api.patch(url, uploads | {"amount": "5"}, format="multipart"),
        api.patch(url, uploads | {"image": file(b"no picture")}, format="multipart"),
        api.post("/api/v1/transactions/", body(account) | uploads | {"amount": "0"}, format="multipart"),
        api.post("/api/v1/transactions/", body(foreign_account) | uploads, format="multipart"),
    ):
        assert refused.status_code == 400
    assert kept(media) == []
    assert not Transaction.objects.exclude(image="", document="").exists()
