"""The cast: who acts in the tests, and what they own. Each is made when a test asks for it."""

import pytest

from backend.ledger.models import BankAccount, Budget, User
from backend.operations import gate
from tests import build

PASSWORD = "a long password of the cast"


@pytest.fixture(autouse=True, scope="session")
def _tables_are_of_this_version() -> None:
    """Each process asks once, at its first request: no test that counts queries is to be that one."""
    gate.is_open = True


@pytest.fixture
def owner(db: None) -> User:
    return build.user("owner", password=PASSWORD)


@pytest.fixture
def coowner(db: None) -> User:
    """Shares `shared_account` with the owner, and nothing else."""
    return build.user("coowner", password=PASSWORD)


@pytest.fixture
def stranger(db: None) -> User:
    """Owns nothing of the owner's."""
    return build.user("stranger", password=PASSWORD)


@pytest.fixture
def staff(db: None) -> User:
    """A superuser who owns no account."""
    return build.user("staff", password=PASSWORD, is_staff=True)


@pytest.fixture
def account(owner: User) -> BankAccount:
    """The owner's account, in USD, opened with 1000.00."""
    return build.account(owner=owner, balance="1000.00")


@pytest.fixture
def shared_account(owner: User, coowner: User) -> BankAccount:
    """The account that owner and coowner both own, opened with 500.00."""
    return build.account(owner=owner, co_owners=[coowner], name="Household", balance="500.00")


@pytest.fixture
def foreign_account(stranger: User) -> BankAccount:
    """The stranger's own account, opened with 100.00."""
    return build.account(owner=stranger, name="Elsewhere", balance="100.00")


@pytest.fixture
def unallocated(account: BankAccount) -> Budget:
    """Where the money of `account` lies that nobody assigned."""
    return build.unallocated(account)


@pytest.fixture
def groceries(account: BankAccount) -> Budget:
    """A goal budget of `account` with a balance and a target of zero."""
    return build.budget(account, name="Groceries")


@pytest.fixture
def rent(account: BankAccount) -> Budget:
    """Another one."""
    return build.budget(account, name="Rent")
