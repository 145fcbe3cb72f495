"""Running balances after many operations in no order of time, recomputed from the lists."""

import random
from decimal import Decimal

import pytest

from . import books
from .client import Client, Item
from .conftest import World


@pytest.mark.parametrize("currency", ["USD", "JPY", "KWD"])
def test_the_books_are_right_after_many_operations(world: World, currency: str) -> None:
    chance = random.Random(f"{currency} 20")  # noqa: S311  to be the same each time
    opening = "1000.00" if currency != "KWD" else "1000.125"
    account = world.owner.open_account(
        world.bank, currency=currency, available_balance=opening, posted_balance="900.00", name=currency
    )
    world.service.share(account["id"], "coowner")
    wander = Wander(chance, [world.owner, world.coowner], account, {"JPY": 0, "KWD": 3}.get(currency, 2))
    for step in range(60 if currency == "USD" else 25):
        wander.step()
        if step % 20 == 4:
            books.check(chance.choice(wander.clients), account["id"], available=opening, posted="900.00")
    if currency == "USD":
        assert wander.done.keys() == {"spend", "split", "move", "remove", "settle", "archive", "new budget"}
    books.check(world.coowner, account["id"], available=opening, posted="900.00")
    assert world.service.verify().startswith("0 breaches")


class Wander:
    """Random operations on one account by its two owners; dates lie back and forth, some are the same."""

    def __init__(self, chance: random.Random, clients: list[Client], account: Item, decimals: int) -> None:
        self.chance, self.clients, self.account, self.decimals = chance, clients, account, decimals
        self.budgets = [account["unallocated_budget"]]
        self.budgets += [clients[0].budget(account["id"], f"Budget 0{number}")["id"] for number in range(3)]
        self.transactions: dict[str, Item] = {}
        self.done: dict[str, int] = {}

    def step(self) -> None:
        names = (
            ["spend"] * 8
            + ["split"] * 5
            + ["move"] * 5
            + ["remove"] * 2
            + ["settle"] * 2
            + ["archive"] * 2
            + ["new budget"] * 3
        )
        name = self.chance.choice(names)
        if getattr(self, name.replace(" ", "_"))(self.chance.choice(self.clients)):
            self.done[name] = self.done.get(name, 0) + 1

    def amount(self, most: Decimal = Decimal(200)) -> Decimal:
        unit = Decimal(1).scaleb(-self.decimals)
        return max(unit, (most * self.chance.randrange(1, 100) / 100).quantize(unit))

    def day(self) -> str:
        return f"2026-0{self.chance.randrange(1, 4)}-{self.chance.randrange(1, 8):02}T00:00:00Z"

    def spend(self, client: Client) -> bool:
        amount = self.amount() * self.chance.choice([1, -1, -1])
        made = client.spend(self.account["id"], str(amount), self.day(), pending=self.chance.random() < 0.3)
        self.transactions[made["id"]] = made
        return True

    def split(self, client: Client) -> bool:
        if not self.transactions:
            return False
        made = self.chance.choice(list(self.transactions.values()))
        rest, shares = abs(Decimal(made["amount"])), {}
        for budget in self.chance.sample(self.budgets, min(len(self.budgets), self.chance.randrange(4))):
            share = self.amount(rest)
            if share > rest:
                break
            shares[budget], rest = str(share), rest - share
        client.split(made["id"], shares)
        return True

    def move(self, client: Client) -> bool:
        if len(self.budgets) < 2:
            return False
        source, target = self.chance.sample(self.budgets, 2)
        client.move(self.account["id"], source, target, str(self.amount()), self.day())
        return True

    def remove(self, client: Client) -> bool:
        if not self.transactions:
            return False
        client.delete(f"/transactions/{self.transactions.pop(self.chance.choice(list(self.transactions)))['id']}/")
        return True

    def settle(self, client: Client) -> bool:
        pending = [made for made in self.transactions.values() if made["pending"]]
        if not pending:
            return False
        made = self.chance.choice(pending)
        sign = 1 if Decimal(made["amount"]) > 0 else -1
        final = self.chance.choice([Decimal(made["amount"]), sign * self.amount()])
        given = {"pending": False, "amount": str(final)}
        self.transactions[made["id"]] = client.patch(f"/transactions/{made['id']}/", given)
        return True

    def archive(self, client: Client) -> bool:
        if len(self.budgets) < 3:
            return False
        budget = self.budgets.pop(self.chance.randrange(1, len(self.budgets)))
        client.post(f"/budgets/{budget}/archive/", {}, status=200)
        return True

    def new_budget(self, client: Client) -> bool:
        self.budgets.append(client.budget(self.account["id"], f"Budget {len(self.budgets)}")["id"])
        return True
