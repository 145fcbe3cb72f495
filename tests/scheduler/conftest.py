"""A receiver of messages, and a webhook that leads to it."""

from collections.abc import Iterator
from typing import Any

import pytest

from backend.ledger.models import BankAccount, Webhook
from tests.scheduler.receiving import Receiver, receiver
from tests.services import hooked


@pytest.fixture
def here(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOKS_PRIVATE = True
    with receiver() as found:
        yield found


@pytest.fixture
def hook(account: BankAccount, here: Receiver) -> Webhook:
    return hooked.hook(account, url=here.url())
