"""A small world in which the two doors do the same, and what is left of it afterwards."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from backend.ledger.models import (
    ApiToken,
    AutoSpendRun,
    BankAccount,
    Budget,
    Entry,
    FundingEvent,
    Invitation,
    Session,
    StatementImport,
    Transaction,
    Transfer,
    User,
    Webhook,
    WebhookDelivery,
)
from backend.ledger.selectors import auto_spend as selectors
from backend.ledger.services import (
    auto_spend,
    budgets,
    funding,
    funding_events,
    imports,
    invitations,
    linking,
    refunds,
    statement_imports,
    transactions,
    webhooks,
)
from backend.ledger.statements import Row, Statement
from tests import build, tokens
from tests.conftest import PASSWORD
from tests.services import hooked


@dataclass
class World:
    """Things by the names that cases call them by; `key` is what a client sends for one."""

    owner: User
    stranger: User
    staff: User
    things: dict[str, Any] = field(default_factory=dict)

    def key(self, name: str) -> str:
        found = self.things[name]
        return str(getattr(found, "pk", found))

    def filled(self, value: Any) -> Any:
        """The value with `@name` replaced by keys, in keys of objects too."""
        if isinstance(value, str) and value.startswith("@"):
            return self.key(value[1:])
        if isinstance(value, dict):
            return {self.filled(key): self.filled(each) for key, each in value.items()}
        return [self.filled(each) for each in value] if isinstance(value, list) else value


def found_world() -> World:
    """The world with its people."""
    owner, stranger = (build.user(name, password=PASSWORD) for name in ("owner", "stranger"))
    return build_world(owner, stranger, build.user("staff", password=PASSWORD, is_staff=True))


def build_world(owner: User, stranger: User, staff: User) -> World:
    account = build.account(owner=owner, balance="1000.00")
    elsewhere = build.account(owner=owner, name="Savings", balance="50.00")
    third = build.account(owner=owner, name="Third")
    foreign = build.account(owner=stranger, name="Elsewhere", balance="100.00")
    groceries, rent = build.budget(account, name="Groceries"), build.budget(account, name="Rent")
    archived = build.budget(account, name="Old")
    world = World(owner=owner, stranger=stranger, staff=staff)
    world.things = {
        "account": account,
        "elsewhere": elsewhere,
        "foreign_account": foreign,
        "bank": account.bank,
        "unallocated": build.unallocated(account),
        "groceries": groceries,
        "rent": rent,
        "archived": archived,
        "savings": build.budget(elsewhere, name="Trip"),
        "foreign_budget": build.budget(foreign, name="Theirs"),
        "pending": build.transaction(account, amount="-20", pending=True, raw_description="HOLD"),
        "posted": build.transaction(account, amount="-10", raw_description="SHOP", splits={groceries: "4"}),
        "refund": build.transaction(account, amount="5", raw_description="SHOP"),
        "tied": build.transaction(account, amount="2", raw_description="SHOP"),
        "out": build.transaction(account, amount="-7", raw_description="TO SAVINGS"),
        "into": build.transaction(elsewhere, amount="7", raw_description="DEPOSIT"),
        "linked": build.transaction(third, amount="-8", raw_description="TO SAVINGS"),
        "other_side": build.transaction(elsewhere, amount="8", raw_description="DEPOSIT"),
        "foreign_transaction": build.transaction(foreign, amount="-1", raw_description="THEIRS"),
        "absent": "00000000-0000-4000-8000-000000000000",
    }
    refunds.tie(
        actor=owner, transaction_id=world.things["tied"].pk, purchase_id=world.things["posted"].pk, now=build.NOW
    )
    ends = {"transaction_id": world.things["linked"].pk, "other_id": world.things["other_side"].pk}
    linking.link(actor=owner, **ends, now=build.NOW)
    world.things |= _funded(owner) | _ruled(owner)
    world.things |= _hooked(account, foreign)
    world.things["token"] = tokens.api_token(owner, "read").row
    world.things["session"] = tokens.session(owner)
    world.things["foreign_session"] = tokens.session(stranger)
    world.things["invitation"] = invitations.invite(actor=owner, account_id=account.pk, now=build.NOW).row
    theirs = invitations.invite(actor=stranger, account_id=foreign.pk, now=build.NOW)
    world.things |= {"foreign_invitation": theirs.row, "secret": theirs.secret}
    own = invitations.invite(actor=owner, account_id=elsewhere.pk, now=build.NOW)
    world.things["own_secret"] = own.secret
    world.things["foreign_token"] = tokens.api_token(stranger, "read").row
    world.things |= _imported(owner, foreign)
    Budget.objects.filter(pk=archived.pk).update(archived=True, archived_at=build.NOW)
    return world


def _hooked(account: BankAccount, foreign: BankAccount) -> dict[str, Any]:
    """A webhook, one that is switched off, that of somebody else, and messages to them that were given up."""
    hook, off, theirs = hooked.hook(account), hooked.hook(account), hooked.hook(foreign)
    given_up = {
        f"{name}_delivery": webhooks.ping(actor=each.owner, webhook_id=each.pk, now=build.NOW)
        for name, each in (("hook", hook), ("off", off), ("foreign", theirs))
    }
    for each in (hook, off, theirs):
        hooked.change(each, active=False)
    hooked.change(hook, active=True)
    return {"hook": hook, "off": off, "foreign_hook": theirs, **given_up}


def _ruled(owner: User) -> dict[str, Any]:
    """An account whose rules were applied three times: once undone, once built upon; and claim one debit more."""
    account = build.account(owner=owner, name="Ruled", balance="100.00")
    coffee = build.budget(account, name="Coffee", now=build.NOW)
    runs = {}
    rules: budgets.Fields = {"auto_spend": [{"party": "coffee", "category": "Food & Drink:Coffee & Tea"}]}
    for name in ("undone_run", "blocked_run", "run", "to_come"):
        budgets.update(actor=owner, budget_id=coffee.pk, fields={"auto_spend": []}, now=build.NOW)
        row = build.transaction(account, amount="-3", raw_description="COFFEE")
        budgets.update(actor=owner, budget_id=coffee.pk, fields=rules, now=build.NOW)
        asked = selectors.Asked()
        fingerprint = selectors.preview(owner, account.pk, asked).fingerprint
        if name == "to_come":
            break
        runs[name] = auto_spend.apply(
            actor=owner, account_id=account.pk, asked=asked, fingerprint=fingerprint, now=build.NOW
        )
        if name == "blocked_run":
            transactions.delete(actor=owner, transaction_id=row.pk, now=build.NOW)
        if name == "undone_run":
            auto_spend.undo(actor=owner, run_id=runs[name].pk, now=build.NOW)
            transactions.delete(actor=owner, transaction_id=row.pk, now=build.NOW)
    return {"ruled_account": account, "fingerprint": fingerprint, "coffee": coffee, **runs}


def _funded(owner: User) -> dict[str, Any]:
    """An account with an event of yesterday that is short, though by now there is money, and one that is skipped."""
    yesterday = build.at(-1)
    account = build.account(owner=owner, name="Funded", balance="100.00", now=yesterday)
    funding.configure(actor=owner, account_id=account.pk, import_gate=False, now=yesterday)
    weekly = build.budget(
        account,
        name="Weekly",
        target_balance="900",
        funding_type="F",
        funding_amount="150",
        funding_schedule="RRULE:FREQ=WEEKLY",
        now=yesterday,
    )
    funding.run(account_id=account.pk, now=yesterday)
    build.transaction(account, amount="80.00", raw_description="PAY", posted_date=yesterday)
    skipped = funding_events.skip(actor=owner, budget_id=weekly.pk, on=build.at(6).date(), now=build.NOW)
    short = FundingEvent.objects.get(budget=weekly, status="short")
    return {"funded_account": account, "weekly": weekly, "short": short, "skipped": skipped}


def statement(*texts: str, amount: str = "-7.00") -> Statement:
    rows = tuple(
        Row(bank_id=text, posted_on=date(2026, 6, 9), amount=Decimal(amount), description=text, kind="DEBIT")
        for text in texts
    )
    return Statement(account_number=None, account_type="C", currency="USD", rows=rows)


def _imported(owner: User, foreign: BankAccount) -> dict[str, Any]:
    """Imports: two previews, of which one is of a ledger that has changed, and two commits, of which one was used."""
    account = build.account(owner=owner, name="Imported", balance="10.00")

    def preview(of: BankAccount, said: Statement) -> StatementImport:
        return statement_imports.preview(actor=build.first_owner(of), account_id=of.pk, statement=said, now=build.NOW)

    def done(said: Statement) -> StatementImport | None:
        run = imports.run(actor=owner, account_id=account.pk, statement=said, source="ofx", now=build.NOW)
        return run.record

    stale = preview(account, statement("LATER"))
    committed, used = done(statement("ONE")), done(statement("LATER"))
    row = Transaction.objects.get(statement_import=used)
    transactions.update(actor=owner, transaction_id=row.pk, changes={"memo": "mine"}, now=build.NOW)
    return {
        "preview": preview(account, statement("NEW", "NEWER")),
        "stale": stale,
        "committed": committed,
        "used": used,
        "import_account": account,
        "held": build.transaction(account, amount="-9.00", pending=True, raw_description="HELD"),
        "booked": build.transaction(account, amount="-8.00", raw_description="BOOKED"),
        "foreign_import": preview(foreign, statement("THEIRS")),
    }


ROWS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (User, ("username", "name", "timezone", "default_bank_account__name")),
    (
        BankAccount,
        ("name", "bank__name", "account_type", "account_number", "currency", "posted_balance", "available_balance",
         "last_posted_through", "import_gate", "auto_funding", "webhook_kinds", "version"),
    ),
    (
        Budget,
        ("bank_account__name", "name", "budget_type", "funding_type", "target_balance", "funding_amount", "target_date",
         "with_fillup_goal", "fillup_goal__name", "funding_schedule", "recurrance_schedule", "paused", "memo",
         "balance", "complete", "archived", "deleted_at", "fund_from", "version"),
    ),
    (
        Transaction,
        ("bank_account__name", "amount", "posted_date", "transaction_date", "transaction_type", "pending",
         "raw_description", "description", "party", "memo", "posted_balance", "available_balance", "version",
         "refund_of__amount", "linked_transaction__amount", "refused_links"),
    ),
    (Entry, ("budget__name", "amount", "balance", "category", "memo", "effective_at")),
    (Transfer, ("source__name", "target__name", "amount", "actor__username", "effective_at")),
    (Invitation, ("bank_account__name", "inviter__username", "used_by__username", "expires_at", "revoked_at")),
    (ApiToken, ("name", "scopes", "all_accounts", "accounts__name", "user__username", "expires_at", "revoked_at")),
    (AutoSpendRun, ("bank_account__name", "actor__username", "rows", "undone_at", "undone_by__username")),
    (
        StatementImport,
        ("bank_account__name", "actor__username", "status", "source", "file_name", "file_hash", "statement",
         "choices", "row_count", "entered", "settled", "committed_by__username", "reverted_by__username"),
    ),
    (FundingEvent, ("budget__name", "kind", "on", "status", "intended", "moved", "skipped_by__username")),
    (
        Webhook,
        ("bank_account__name", "owner__username", "url", "kinds", "active", "disabled_reason", "old_secrets_until"),
    ),
    (WebhookDelivery, ("bank_account__name", "kind", "status", "tries", "next_try_at", "error")),
)  # fmt: skip


def rows() -> dict[str, list[Any]]:
    """What the tables hold, without keys and times of writing."""
    return {
        model.__name__: sorted(model._default_manager.values_list(*columns), key=repr) for model, columns in ROWS
    } | {
        "ended": list(Session.objects.exclude(revoked_at=None).order_by("created_at").values_list("user", flat=True)),
        "other passwords": [user.username for user in User.objects.all() if not user.check_password(PASSWORD)],
        "auto_spend": sorted(repr(rules) for rules in Budget.objects.values_list("auto_spend", flat=True)),
    }
