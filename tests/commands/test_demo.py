"""The demo household, moved in once for all of these tests."""

import io
import stat
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from backend import clock
from backend.ledger.demo import life
from backend.ledger.demo import ofx as files
from backend.ledger.models import Bank, BankAccount, Budget, Entry, FundingEvent, Transaction, User
from backend.ledger.selectors import integrity
from backend.ledger.services import imports
from backend.ledger.statements import ofx

PASSWORD = "the password of the demo"

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module", autouse=True)
def printed(django_db_setup: None, django_db_blocker: DjangoDbBlocker, folder: Path) -> Iterator[str]:
    """What the command printed; its household lives until the last test of this module."""
    out = io.StringIO()
    with django_db_blocker.unblock(), override_settings(DATA=folder), transaction.atomic():
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("MIBUDGE_DEMO_PASSWORD", PASSWORD)
            call_command("demo", stdout=out)
        yield out.getvalue()
        transaction.set_rollback(True)


def account(kind: str) -> BankAccount:
    return BankAccount.objects.get(account_type=kind)


def test_every_invariant_holds():
    assert not list(integrity.breaches())


def test_the_log_ins_are_printed_and_work(printed: str):
    assert "“demo” and “partner”" in printed
    assert PASSWORD in printed
    for name in ("demo", "partner"):
        assert User.objects.get_by_natural_key(name).check_password(PASSWORD)


def test_the_password_is_kept_for_the_owner_of_the_installation_alone(folder: Path):
    path = folder / "demo" / "password"
    assert path.read_text().strip() == PASSWORD
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_partner_shares_the_checking_account_only():
    demo, partner = (User.objects.get_by_natural_key(name) for name in ("demo", "partner"))
    assert set(BankAccount.objects.filter(owners=demo).values_list("account_type", flat=True)) == {"C", "S", "X"}
    assert list(BankAccount.objects.filter(owners=partner)) == [account("C")]


def test_the_accounts_hold_what_the_bank_says(folder: Path):
    for kind, key in (("C", "checking"), ("S", "savings"), ("X", "card")):
        [*_, last] = sorted((folder / "demo").glob(f"{key}-*.ofx"))
        [statement] = ofx.read(last.read_bytes())
        held = account(kind)
        assert (held.posted_balance, held.available_balance) == (
            statement.ledger_balance,
            statement.available_balance,
        )
        assert held.last_posted_through == statement.end


def test_every_row_of_the_statements_is_a_transaction(folder: Path):
    read = [one for path in (folder / "demo").glob("*.ofx") for one in ofx.read(path.read_bytes())]
    assert Transaction.objects.count() == sum(len(statement.rows) for statement in read) >= 1_200
    assert Transaction.objects.filter(pending=True).exists()


def test_importing_a_file_of_it_by_hand_adds_nothing(folder: Path):
    out = io.StringIO()
    files = sorted(str(path) for path in (folder / "demo").glob("card-*.ofx"))
    call_command("import_statement", *files[-2:], "--user", "demo", "--dry-run", stdout=out)
    assert out.getvalue().count(": 0 new, ") == 2


def test_a_week_later_the_bank_has_posted_what_was_pending():
    moved_in_on = account("X").last_posted_through
    assert moved_in_on
    now = clock.now() + timedelta(days=7)
    later = life.life(today=now.date())
    settled = 0
    for kind, key in (("C", "checking"), ("S", "savings"), ("X", "card")):
        for statement in files.monthly(later, later.account(key)):
            # What was pending may post in the present month or in the next one, which has a statement of its own.
            if statement.end and statement.end >= moved_in_on:
                result = imports.run(
                    actor=User.objects.get_by_natural_key("demo"),
                    account_id=account(kind).pk,
                    statement=statement,
                    source="ofx",
                    now=now,
                    dry_run=True,
                )
                settled += result.settled
    assert settled == Transaction.objects.filter(pending=True).count()


def test_spending_lands_in_budgets():
    claimed = Entry.objects.exclude(transaction=None).exclude(budget__is_unallocated=True)
    assert claimed.count() > Transaction.objects.count() / 2
    assert claimed.exclude(category="").values("category").distinct().count() > 10


def test_there_are_budgets_of_every_type_and_an_archived_one():
    assert set(Budget.objects.values_list("budget_type", flat=True)) == {"G", "R", "A", "C"}
    assert Budget.objects.filter(archived=True).exists()


def test_unallocated_is_not_below_zero():
    for kind in ("C", "S"):
        assert Budget.objects.get(bank_account=account(kind), is_unallocated=True).balance >= Decimal(0)


def test_funding_ran_on_every_account_and_nothing_of_it_failed():
    statuses = set(FundingEvent.objects.values_list("status", flat=True))
    assert "done" in statuses
    assert "failed" not in statuses
    assert set(FundingEvent.objects.values_list("bank_account__account_type", flat=True)) == {"C", "S", "X"}
    assert Budget.objects.filter(budget_type="A", balance__gt=0).exists()


def test_every_transfer_between_its_own_accounts_is_linked_with_its_other_side():
    posted = Transaction.objects.filter(pending=False, raw_description__contains="ENDING IN")
    loose = posted.filter(linked_transaction=None)
    assert posted.count() > 60
    # The other side of one of the last days may not have posted yet.
    assert all(row.posted_date > clock.now() - timedelta(days=4) for row in loose)


def test_nothing_happened_after_now():
    assert not Transaction.objects.filter(created_at__gt=clock.now()).exists()


def test_a_database_that_is_not_empty_is_refused():
    with pytest.raises(CommandError, match="not empty"):
        call_command("demo")
    assert Bank.objects.count() == 1
