"""A home with something of everything that can be exported, and how it is taken away and brought back."""

import io
import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from backend.ledger import errors
from backend.ledger.models import (
    AutoSpendRun,
    Bank,
    BankAccount,
    Budget,
    Change,
    Entry,
    FundingEvent,
    StatementImport,
    Transaction,
    Transfer,
    User,
)
from backend.ledger.selectors import auto_spend as auto_spend_selectors
from backend.ledger.selectors import exports
from backend.ledger.services import (
    accounts,
    auto_spend,
    budgets,
    import_revert,
    imports,
    linking,
    refunds,
    restoring,
    statement_imports,
    transactions,
    users,
)
from backend.ledger.statements import Row, Statement
from backend.ledger.statements.steps import Action, Choice
from tests import build
from tests.conftest import PASSWORD
from tests.ledger import states
from tests.services import funded, imported

ODD = 'He said: "50 % \\ off" — naïve 食費 🎉\nline two\ttab'
BELOW = (Change, AutoSpendRun, Entry, Transfer, FundingEvent, Transaction, StatementImport, Budget)


Document = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Home:
    owner: User
    partner: User
    checking: BankAccount
    yen: BankAccount
    card: BankAccount
    shared: BankAccount
    theirs: BankAccount
    """The partner's own."""
    picture: str
    """The name under which an image is stored."""


def furnished() -> Home:
    return furnish(*(build.user(name, password=PASSWORD) for name in ("owner", "coowner")))


def furnish(owner: User, partner: User) -> Home:
    """Five accounts of two people; `media` must be the test's own."""
    bank = build.bank(name="Bank “of” everything", routing_number="021000021")
    checking = build.account(
        owner=owner, at_bank=bank, balance="1000.00", posted_balance="980.00", account_number="4417"
    )
    shared = build.account(owner=partner, co_owners=[owner], at_bank=bank, name="Household", balance="500.00")
    home = Home(
        owner=owner,
        partner=partner,
        checking=checking,
        yen=build.account(
            owner=owner, at_bank=build.bank(name="円", default_currency="JPY"), name="円", balance="9000"
        ),
        card=build.account(owner=owner, at_bank=bank, name="Visa", account_type="X", currency="KWD", balance="-1.234"),
        shared=shared,
        theirs=build.account(owner=partner, at_bank=bank, name="Partner's own", balance="77.00"),
        picture=_spend(checking, owner=owner),
    )
    _fund(checking, owner=owner)
    _rule(checking, owner=owner)
    _link(home)
    _use_others(home)
    users.update_me(
        actor=owner,
        changes={"name": "Ana", "timezone": "Europe/Lisbon", "default_bank_account": checking.pk},
    )
    partner.timezone, partner.name = "Asia/Tokyo", "Paula"
    partner.save()
    return home


def _rule(account: BankAccount, *, owner: User) -> None:
    """Rules that were applied to the past twice: once to stay, once to be undone."""
    budget, asked = build.budget(account, name="Coffee"), auto_spend_selectors.Asked()
    for undone in (False, True):
        budgets.update(actor=owner, budget_id=budget.pk, fields={"auto_spend": []}, now=build.NOW)
        build.transaction(account, amount="-3.50", raw_description="COFFEE")
        rules: budgets.Fields = {"auto_spend": [{"party": "coffee"}]}
        budgets.update(actor=owner, budget_id=budget.pk, fields=rules, now=build.NOW)
        shown = auto_spend_selectors.preview(owner, account.pk, asked).fingerprint
        run = auto_spend.apply(actor=owner, account_id=account.pk, asked=asked, fingerprint=shown, now=build.NOW)
        if undone:
            auto_spend.undo(actor=owner, run_id=run.pk, now=build.NOW)


def _spend(account: BankAccount, *, owner: User) -> str:
    groceries = build.budget(account, name="Groceries", balance="200.00", auto_spend=[{"party": "market"}])
    fun = build.budget(account, name=ODD[:50], memo="= 1 + 1", balance="50.00")
    build.transaction(
        account, amount="-42.10", raw_description=ODD, splits={groceries: "30.00", fun: "12.10"}, memo=ODD
    )
    purchase = build.transaction(account, amount="-20.00", splits={groceries: "15.00"})
    back = build.transaction(account, amount="4.00", raw_description="MONEY BACK")
    refunds.tie(actor=owner, transaction_id=back.pk, purchase_id=purchase.pk, now=build.NOW)
    build.transaction(account, amount="2000.00", raw_description="SALARY", posted_date="2026-05-29")
    build.transaction(account, amount="-5.55", raw_description="MARKET", pending=True)
    row = build.transaction(account, amount="-9.99", raw_description="RECEIPT", posted_date=-9)
    picture = io.BytesIO()
    Image.new("RGB", (3, 2), "red").save(picture, format="PNG")
    transactions.update(
        actor=owner,
        transaction_id=row.pk,
        changes=cast(
            transactions.Changes,
            {
                "image": SimpleUploadedFile("a.png", picture.getvalue()),
                "document": SimpleUploadedFile("a.pdf", b"%PDF-1.4 not much of one"),
                "description": "Receipt",
            },
        ),
        now=build.NOW,
    )
    once = build.budget(account, name="Once", balance="30.00")
    budgets.archive(actor=owner, budget_id=once.pk, now=build.NOW)
    never = build.budget(account, name="Never", balance="5.00")
    budgets.delete(actor=owner, budget_id=never.pk, now=build.NOW)
    row.refresh_from_db()
    return str(row.image.name)


