"""Two processes that fund one account at the same moment: each event happens once."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from django.db import connection

from backend.ledger.models import BankAccount, FundingEvent, Transfer
from tests import servers
from tests.services import funded

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = servers.examples(100)
GOALS = 2


class Worker:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def tell(self, offset: int) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{offset}\n")
        self.process.stdin.flush()

    def answer(self) -> int:
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())


@contextmanager
def worker(account: BankAccount) -> Iterator[Worker]:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    arguments = [str(connection.settings_dict["NAME"]), str(account.pk)]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.services.funding_worker", *arguments],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield Worker(process)
        assert process.stdin is not None
        process.stdin.close()


def test_two_processes_at_once_do_each_event_once(account: BankAccount) -> None:
    funded.free(account)
    goals = [funded.goal(account, name=str(n), schedule=funded.DAILY, amount="1") for n in range(GOALS)]
    shares = []
    with ExitStack() as running:
        workers = [running.enter_context(worker(account)) for _ in range(2)]
        for each in workers:
            assert each.answer() == 0  # it is up
        for offset in range(ROUNDS):
            for each in workers:
                each.tell(offset)
            shares.append([each.answer() for each in workers])

    assert [sum(share) for share in shares] == [GOALS] * ROUNDS
    assert all(sum(done) for done in zip(*shares, strict=True)), "one of them never came first"
    assert FundingEvent.objects.filter(status="done").count() == Transfer.objects.count() == GOALS * ROUNDS
    assert [funded.balance(goal) for goal in goals] == [ROUNDS] * GOALS
    funded.sound()
