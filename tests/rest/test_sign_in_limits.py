from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client, override_settings

from backend.ledger.models import FailedSignIn, User
from backend.ledger.services import sign_in
from tests.build import NOW
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
HERE = "192.0.2.1"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def attempt(
    password: str, *, username: str = "owner", address: str = HERE, client: Client | None = None, forwarded: str = ""
) -> Any:
    return (client or Client()).post(
        "/api/token/",
        {"username": username, "password": password},
        REMOTE_ADDR=address,
        headers={"X-Forwarded-For": forwarded} if forwarded else {},
    )


def guess(times: int, *, username: str = "owner", address: str = HERE, client: Client | None = None) -> set[int]:
    """The statuses of that many wrong passwords."""
    return {attempt("wrong", username=username, address=address, client=client).status_code for _ in range(times)}


def test_ten_wrong_passwords_from_one_address_are_looked_at(owner: User) -> None:
    assert guess(sign_in.PER_ORIGIN) == {401}
    refused = attempt(PASSWORD)

    assert refused.status_code == 429
    assert refused["Retry-After"] == "900"
    assert "throttled" in refused.json()["detail"]
    assert "refresh_token" not in refused.cookies


def test_the_right_password_passes_while_the_limit_is_not_reached(owner: User) -> None:
    guess(sign_in.PER_ORIGIN - 1)

    assert attempt(PASSWORD).status_code == 200


def test_right_passwords_are_not_counted(owner: User) -> None:
    assert {attempt(PASSWORD).status_code for _ in range(sign_in.PER_ORIGIN + 1)} == {200}
    assert not FailedSignIn.objects.exists()


def test_the_wait_ends_when_the_failures_are_old(owner: User, clock: time_machine.Traveller) -> None:
    attempt("wrong")
    clock.shift(timedelta(minutes=5))
    guess(sign_in.PER_ORIGIN - 1)
    assert attempt(PASSWORD)["Retry-After"] == "600"
    clock.shift(timedelta(minutes=10))

    assert attempt(PASSWORD).status_code == 200


def test_asking_again_does_not_lengthen_the_wait(owner: User, clock: time_machine.Traveller) -> None:
    guess(sign_in.PER_ORIGIN)
    clock.shift(timedelta(minutes=14))
    guess(3)
    clock.shift(timedelta(minutes=1))

    assert attempt(PASSWORD).status_code == 200


def test_other_addresses_and_other_users_are_not_held_back(owner: User, stranger: User) -> None:
    guess(sign_in.PER_ORIGIN)

    assert attempt(PASSWORD, address="192.0.2.2").status_code == 200
    assert attempt(PASSWORD, username="stranger").status_code == 200


@pytest.mark.parametrize("username", ["OWNER", " owner"])
def test_spellings_of_a_name_are_counted_together(owner: User, username: str) -> None:
    guess(sign_in.PER_ORIGIN // 2)
    guess(sign_in.PER_ORIGIN // 2, username=username)

    assert attempt(PASSWORD).status_code == 429


def test_an_unknown_name_is_counted_like_a_known_one(db: None) -> None:
    assert guess(sign_in.PER_ORIGIN, username="nobody") == {401}
    assert guess(1, username="nobody") == {429}


def guess_from_everywhere() -> None:
    for number in range(sign_in.PER_USER):
        assert guess(1, address=f"198.51.100.{number}") == {401}


def test_guesses_from_many_addresses_are_limited_together(owner: User) -> None:
    guess_from_everywhere()

    assert guess(1, address="203.0.113.1") == {429}


def test_strangers_cannot_lock_out_a_browser_that_is_signed_in(owner: User) -> None:
    browser = Client()
    attempt(PASSWORD, client=browser)
    guess_from_everywhere()
    guess(sign_in.PER_ORIGIN, address=HERE)

    assert attempt(PASSWORD, client=browser).status_code == 200


def test_a_signed_in_browser_cannot_guess_without_limit_either(owner: User) -> None:
    browser = Client()
    attempt(PASSWORD, client=browser)

    assert guess(sign_in.PER_ORIGIN, client=browser) == {401}
    assert guess(1, client=browser) == {429}


def test_being_signed_in_as_somebody_else_is_no_advantage(owner: User, stranger: User) -> None:
    browser = Client()
    attempt(PASSWORD, username="stranger", client=browser)
    guess_from_everywhere()

    assert guess(1, client=browser, address="203.0.113.1") == {429}


def test_a_made_up_forwarding_header_changes_nothing(owner: User) -> None:
    guess(sign_in.PER_ORIGIN)

    assert attempt(PASSWORD, forwarded="203.0.113.7").status_code == 429


@override_settings(PROXIES=1)
def test_behind_a_proxy_its_word_counts_and_not_the_clients(owner: User) -> None:
    for number in range(sign_in.PER_ORIGIN):
        attempt("wrong", forwarded=f"203.0.113.{number}, 192.0.2.9")

    assert attempt(PASSWORD, forwarded="203.0.113.99, 192.0.2.9").status_code == 429
    assert attempt(PASSWORD, forwarded="203.0.113.99, 192.0.2.10").status_code == 200


def test_the_addresses_of_one_ipv6_network_count_as_one(owner: User) -> None:
    for number in range(sign_in.PER_ORIGIN):
        attempt("wrong", address=f"2001:db8::{number:x}")

    assert attempt(PASSWORD, address="2001:db8::ffff").status_code == 429
    assert attempt(PASSWORD, address="2001:db8:0:1::1").status_code == 200


def test_old_failures_are_forgotten(owner: User, clock: time_machine.Traveller) -> None:
    guess(3)
    clock.shift(sign_in.WINDOW)
    attempt("wrong")

    assert FailedSignIn.objects.count() == 1


def test_what_was_typed_as_a_name_is_not_kept(db: None) -> None:
    attempt("wrong", username="a password in the wrong field")

    assert "password" not in FailedSignIn.objects.get().username_hash
