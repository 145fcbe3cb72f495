"""What Beancount makes of an export, to be held against the ledger."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from beancount import loader
from beancount.core import data

from backend.ledger import access
from backend.ledger.models import BankAccount, Budget, Transaction, User
from tests.exports import home as homes


class Books:
    """The export of a user as Beancount read it; it has no errors."""

    def __init__(self, user: User) -> None:
        self.text = homes.taken(user, "beancount").decode()
        self.entries, errors, self.options = loader.load_string(self.text)
        assert errors == []
        self.opened: dict[str, Any] = {
            each.meta["id"]: each for each in self.entries if isinstance(each, data.Open) and "id" in each.meta
        }
        self.balances: dict[str, Decimal] = defaultdict(Decimal)
        self.settled: dict[str, Decimal] = defaultdict(Decimal)
        for entry in self.transactions():
            for posting in entry.postings:
                self.balances[posting.account] += posting.units.number
                if entry.flag == "*":
                    self.settled[posting.account] += posting.units.number

    def transactions(self) -> list[Any]:
        return [each for each in self.entries if isinstance(each, data.Transaction)]

    def of(self, row: BankAccount | Budget | Transaction) -> Any:
        """The directive that opens an account or a budget, or that tells a transaction."""
        if isinstance(row, Transaction):
            return next(each for each in self.transactions() if each.meta.get("id") == str(row.pk))
        return self.opened[str(row.pk)]

    def total(self, of: BankAccount, *, settled: bool = False) -> Decimal:
        """What lies on an account and everything below it."""
        name = self.opened[str(of.pk)].account
        balances = self.settled if settled else self.balances
        return sum((sum_ for each, sum_ in balances.items() if each.startswith(f"{name}:")), Decimal(0))


def agree(user: User) -> Books:
    """Beancount and the ledger have the same balances, to the last digit, and the file asserts them."""
    books = Books(user)
    asserted = {each.account: each.amount.number for each in books.entries if isinstance(each, data.Balance)}
    for account in access.accounts(user):
        opened = books.of(account)
        assert books.total(account) == account.available_balance
        assert asserted.pop(opened.account) == account.available_balance
        assert opened.meta["posted"].number == account.posted_balance
        held_back = account.opening_posted - account.opening_available
        assert books.total(account, settled=True) + held_back == account.posted_balance
        for budget in Budget.objects.filter(bank_account=account):
            name = books.of(budget).account
            assert books.balances[name] == budget.balance
            assert asserted.pop(name) == budget.balance
    assert asserted == {}
    assert sum(books.balances.values()) == 0
    return books
