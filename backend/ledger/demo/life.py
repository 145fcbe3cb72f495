"""The life of the household, day by day."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from dateutil.relativedelta import relativedelta

from backend.ledger.statements import Row

from . import plans
from .household import Account, Household, Person
from .tables import (
    BILLS,
    CARD,
    CASH,
    CHECKING,
    HABITS,
    LAPTOP,
    LAPTOP_AFTER,
    PAYROLL,
    SAVED_EACH_MONTH,
    SAVINGS,
    TRIP,
    YEARLY_INTEREST,
    Bill,
    Habit,
)

CENT = Decimal("0.01")
DAY = timedelta(days=1)
LAST_OF_MONTH = relativedelta(day=31)
COFFEE = next(habit for habit in HABITS if "COFFEE" in habit.texts[0])

ACCOUNTS = (
    Account(
        key=CHECKING,
        name="Joint Checking",
        number="000123454417",
        type="C",
        owners=("demo", "partner"),
        opening=Decimal("6012.35"),
    ),
    Account(
        key=SAVINGS,
        name="Rainy Day Savings",
        number="000123458820",
        type="S",
        owners=("demo",),
        opening=Decimal("6240.00"),
    ),
    Account(
        key=CARD,
        name="Rewards Card",
        number="5500120000003056",
        type="X",
        owners=("demo",),
        opening=Decimal(0),
    ),
)


def life(*, today: date) -> Household:
    """Eighteen full months and the days of the present one, the same for the same `today`.

    A day has the same purchases for all of the month that `today` is in; what the bank has not posted yet is pending.
    """
    start = today + relativedelta(months=-18, day=1)
    diary = Diary(start=start, today=today)
    day = start
    while day <= today:
        diary.live(day)
        day += DAY
    return Household(
        currency="USD",
        bank="First Harbor Credit Union",
        routing_number="123456780",
        start=start,
        today=today,
        people=(Person(username="demo", name="Demo"), Person(username="partner", name="Partner")),
        accounts=tuple(replace(each, rows=diary.rows_of(each.key)) for each in ACCOUNTS),
        plans=plans.plans(start=start, today=today),
    )


def payday(day: date) -> date:
    """The last working day up to `day`."""
    return day - DAY * max(0, day.weekday() - 4)


class Diary:
    """What happened so far: rows per account, and the balances that later rows depend on."""

    def __init__(self, *, start: date, today: date) -> None:
        self.today = today
        self.first_trip = plans.next_july(start)
        self.laptop_on = start + relativedelta(months=LAPTOP_AFTER, day=LAPTOP.day)
        self.accounts = {account.key: account for account in ACCOUNTS}
        self.balances = {account.key: account.opening for account in ACCOUNTS}
        self.rows: dict[str, list[Row]] = {account.key: [] for account in ACCOUNTS}
        self.counts: dict[tuple[str, date], int] = {}
        self.dice = Random()  # noqa: S311  (a life is dealt, nothing is kept secret)

    def live(self, day: date) -> None:
        """One day; its chances depend on its date alone."""
        self.dice.seed(f"household of {day.isoformat()}")
        self.earn(day)
        self.pay(day)
        self.shop(day)
        self.save(day)

    def enter(self, key: str, day: date, amount: Decimal, text: str, *, kind: str, lag: int = 0) -> None:
        """A row that the bank posts `lag` days later; until then it is pending."""
        posted = day + lag * DAY
        pending = posted > self.today
        count = self.counts[key, day] = self.counts.get((key, day), 0) + 1
        self.rows[key].append(
            Row(
                bank_id=f"{day:%Y%m%d}{count:04d}",
                posted_on=day if pending else posted,
                initiated_on=day if lag else None,
                amount=amount,
                description=text.format(day=f"{day:%m/%d}"),
                kind=kind,
                pending=pending,
            )
        )
        self.balances[key] += amount

    def between(self, least: Decimal, most: Decimal) -> Decimal:
        return self.dice.randint(int(least / CENT), int(most / CENT)) * CENT

    def earn(self, day: date) -> None:
        last = day + LAST_OF_MONTH
        for who, days in (("first", (day.replace(day=15), last)), ("second", (day.replace(day=28),))):
            text, amount = PAYROLL[who]
            if day in map(payday, days):
                self.enter(CHECKING, day, Decimal(amount), text, kind="DIRECTDEP")

    def pay(self, day: date) -> None:
        for bill in BILLS + (TRIP if day.year >= self.first_trip.year else ()):
            if day.day == bill.day and bill.month in (None, day.month):
                self.settle(bill, day)
        if day == self.laptop_on:
            self.settle(LAPTOP, day)
        text, notes = CASH
        if day.day in (9, 23) and self.dice.randrange(100) < 70:
            self.enter(CHECKING, day, -Decimal(self.dice.choice(notes)), text, kind="ATM")

    def settle(self, bill: Bill, day: date) -> None:
        amount = Decimal(bill.amount)
        if bill.spread != "0":
            amount += self.between(-Decimal(bill.spread), Decimal(bill.spread))
        if day.month in (12, 1, 2):
            amount -= Decimal(bill.winter)
        self.enter(bill.account, day, amount, bill.text, kind=bill.kind)

    def shop(self, day: date) -> None:
        """No day passes without a purchase, be it a coffee; so something is pending whichever day is today."""
        wanted = [habit for habit in HABITS if day.weekday() in habit.days and self.dice.randrange(100) < habit.chance]
        for habit in wanted or [COFFEE]:
            self.buy(habit, day)

    def buy(self, habit: Habit, day: date) -> None:
        text, amount = self.dice.choice(habit.texts), self.between(Decimal(habit.least), Decimal(habit.most))
        self.enter(habit.account, day, -amount, text, kind=habit.kind, lag=self.dice.choice((1, 1, 2)))

    def save(self, day: date) -> None:
        """Money between the household's own accounts, and the interest on what is saved."""
        if day.day == 16:
            self.transfer(day, to=SAVINGS, amount=SAVED_EACH_MONTH, texts=("ONLINE TRANSFER TO", "TRANSFER FROM"))
        if day.day == 24 and self.balances[CARD] < 0:
            self.transfer(day, to=CARD, amount=-self.balances[CARD], texts=("CARD PAYMENT TO", "PAYMENT THANK YOU"))
        if day == day + LAST_OF_MONTH:
            interest = (self.balances[SAVINGS] * YEARLY_INTEREST / 12).quantize(CENT)
            self.enter(SAVINGS, day, interest, "INTEREST PAID", kind="INT")

    def transfer(self, day: date, *, to: str, amount: Decimal, texts: tuple[str, str]) -> None:
        """Out of the checking account; both sides, a day apart; each names the other account."""
        for key, other, signed, text, lag in (
            (CHECKING, to, -amount, texts[0], 0),
            (to, CHECKING, amount, texts[1], 1),
        ):
            named = f"{text} {other.upper()} ENDING IN {self.accounts[other].ending}"
            self.enter(key, day, signed, named, kind="XFER", lag=lag)

    def rows_of(self, key: str) -> tuple[Row, ...]:
        """In the order in which the bank lists them."""
        return tuple(sorted(self.rows[key], key=lambda row: (row.pending, row.posted_on)))
