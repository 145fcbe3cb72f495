"""Checks that follow from the columns of the models: decimals (I6), references (I7), and what the database enforces."""

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import ForeignKey, Model

from backend.ledger import currencies
from backend.ledger.models import UNIT, AmountField, BankAccount

from .check import Breach, Check

PLACES = -int(UNIT.log10())
NAMED = re.compile(r'CONSTRAINT "(\w+)"')
ACROSS_ACCOUNTS = ("linked_transaction",)


def decimals() -> Iterator[Check]:
    """I6: the account's currency is known, and no amount below it has more decimals than the currency."""
    used = BankAccount.objects.order_by().values_list("currency", flat=True).distinct()
    codes = [code for code in map(str, used) if code in currencies.CODES]
    known = ", ".join(f"'{code}'" for code in (*codes, ""))
    yield Check(
        invariant="I6 currency",
        table="bank account",
        accounts=("row.id",),
        says="its currency {} is not a known one",
        query=f"SELECT row.id, row.id, row.currency FROM ledger_bankaccount AS row"  # noqa: S608 (known codes)
        f" WHERE {{scope}} AND row.currency NOT IN ({known})",
    )
    if codes:
        cases = " ".join(f"WHEN '{code}' THEN {10 ** (PLACES - currencies.decimals(code))}" for code in codes)
        for model in _models():
            yield from _decimals_of(model, step=f"CASE account.currency {cases} ELSE 1 END")


def _decimals_of(model: type[Model], *, step: str) -> Iterator[Check]:
    amounts = [field.column for field in model._meta.concrete_fields if isinstance(field, AmountField)]
    if not amounts:
        return
    owner = "id" if model is BankAccount else "bank_account_id"
    columns = ", ".join(f"row.{column}" for column in amounts)
    finer = " OR ".join(f"row.{column} %% ({step}) <> 0" for column in amounts)
    yield Check(
        invariant="I6 decimals",
        table=str(model._meta.verbose_name),
        accounts=(f"row.{owner}",),
        says="more decimals than {} has: " + ", ".join(f"{column} {{}}" for column in amounts),
        query=f"SELECT row.id, row.{owner}, account.currency, {columns} FROM {model._meta.db_table} AS row"  # noqa: S608  tables' own names
        f" JOIN ledger_bankaccount AS account ON account.id = row.{owner} WHERE {{scope}} AND ({finer})",
    )


def references() -> Iterator[Check]:
    """I7: what a row of an account refers to is of that account. And whatever a row refers to exists."""
    for model in _models():
        keys = [field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]
        if not keys:
            continue
        within = [field for field in keys if _belongs(field.related_model) and field.name not in ACROSS_ACCOUNTS]
        yield _reading(model, keys, invariant="orphan", says="refers to what is not there: {}", wrong=_absent)
        if _belongs(model) and within:
            yield _reading(
                model, within, invariant="I7 reference", says="refers to another account's: {}", wrong=_foreign
            )


def _reading(model: type[Model], keys: list[Any], *, invariant: str, says: str, wrong: Any) -> Check:
    """The rows of `model` of which a key is wrong; the names of those keys are what fills `says`."""
    joins = " ".join(
        f"LEFT JOIN {key.related_model._meta.db_table} AS p{number}"
        f" ON p{number}.{key.target_field.column} = row.{key.column}"
        for number, key in enumerate(keys)
    )
    faults = [(key.name, wrong(key, parent=f"p{number}")) for number, key in enumerate(keys)]
    names = " || ".join(f"CASE WHEN {fault} THEN ' {name}' ELSE '' END" for name, fault in faults)
    account = "row.bank_account_id" if _belongs(model) else "NULL"
    accounts: tuple[str, ...] = ("row.bank_account_id",) if _belongs(model) else ()
    if invariant != "orphan":
        accounts += tuple(f"p{number}.bank_account_id" for number in range(len(keys)))
    return Check(
        invariant=invariant,
        table=str(model._meta.verbose_name),
        accounts=accounts,
        says=says,
        query=f"SELECT row.{model._meta.pk.column}, {account}, {names} FROM {model._meta.db_table} AS row {joins}"  # noqa: S608  tables' own names
        f" WHERE {{scope}} AND ({' OR '.join(fault for _, fault in faults)})",
    )


def _absent(key: Any, *, parent: str) -> str:
    return f"(row.{key.column} IS NOT NULL AND {parent}.{key.target_field.column} IS NULL)"


def _foreign(key: Any, *, parent: str) -> str:
    return f"({parent}.bank_account_id <> row.bank_account_id)"


def missing_constraints() -> Iterator[Breach]:
    """The constraints that the models declare and the database does not have."""
    found = _constraints()
    for model in _models():
        for constraint in model._meta.constraints:
            if constraint.name not in found:
                yield Breach(
                    invariant="constraint",
                    table=str(model._meta.verbose_name),
                    row_id=constraint.name,
                    account_id=None,
                    message="the database does not have this constraint",
                )


def _constraints() -> set[str]:
    """The names of the constraints and indexes there are (Django's introspection parses all SQL for them: slow)."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
            return {found for name, sql in cursor for found in (name, *NAMED.findall(sql))}
        cursor.execute("SELECT conname FROM pg_constraint UNION SELECT indexname FROM pg_indexes")
        return {name for (name,) in cursor}


def _models() -> list[type[Model]]:
    return list(apps.get_app_config("ledger").get_models(include_auto_created=True))


def _belongs(model: Any) -> bool:
    return any(field.column == "bank_account_id" for field in model._meta.concrete_fields)
