"""Texts in cells of a table: none is a formula, and each can be had back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.ledger import formulas
from tests.exports.formulas import PREFIXES

SIGNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\u2212")


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("rest", ["", "1+1", "cmd|' /C calc'!A0", "'", '"', "=", " "])
def test_what_would_be_a_formula_is_a_text(prefix: str, rest: str) -> None:
    found = formulas.defused(prefix + rest)
    assert found == "'" + (prefix + rest).replace("\0", " ")


@pytest.mark.parametrize("text", ["", "a", "a=1", "'", "'quoted'", "1-2", "\u98df\u8cbb", "'s Hertogenbosch"])
def test_any_other_text_is_as_it_is(text: str) -> None:
    assert formulas.defused(text) == text
    assert formulas.original(text) == text


@pytest.mark.parametrize("hidden", [" =1", "  \t=1", "'=1", "''=1", "'\t=1", "\x1b=1"])
def test_what_stands_before_a_formula_does_not_hide_it(hidden: str) -> None:
    assert formulas.defused(hidden).startswith("'")


@given(st.text())
def test_no_cell_begins_as_a_formula_does(text: str) -> None:
    cell = formulas.defused(text)
    assert not cell.startswith(SIGNS)
    assert "\0" not in cell
    assert not cell[:1].isspace()


@given(st.text().map(str.strip).filter(lambda text: "\0" not in text))
def test_a_text_can_be_had_back(text: str) -> None:
    assert formulas.original(formulas.defused(text)) == text


@given(st.text(), st.text())
def test_two_texts_stay_two(one: str, other: str) -> None:
    if one.replace("\0", " ") != other.replace("\0", " "):
        assert formulas.defused(one) != formulas.defused(other)
