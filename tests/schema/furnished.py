"""Accounts of several people, filled with everything that there can be."""

from decimal import Decimal
from typing import Any

from backend.ledger import posting
from backend.ledger.models import BankAccount, Budget, Entry, Transaction
from backend.ledger.selectors import auto_spend as auto_spend_selectors
from backend.ledger.services import (
    auto_spend,
    budgets,
    invitations,
    links,
    refunds,
    statement_imports,
    transactions,
    webhooks,
)
from backend.ledger.statements import Row, Statement
from backend.ledger.statements.steps import Action, Choice
from tests import build, tokens
from tests.build import NOW
from tests.services import funded, hooked

House = dict[str, BankAccount]


def furnish(account: BankAccount, word: str) -> None:
    """Fill an account with everything that there can be, each text of it with the word."""
    account.link_aliases = [f"{word} alias"]
    account.account_number = word
    account.save()
    funded.free(account)
    goal = funded.goal(account, name=f"{word} goal", amount="3.00", memo=word, auto_spend=[{"party": word}])
    rent, _ = funded.rent(account, name=f"{word} rent", memo=word)
    funded.run(account)
    funded.run(account, 7)
    texts: dict[str, Any] = {"raw_description": f"{word} raw", "description": f"{word} description", "memo": word}
    for number in range(2):
        split = build.transaction(
            account, amount="-9.00", splits={rent: "4.00", goal: "2.00"}, posted_date=-number, **texts
        )
    Entry.objects.filter(transaction=split).update(memo=word)
    for month in (5, 4, 3):
        build.transaction(account, amount="1000.00", posted_date=f"2026-0{month}-20", **texts)
    build.transaction(account, amount="-5.00", pending=True, **texts)
    ruled(account, word, texts)
    build.transaction(account, amount="-2.00", **texts)  # the other side of a credit in another account
    tied, _ = (build.transaction(account, amount="2.00", posted_date=1, **texts) for _ in range(2))
    purchase = Transaction.objects.filter(bank_account=account, amount=-9).order_by("seq")[0]
    refunds.tie(actor=build.first_owner(account), transaction_id=tied.pk, purchase_id=purchase.pk, now=NOW)
    Transaction.objects.filter(bank_account=account).update(party=word, image=f"{word}.png")
    build.transfer(account, source=build.unallocated(account), target=rent, amount="2.00")
    build.budget(account, name=f"{word} plain")
    hook = hooked.hook(account, url=f"https://{word}.example/")
    webhooks.ping(actor=hook.owner, webhook_id=hook.pk, now=NOW)
    bring_in(account, word)


def bring_in(account: BankAccount, word: str) -> None:
    """An import that was done, with a row of each kind."""
    held = build.transaction(account, amount="-6.00", pending=True, raw_description=f"{word} hold")
    rows = [
        Row(bank_id=each, posted_on=NOW.date(), amount=Decimal(-6), description=f"{word} {each}", memo=word, kind="POS")
        for each in ("a", "b", "a")
    ]
    said = Statement(
        account_number=word,
        account_type="C",
        currency="USD",
        start=NOW.date(),
        end=NOW.date(),
        ledger_balance=Decimal(1),
        ledger_balance_on=NOW.date(),
        rows=tuple(rows),
    )
    owner = build.first_owner(account)
    record = statement_imports.preview(
        actor=owner, account_id=account.pk, statement=said, now=NOW, file_name=f"{word}.ofx", file_hash=word
    )
    settle = Choice(action=Action.SETTLE, of=held.pk)
    statement_imports.adjust(actor=owner, import_id=record.pk, decisions={1: settle}, now=NOW)
    statement_imports.commit(actor=owner, import_id=record.pk, now=NOW)


def ruled(account: BankAccount, word: str, texts: dict[str, Any]) -> None:
    """A rule that was applied, and applies to more; one of the debits was split anew since."""
    owner, asked = build.first_owner(account), auto_spend_selectors.Asked()
    goal = Budget.objects.get(bank_account=account, name=f"{word} goal")
    for applied in (True, False):
        budgets.update(actor=owner, budget_id=goal.pk, fields={"auto_spend": []}, now=NOW)
        debit = build.transaction(account, amount="-4.00", **texts)
        budgets.update(actor=owner, budget_id=goal.pk, fields={"auto_spend": [{"party": word}]}, now=NOW)
        if applied:
            seen = auto_spend_selectors.preview(owner, account.pk, asked)
            auto_spend.apply(actor=owner, account_id=account.pk, asked=asked, fingerprint=seen.fingerprint, now=NOW)
            transactions.split(actor=owner, transaction_id=debit.pk, shares={}, now=NOW)


def furnished() -> House:
    """Accounts by the word that is in each text below them: the owner's, that of both owners, and two of others."""
    owner, coowner, stranger = (build.user(name) for name in ("owner", "coowner", "stranger"))
    build.user("staff", is_staff=True)
    found = {
        "canary-mine": build.account(owner=owner, name="canary-mine", balance="500.00"),
        "canary-ours": build.account(owner=owner, co_owners=[coowner], name="canary-ours", balance="500.00"),
        "canary-hers": build.account(owner=coowner, name="canary-hers", balance="500.00"),
        "canary-theirs": build.account(owner=stranger, name="canary-theirs", balance="500.00"),
    }
    for word, account in found.items():
        furnish(account, word)
    one, other = (found[word] for word in ("canary-mine", "canary-ours"))
    accounts = posting.lock_all([one.pk, other.pk], actor=owner)
    links.tie(linkable(one), linkable(other), accounts=accounts, now=NOW)
    owner.default_bank_account = one
    owner.save()
    tokens.api_token(owner, accounts=[one])
    tokens.session(owner)
    for account in found.values():
        invitations.invite(actor=build.first_owner(account), account_id=account.pk, now=NOW)
    return found


def linkable(account: BankAccount) -> Transaction:
    return Transaction.objects.filter(bank_account=account, pending=True)[0]
