"""The purchase day and the party that raw bank descriptions tell."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.ledger.rules import descriptions
from tests import servers

PARTIES = [
    # card-network prefixes
    ("POS PURCHASE GREEN GROCER", "Green Grocer"),
    ("POS DEBIT - GREEN GROCER", "Green Grocer"),
    ("PURCHASE GREEN GROCER", "Green Grocer"),
    ("Purchase: Green Grocer", "Green Grocer"),
    ("DEBIT CARD PURCHASE GREEN GROCER", "Green Grocer"),
    ("DEBIT CARD PURCHASE XXXXX1234 GARDEN CENTER SACRAMENTO CA", "Garden Center"),
    ("CHECKCARD 1003 TRADER TOM'S #123 BERKELEY CA 24055239876543210987654", "Trader Tom's"),
    ("CHECK CARD PURCHASE CORNER BAKERY", "Corner Bakery"),
    ("VISA DEBIT PURCHASE CARD 4321 BOOK NOOK PORTLAND OR", "Book Nook"),
    ("MASTERCARD DEBIT BOOK NOOK", "Book Nook"),
    ("PURCHASE AUTHORIZED ON 10/02 BAY MARKET #1234 HALF MOON BAY CA P00301275123456789 CARD 1234", "Bay Market"),
    ("RECURRING PAYMENT AUTHORIZED ON 10/02 NETFLIX.COM CA S300123 CARD 1234", "Netflix.com"),
    ("Recurring Payment STREAMING SERVICE", "Streaming Service"),
    ("ACH DEBIT CITY WATER UTILITY 800-555-0100", "City Water Utility"),
    ("POS POS PURCHASE GREEN GROCER", "Green Grocer"),
    ("SQ *BLUE BOTTLE COFFEE", "Blue Bottle Coffee"),
    ("SQ*BLUE BOTTLE COFFEE", "Blue Bottle Coffee"),
    ("POS PURCHASE SQ *BLUE BOTTLE COFFEE", "Blue Bottle Coffee"),
    ("TST* THE NOODLE HOUSE SAN FRANCISCO CA", "The Noodle House"),
    ("PAYPAL *SPOTIFY 402-935-7733 CA", "Spotify"),
    ("PAYPAL INST XFER SPOTIFY", "Spotify"),
    ("SP * TEA SHOP", "Tea Shop"),
    ("DD *BURGER BARN 855-973-1040 CA", "Burger Barn"),
    ("XXXX1234 BOOK NOOK", "Book Nook"),
    ("CARD ENDING IN 1234 BOOK NOOK", "Book Nook"),
    # dates and times
    ("SQ *BLUE BOTTLE COFFEE 10/02 PURCHASE San Francisco CA", "Blue Bottle Coffee"),
    ("10/03 BOOK NOOK", "Book Nook"),
    ("BOOK NOOK 10/03", "Book Nook"),
    ("BOOK NOOK 10/03/26", "Book Nook"),
    ("BOOK NOOK 2026-10-03", "Book Nook"),
    ("BOOK NOOK 03OCT", "Book Nook"),
    ("KAUFHAUS BERLIN 03.10.2026 14:32", "Kaufhaus Berlin"),
    ("BURGER BARN 10/03 MOBILE PURCHASE Reno NV", "Burger Barn"),
    ("NEWS DAILY 10/03 MONTHLY PLAN", "News Daily Monthly Plan"),
    # store numbers and references
    ("POS PURCHASE GREEN GROCER #1234 OAKLAND CA", "Green Grocer"),
    ("GREEN GROCER#1234", "Green Grocer"),
    ("COFFEE HUT STORE 05432 SEATTLE WA", "Coffee Hut"),
    ("COFFEE HUT STORE #5432", "Coffee Hut"),
    ("BIG BASKET T-1234 EMERYVILLE CA", "Big Basket"),
    ("BURGER BARN F12345 FRESNO CA", "Burger Barn"),
    ("24 HOUR GYM #567 SAN JOSE CA", "24 Hour Gym"),
    ("99 RICE MARKET 1023 RICHMOND CA", "99 Rice Market"),
    ("7-ELEVEN 34567 AUSTIN TX", "7-Eleven"),
    ("FOREVER 21", "Forever 21"),
    ("MOTEL 6 RENO NV", "Motel 6"),
    ("AMAZON.COM*2X4Y6Z8 AMZN.COM/BILL WA", "Amazon.com"),
    ("AMZN MKTP US*1A2B3C4D5", "Amzn Mktp US"),
    ("UBER *TRIP", "Uber Trip"),
    ("BIGSHOP.COM8005550100 BENTONVILLE AR", "Bigshop.com"),
    ("SHELL OIL 57444212345 PALO ALTO CA", "Shell Oil"),
    ("CHECK 1234", "Check"),
    ("ATM WITHDRAWAL 10/03 #000123 MAIN ST OAKLAND CA", "ATM Withdrawal"),
    ("PAYPAL DES:INST XFER ID:NETFLIX INDN:A PERSON CO ID:PAYPALSI77 WEB", "Paypal"),
    ("Online Banking transfer to CHK 1234 Confirmation# 1234567890", "Online Banking transfer to CHK"),
    # phone numbers
    ("NETFLIX.COM 408-5403700 CA", "Netflix.com"),
    ("APPLE.COM/BILL 866-712-7753 CA", "Apple.com/bill"),
    ("CITY TAXI (415) 555-0100", "City Taxi"),
    ("CITY TAXI 1-800-555-0100", "City Taxi"),
    ("CITY TAXI +44 20 7946 0958", "City Taxi"),
    ("CITY TAXI 8005550100", "City Taxi"),
    ("FILM CLUB 800-FILMFAN", "Film Club"),
    # city and state
    ("GARDEN CENTER SACRAMENTO CA", "Garden Center"),
    ("GARDEN CENTER SALT LAKE CITY UT", "Garden Center"),
    ("GARDEN CENTER ST LOUIS MO", "Garden Center"),
    ("GARDEN CENTER MIAMI BEACH FL", "Garden Center"),
    ("GARDEN CENTER AUSTIN TX 78703 US", "Garden Center"),
    ("GARDEN CENTER 10234 AUSTIN TX 78703 US", "Garden Center"),
    ("GARDEN CENTER AUSTIN TX USA", "Garden Center"),
    ("GARDEN CENTER TORONTO ON CAN", "Garden Center"),
    ("GARDEN CENTER         SAN LUIS OBISPO CA", "Garden Center"),
    ("NETFLIX.COM    LOS GATOS    CA", "Netflix.com"),
    ("GROCER CA", "Grocer"),
    ("CITY BREWING CO DENVER CO", "City Brewing Co"),
    ("CITY BREWING CO", "City Brewing Co"),
    ("BURGER DRIVE IN", "Burger Drive In"),
    ("BURGER DRIVE IN #3321 DALLAS TX", "Burger Drive In"),
    ("TOYS R US", "Toys R US"),
    # readable case
    ("BANK OF THE WEST", "Bank of the West"),
    ("MCDONALD'S", "McDonald's"),
    ("O'REILLY AUTO PARTS 2233 BOISE ID", "O'Reilly Auto Parts"),
    ("TRADER TOM\u2019S", "Trader Tom\u2019s"),
    ("CVS/PHARMACY #09876 10/02 PURCHASE PHOENIX AZ", "CVS/Pharmacy"),
    ("AT&T BILL PAYMENT", "AT&T Bill Payment"),
    ("H&M 0123 NEW YORK NY", "H&M"),
    ("A/B TESTING LLC", "A/B Testing LLC"),
    ("CAFÉ MÜLLER 10/03", "Café Müller"),
    ("寿司屋 渋谷店 10/03", "寿司屋 渋谷店"),
    ("eBay purchases", "eBay purchases"),
    ("Transfer from savings", "Transfer from savings"),
    ("interest", "interest"),
    ("  Book \t Nook  ", "Book Nook"),
    # nothing would be left
    ("PURCHASE", "Purchase"),
    ("POS 10/03", "POS"),
    ("POS PURCHASE 10/03 #1234", "POS Purchase"),
    ("10/03", "10/03"),
    ("12345", "12345"),
    ("***", "***"),
    ("", None),
    (" \t\n ", None),
    ("\0", None),
]


@pytest.mark.parametrize(("raw", "expected"), PARTIES)
def test_the_party_is_the_cleaned_up_merchant(raw: str, expected: str | None) -> None:
    assert descriptions.party(raw) == expected


@pytest.mark.parametrize("party", sorted({party for _, party in PARTIES if party}))
def test_a_clean_name_stays_as_it_is(party: str) -> None:
    assert descriptions.party(party) == party


BANK_WORDS = st.sampled_from(
    [
        *"POS PURCHASE CARD SQ * *X1 TST* #12 STORE CO CA US SAN CITY 10/03 12345 94103 ID: REF # +1 555 0100".split(),
        *"MC O' & . \0".split(" "),
    ]
)


@settings(max_examples=servers.examples(1_000), deadline=None)
@given(
    st.text(max_size=600)
    | st.lists(BANK_WORDS, max_size=200).map(" ".join)
    | st.lists(BANK_WORDS, max_size=60).map("".join)
)
def test_any_text_has_a_party_unless_it_is_blank(raw: str) -> None:
    party = descriptions.party(raw)
    assert (party is None) == (not raw.replace("\0", " ").strip())
    if party is not None:
        assert 1 <= len(party) <= 512
        assert party == party.strip()
        assert descriptions.party(party) is not None
        assert any(map(str.isalpha, party)) or not any(map(str.isalpha, raw[:512]))


@pytest.mark.parametrize(
    "piece", ["POS ", "SQ *", "* ", "#1 ", "CA ", "SAN ", "1-", "(", "+1 ", "X", "*", ".COM", "'S", "\0 ", "  ", "12/"]
)
def test_a_hostile_text_is_not_looked_at_beyond_its_limit(piece: str) -> None:
    endless = piece * 100_000
    assert descriptions.party(endless) == descriptions.party(endless.strip()[:512])
    assert descriptions.transaction_day(endless, posted=date(2026, 1, 1)) is None


@pytest.mark.parametrize(
    ("raw", "posted", "expected"),
    [
        ("COFFEE 10/03 PURCHASE", "2026-10-05", "2026-10-03"),
        ("10/03", "2026-10-03", "2026-10-03"),
        ("10/03", "2026-10-10", "2026-10-03"),
        ("10/03", "2026-10-11", None),
        ("10/03", "2026-10-02", None),
        ("COFFEE 12/30", "2027-01-02", "2026-12-30"),
        ("COFFEE 12/26", "2027-01-02", "2026-12-26"),
        ("COFFEE 12/25", "2027-01-02", None),
        ("COFFEE 01/02", "2026-12-31", None),
        ("COFFEE 10/03 REF 10/04", "2026-10-05", "2026-10-03"),
        ("COFFEE 09/01 REF 10/04", "2026-10-05", None),
        ("COFFEE 02/30 REF 10/04", "2026-10-05", None),
        ("COFFEE 02/29", "2028-03-01", "2028-02-29"),
        ("COFFEE 02/29", "2027-03-01", None),
        ("COFFEE 10/03/26", "2026-10-05", "2026-10-03"),
        ("COFFEE 10/03/2026", "2026-10-05", "2026-10-03"),
        ("COFFEE ON10/03AT", "2026-10-05", "2026-10-03"),
        ("OPEN 24/07 10/03", "2026-10-05", "2026-10-03"),
        ("1/2 PRICE 10/3", "2026-10-05", None),
        ("110/03", "2026-10-05", None),
        ("10/031", "2026-10-05", None),
        ("2026/10/03", "2026-10-05", None),
        ("COFFEE \u0661\u0660/\u0660\u0663", "2026-10-05", None),
        ("COFFEE", "2026-10-05", None),
        ("", "2026-10-05", None),
        ("12/31", "0001-01-02", None),
        ("12/31", "9999-12-31", "9999-12-31"),
        (" " * 600 + "10/03", "2026-10-05", None),
    ],
)
def test_the_purchase_day_is_the_first_month_and_day_close_before_the_posting(
    raw: str, posted: str, expected: str | None
) -> None:
    day = descriptions.transaction_day(raw, posted=date.fromisoformat(posted))
    assert day == (None if expected is None else date.fromisoformat(expected))


@given(raw=st.text(max_size=80) | st.text("0123/ ", max_size=40), posted=st.dates())
def test_a_purchase_day_lies_within_the_week_up_to_the_posting(raw: str, posted: date) -> None:
    day = descriptions.transaction_day(raw, posted=posted)
    assert day is None or posted - timedelta(7) <= day <= posted


@given(posted=st.dates(date(1900, 1, 1)), before=st.integers(0, 7))
def test_a_day_of_the_last_week_is_found_whenever_the_year_turns(posted: date, before: int) -> None:
    day = posted - timedelta(before)
    assert descriptions.transaction_day(f"SHOP {day:%m/%d} PURCHASE", posted=posted) == day
