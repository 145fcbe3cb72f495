"""Whatever was done to a ledger: Beancount agrees with it, and its export becomes the same ledger again.

MIBUDGE_TEST_EXAMPLES and MIBUDGE_TEST_STEPS make it run longer.
"""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from backend.ledger.models import User
from tests import build
from tests.exports import books
from tests.exports import home as homes
from tests.ledger import states
from tests.ledger.test_random import EXAMPLES, STEPS, Ledger


class Exported(Ledger):
    """A random life of two accounts, that is taken away at its end."""

    def teardown(self) -> None:
        try:
            if hasattr(self, "models"):
                self.take_along()
        finally:
            super().teardown()

    def take_along(self) -> None:
        books.agree(self.owner)
        text = homes.taken(self.owner)
        homes.wipe()
        homes.restore(text, user=build.user("owner"))
        states.sound()
        assert homes.taken(User.objects.get(username="owner")) == text


@pytest.mark.django_db
def test_a_ledger_is_the_same_elsewhere_whatever_happened_to_it() -> None:
    run_state_machine_as_test(
        Exported,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