def _fund(account: BankAccount, *, owner: User) -> None:
    funded.goal(account, name="Goal", amount="25.00")
    funded.rent(account)
    skipped = funded.goal(account, name="Skipped")
    funded.skip(skipped, 7)
    rows = (Row(bank_id="1", amount=Decimal("-3.21"), posted_on=build.TODAY, description="BANK ROW", kind="DEBIT"),)
    statement = Statement(account_number="4417", account_type="C", currency="USD", rows=rows)
    imports.run(actor=owner, account_id=account.pk, statement=statement, source="ofx", now=build.NOW)
    _import(account, owner=owner)
    funded.free(account)
    funded.run(account, 7)


def _import(account: BankAccount, *, owner: User) -> None:
    """Something pending that then posts; of one import a row is left out, one is reverted, one is only looked at."""
    waits = imported.row("w", amount="-12.00", pending=True)
    for rows, left_out in (
        ([waits], []),
        ([imported.row("p", amount="-12.00", day=11), imported.row("no", amount="-1.00", day=12)], [1]),
        ([imported.row("gone", amount="-2.00", day=13)], []),
        ([imported.row("seen", amount="-3.00", day=13)], None),
    ):
        asked = imported.statement(*rows, source="ofx")
        record = statement_imports.preview(actor=owner, account_id=account.pk, statement=asked, now=build.NOW)
        if left_out is not None:
            choices = dict.fromkeys(left_out, Choice(action=Action.LEAVE_OUT))
            statement_imports.adjust(actor=owner, import_id=record.pk, decisions=choices, now=build.NOW)
            statement_imports.commit(actor=owner, import_id=record.pk, now=build.NOW)
        if rows[0].bank_id == "gone":
            import_revert.revert(actor=owner, import_id=record.pk, now=build.NOW)


def _link(home: Home) -> None:
    """Two of one's own, one with an account that only the partner sees, one refused."""
    out, into = build.transaction(home.checking, amount="-60"), build.transaction(home.shared, amount="60")
    linking.link(actor=home.owner, transaction_id=out.pk, other_id=into.pk, now=build.NOW)
    away, there = build.transaction(home.shared, amount="-7"), build.transaction(home.theirs, amount="7")
    linking.link(actor=home.partner, transaction_id=away.pk, other_id=there.pk, now=build.NOW)
    one, other = build.transaction(home.checking, amount="-8"), build.transaction(home.shared, amount="8")
    linking.link(actor=home.owner, transaction_id=one.pk, other_id=other.pk, now=build.NOW)
    linking.unlink(actor=home.owner, transaction_id=one.pk, now=build.NOW)


def _use_others(home: Home) -> None:
    trip = build.budget(home.yen, name="旅行", balance="3000")
    build.transaction(home.yen, amount="-1200", raw_description="ラーメン", splits={trip: "700"})
    build.transaction(home.card, amount="-10.005", raw_description="FUEL")
    accounts.update(
        actor=home.owner, account_id=home.card.pk, changes={"link_aliases": ["Visa ending in 1"]}, now=build.NOW
    )
    joint = build.budget(home.shared, name="Joint", actor=home.partner)
    build.transfer(home.shared, source=build.unallocated(home.shared), target=joint, actor=home.partner)


def taken(user: User, format: str = "json", **more: Any) -> bytes:  # noqa: A002  the API's word
    """The user's export, at the builders' time."""
    return b"".join(exports.export(user, format=format, now=build.NOW, **more).pieces)


def document(user: User) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(taken(user))
    return found


def written(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False)


def restore(text: str | bytes, *, user: User, **more: Any) -> restoring.Restored:
    return restoring.run(stream=io.StringIO(text if isinstance(text, str) else text.decode()), user=user, **more)


def wipe(media: Path | None = None) -> None:
    """Empty the instance of everything but its sign-ins' tables."""
    User.objects.update(default_bank_account=None)
    Transaction.objects.update(linked_transaction=None, refund_of=None)
    Budget.objects.update(fillup_goal=None)
    for model in BELOW:
        model._default_manager.all().delete()
    BankAccount.objects.all().delete()
    Bank.objects.all().delete()
    User.objects.all().delete()
    for file in media.iterdir() if media else ():
        file.unlink()


def refused(text: str | bytes, place: str | None, media: Path, *words: str) -> None:
    with states.refused(errors.InvalidExport, field=place) as refusal:
        restore(text, user=User.objects.get(username="ana"))
    for word in (place or "", *words):
        assert word in refusal.value.message
    assert list(media.iterdir()) == []
