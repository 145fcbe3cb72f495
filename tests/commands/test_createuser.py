import getpass
import io
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from backend.ledger.models import User

PASSWORD = "correct horse battery"

pytestmark = pytest.mark.django_db


@pytest.fixture
def create(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run the command with the password in the environment; what it printed."""

    def run(*arguments: str, password: str = PASSWORD) -> str:
        monkeypatch.setenv("MIBUDGE_PASSWORD", password)
        printed = io.StringIO()
        call_command("createuser", *arguments, stdout=printed)
        return printed.getvalue()

    return run


def test_the_user_can_sign_in_with_what_was_given(create: Callable[..., str]) -> None:
    told = create("robin", "--name", "Robin", "--timezone", "Asia/Kathmandu")

    user = User.objects.get()
    assert (user.username, user.name, user.timezone) == ("robin", "Robin", "Asia/Kathmandu")
    assert user.check_password(PASSWORD)
    assert not user.is_staff
    assert not user.is_superuser
    assert "robin" in told
    assert PASSWORD not in told


def test_a_staff_user_may_use_the_admin(create: Callable[..., str]) -> None:
    create("robin", "--staff")

    assert User.objects.get().is_staff
    assert User.objects.get().has_perm("ledger.add_bank")


@pytest.mark.parametrize(
    ("arguments", "password", "reason"),
    [
        (["ROBIN"], PASSWORD, "There is a user named ROBIN already"),
        ([" robin "], PASSWORD, "There is a user named robin already"),
        (["sam", "--timezone", "Europe/Nowhere"], PASSWORD, "“Europe/Nowhere” is not a known time zone"),
        (["sam"], "short", "too short"),
        (["sam"], "password", "too common"),
        (["samantha-jones"], "samantha-jones", "too similar to the username"),
        (["two words"], PASSWORD, "username: Enter a valid username"),
        (["  "], PASSWORD, "username: This field cannot be blank"),
        (["s" * 151], PASSWORD, "username: Ensure this value has at most 150"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(
    create: Callable[..., str], arguments: list[str], password: str, reason: str
) -> None:
    create("robin")

    with pytest.raises(CommandError) as refusal:
        create(*arguments, password=password)

    assert reason in str(refusal.value)
    assert User.objects.count() == 1


def test_the_password_is_asked_for_twice_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer_with(monkeypatch, PASSWORD, PASSWORD)

    call_command("createuser", "robin", stdout=io.StringIO())

    assert asked == ["Password: ", "Password again: "]
    assert User.objects.get().check_password(PASSWORD)


def test_two_different_answers_make_no_user(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch, PASSWORD, PASSWORD + "!")

    with pytest.raises(CommandError, match="differ"):
        call_command("createuser", "robin", stdout=io.StringIO())

    assert not User.objects.exists()


def test_without_a_terminal_the_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MIBUDGE_PASSWORD", raising=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO())

    with pytest.raises(CommandError, match="MIBUDGE_PASSWORD"):
        call_command("createuser", "robin", stdout=io.StringIO())


def answer_with(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Sit at a terminal and type the answers; the questions, as they are asked."""
    questions: list[str] = []
    left = list(answers)

    def answer(question: str) -> Any:
        questions.append(question)
        return left.pop(0)

    monkeypatch.delenv("MIBUDGE_PASSWORD", raising=False)
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", terminal)
    monkeypatch.setattr(getpass, "getpass", answer)
    return questions
