"""Rows to ask for, and the ways in which they are asked for."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

import orjson
from django.db.models import QuerySet
from django.test import Client

from backend import authentication, clock
from backend.ledger import access
from backend.ledger.models import Bank, User
from backend.ledger.selectors import pages
from backend.ledger.services import accounts, budgets, sessions
from backend.schema.budget_filters import BY_AGE
from backend.schema.context import Context
from backend.schema.root import schema
from backend.schema.transaction_filters import NEWEST_FIRST
from bench.household import START, Household

PAGE = 100


class Case:
    """`fields` are GraphQL's, `columns` the same of the model."""

    title: ClassVar[str]
    fields: ClassVar[str]
    columns: ClassVar[Sequence[str]]

    def __init__(self, owner: User, *, rows: int) -> None:
        self.owner = owner
        self.rows = rows
        session = sessions.start(owner, now=clock.now())
        token = authentication.access_token(session)
        self.client = Client(SERVER_NAME="localhost", headers={"Authorization": f"Bearer {token}"})
        self.query = self.make_query()

    def make_query(self) -> str:
        raise NotImplementedError

    def all(self) -> QuerySet[Any]:
        """All rows in their order."""
        raise NotImplementedError

    def of_pages(self) -> list[QuerySet[Any]]:
        """The rows by the statements that the pages take."""
        raise NotImplementedError

    def shown(self, data: Any) -> list[dict[str, Any]]:
        """The rows in an answer's data."""
        raise NotImplementedError

    def ask(self, query: str) -> Any:
        result = schema.execute_sync(query, context_value=Context(user=self.owner, now=clock.now()))
        assert not result.errors, result.errors
        return result.data

    def graphql(self) -> bytes:
        return orjson.dumps({"data": self.ask(self.query)})

    def http(self) -> bytes:
        return self.client.post("/graphql/", {"query": self.query}, content_type="application/json").content

    def values(self) -> bytes:
        return orjson.dumps(list(self.all().values(*self.columns)), default=str)

    def values_of_pages(self) -> bytes:
        return orjson.dumps([list(each.values(*self.columns)) for each in self.of_pages()], default=str)

    def check(self) -> None:
        """Fail unless all ways find the same rows."""
        ids = [str(key) for key in self.all().values_list("pk", flat=True)]
        assert len(ids) == self.rows
        assert [each["uuid"] for each in self.shown(orjson.loads(self.graphql())["data"])] == ids
        assert self.http() == self.graphql()
        assert [each["id"] for page in orjson.loads(self.values_of_pages()) for each in page][-self.rows :] == ids


class Transactions(Case):
    """One long list, page after page."""

    title = "transactions, 5 pages of 100"
    fields = """uuid postedDate pending rawDescription description party memo transactionType
        amount { amount } postedBalance { amount }"""
    columns = (
        "id posted_date pending raw_description description party memo transaction_type amount posted_balance".split()
    )

    def __init__(self, *, rows: int) -> None:
        super().__init__(Household(rows=rows).owner, rows=rows)

    def make_query(self) -> str:
        found, after = [], ""
        for number in range(self.rows // PAGE):
            page = f"transactions(first: {PAGE}{after}) {{ edges {{ node {{ {self.fields} }} }} }}"
            found.append(f"page{number}: {page}")
            info = self.ask(f"{{ transactions(first: {PAGE}{after}) {{ pageInfo {{ endCursor }} }} }}")
            after = f', after: "{info["transactions"]["pageInfo"]["endCursor"]}"'
        return f"{{ {' '.join(found)} }}"

    def all(self) -> QuerySet[Any]:
        return access.transactions(self.owner).order_by(*NEWEST_FIRST, "pk")

    def of_pages(self) -> list[QuerySet[Any]]:
        link = pages.Link(parent="bank_account")
        found = []
        for after in self.before_pages:
            part = pages.Part(order=NEWEST_FIRST, limit=PAGE, after=after)
            rows = access.transactions(self.owner)
            keys = pages.keys(rows.model.objects.all(), part, parents=access.accounts(self.owner), link=link)
            found.append(pages.in_order(rows.filter(pk__in=keys), part)[:PAGE])
        return found

    @cached_property
    def before_pages(self) -> list[Any]:
        """What each page comes after."""
        last = list(self.all().values_list("posted_date", "seq", "pk"))[PAGE - 1 :: PAGE]
        return [None, *last[:-1]]

    def shown(self, data: Any) -> list[dict[str, Any]]:
        return [edge["node"] for page in data.values() for edge in page["edges"]]


class Budgets(Case):
    """Lists below rows."""

    title = "budgets, 100 below 5 accounts each"
    fields = """uuid name budgetType fundingType fundingSchedule paused priority memo
        balance { amount } targetBalance { amount }"""
    columns = "id name budget_type funding_type funding_schedule paused priority memo balance target_balance".split()

    def __init__(self, *, rows: int) -> None:
        owner = User.objects.create(username="owner of budgets")
        bank = Bank.objects.create(name="Bank", created_at=START, modified_at=START)
        for number in range(rows // PAGE):
            name = f"Account {number}"
            account = accounts.create(
                actor=owner, name=name, bank_id=bank.pk, available_balance=Decimal(1000), now=START
            )
            for each in range(PAGE - 1):  # beside Unallocated
                fields: budgets.Fields = {"name": f"Budget {each}", "memo": "What it is for"}
                budgets.create(actor=owner, account_id=account.pk, fields=fields, now=START + timedelta(days=each))
        super().__init__(owner, rows=rows)

    def make_query(self) -> str:
        page = f"budgets(first: {PAGE}) {{ edges {{ node {{ {self.fields} }} }} }}"
        return f"{{ bankAccounts(first: {self.rows // PAGE}) {{ edges {{ node {{ {page} }} }} }} }}"

    def all(self) -> QuerySet[Any]:
        return access.budgets(self.owner).order_by("bank_account__name", *BY_AGE, "pk")

    def of_pages(self) -> list[QuerySet[Any]]:
        part, link = pages.Part(order=BY_AGE, limit=PAGE), pages.Link(parent="bank_account")
        parents = access.accounts(self.owner).order_by("name")
        rows = access.budgets(self.owner)
        keys = pages.keys(rows, part, parents=parents, link=link)
        return [parents, rows.filter(pk__in=keys).order_by("bank_account__name", *BY_AGE, "pk")]

    def values_of_pages(self) -> bytes:
        parents, rows = self.of_pages()
        return orjson.dumps([list(parents.values("id")), list(rows.values(*self.columns))], default=str)

    def shown(self, data: Any) -> list[dict[str, Any]]:
        accounts_ = [edge["node"] for edge in data["bankAccounts"]["edges"]]
        return [edge["node"] for each in accounts_ for edge in each["budgets"]["edges"]]
