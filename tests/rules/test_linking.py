"""When a bank's text speaks of an account."""

import pytest

from backend.ledger.rules.linking import Known, judge

SAVINGS = Known(name="Rainy Day", aliases=("Online  Savings", "SAV"), number="DE89 3704 0044 0532 0130 00")


@pytest.mark.parametrize(
    "text",
    [
        "TRANSFER TO RAINY DAY",
        "rainy   day",
        "To: Rainy Day.",
        "Online Savings transfer",
        "XFER SAV 0815",
        "TRANSFER TO ACCOUNT ENDING IN 3000",
        "transfer ending  in 3000, thank you",
        "ENDING IN XX3000",
        "ENDING IN ****3000",
    ],
)
def test_a_text_names_the_account(text: str) -> None:
    assert SAVINGS.named_in(["something else", text])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "RAINY DAYS",
        "BRAINY DAY",
        "RAINY",
        "SAVINGS",
        "SAVE",
        "CARD 3000",
        "ENDING IN 30001",
        "ENDING IN 13000",
        "ENDING IN 3001",
        "ENDING 3000",
    ],
)
def test_a_text_does_not(text: str) -> None:
    assert not SAVINGS.named_in([text])


@pytest.mark.parametrize("name", ["", "  ", "A", "$$", "No", "- 1 -"])
def test_a_trivial_name_names_nothing(name: str) -> None:
    known = Known(name=name, aliases=("", "x"), number="12")

    assert not known.named_in([name, f"to {name} from {name}", "ending in 12", "x"])


def test_names_are_taken_literally() -> None:
    assert Known(name="A.C. (joint)").named_in(["to a.c. (JOINT) today"])
    assert not Known(name="A.C. (joint)").named_in(["to abcd (joint)"])
    assert not Known(name="Savings.*").named_in(["savings account"])


def test_capitals_of_any_alphabet_do_not_matter() -> None:
    assert Known(name="Straße").named_in(["NACH STRASSE"])
    assert Known(name="ÉPARGNE").named_in(["virement épargne"])


@pytest.mark.parametrize(
    ("named", "days", "rivals", "score", "codes"),
    [
        (2, 0, 0, 100, ["opposite_amounts", "name_each_other", "days_apart", "only_match"]),
        (1, 0, 0, 90, ["opposite_amounts", "names_account", "days_apart", "only_match"]),
        (1, 3, 0, 81, ["opposite_amounts", "names_account", "days_apart", "only_match"]),
        (0, 0, 0, 60, ["opposite_amounts", "days_apart", "only_match"]),
        (0, 10, 3, 20, ["opposite_amounts", "days_apart", "other_matches"]),
        (2, 11, 0, None, []),
    ],
)
def test_how_well_two_sides_fit(named: int, days: int, rivals: int, score: int | None, codes: list[str]) -> None:
    found = judge(named=named, days=days, rivals=rivals)
    assert (found.score if found else None) == score
    assert [reason.code for reason in found.reasons] == codes if found else codes == []


def test_reasons_are_sentences() -> None:
    for days, rivals, last in ((0, 1, "1 other pair fits as well."), (1, 2, "2 other pairs fit as well.")):
        found = judge(named=1, days=days, rivals=rivals)
        assert found is not None
        when = "On the same day." if not days else "1 day apart."
        assert [each.text for each in found.reasons][2:] == [when, last]
