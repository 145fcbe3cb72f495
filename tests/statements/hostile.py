"""Files that nobody's bank made, each with what must come of it: a part of the refusal, or READ.

They are generated, since some are large; none is larger than what anybody can send.
"""

from collections.abc import Callable
from itertools import chain

READ = None
MIB = 1024 * 1024

CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"
ENTRY = (
    '<Ntry><Amt Ccy="EUR">85.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>'
    "<BookgDt><Dt>2026-01-14</Dt></BookgDt><AddtlNtryInf>X</AddtlNtryInf></Ntry>"
)
ROW = "<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260114<TRNAMT>-12.34<FITID>1<NAME>CORNER PANTRY</STMTTRN>"
ONE_THOUSAND = "x," * 1_000
HEADER = "Date,Description,Amount\n"


def ofx(rows: str = ROW, *, before: str = "") -> str:
    return (
        f"{before}<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD<BANKACCTFROM><ACCTID>4417<ACCTTYPE>CHECKING"
        f"</BANKACCTFROM><BANKTRANLIST>{rows}</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    )


def camt(entries: str = ENTRY, *, before: str = "", namespace: str = CAMT) -> str:
    return (
        f'{before}<Document xmlns="{namespace}"><BkToCstmrStmt><Stmt><Id>1</Id>'
        f"<Acct><Id><IBAN>DE00</IBAN></Id><Ccy>EUR</Ccy></Acct>{entries}</Stmt></BkToCstmrStmt></Document>"
    )


def laughs() -> str:
    entities = "".join(f'<!ENTITY l{n} "' + f"&l{n - 1};" * 10 + '">' for n in range(1, 12))
    return f'<!DOCTYPE x [<!ENTITY l0 "ha">{entities}]>'


def amount_of(text: str) -> str:
    return f"{HEADER}2026-01-14,CORNER PANTRY,{text}\n2026-01-15,ORDINARY,-1.00\n"


def date_of(text: str) -> str:
    return f"{HEADER}{text},CORNER PANTRY,-12.34\n"


def of_xml(name: str) -> dict[str, tuple[str, str | None]]:
    """The same attacks on OFX and camt."""
    document = ofx if name == "ofx" else camt
    declared = "declares a document type"
    return {
        f"{name}: a document type": (document(before="<!DOCTYPE Document>"), declared),
        f"{name}: a file": (document(before='<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'), declared),
        f"{name}: an address": (document(before='<!DOCTYPE x SYSTEM "http://127.0.0.1:8179/x.dtd">'), declared),
        f"{name}: a parameter": (document(before='<!DOCTYPE x [<!ENTITY % a SYSTEM "http://[::1]/"> %a;]>'), declared),
        f"{name}: laughs": (document(before=laughs()), declared),
        f"{name}: one entity many times": (
            document(before='<!DOCTYPE x [<!ENTITY a "' + "x" * 50_000 + '">]>').replace("X<", "&a;" * 50_000 + "<"),
            declared,
        ),
        f"{name}: depth": (document("<A>" * 50_000 + "</A>" * 50_000), "too deep"),
        f"{name}: a megabyte of open tags": (document("<A>" * (MIB // 3)), "damaged"),
        f"{name}: a megabyte of open comments": (document("<!--" * (MIB // 4)), ""),
        f"{name}: a long tag": (document("<" + "A" * MIB), ""),
        f"{name}: cut off": (document()[:-60], ""),
        f"{name}: nothing but the beginning": (document()[:40], ""),
        f"{name}: NUL": (document().replace("X", "\0").replace("CORNER", "\0"), "NUL"),
    }


TEXTS: dict[str, tuple[str, str | None]] = {
    **of_xml("ofx"),
    **of_xml("camt"),
    "camt: XInclude": (
        camt('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>'),
        READ,
    ),
    "camt: a schema elsewhere": (
        camt().replace(
            "<Stmt>", '<Stmt xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="a http://b/">'
        ),
        READ,
    ),
    "camt: a stylesheet": (camt(before='<?xml-stylesheet href="http://127.0.0.1:8179/x.xsl"?>'), READ),
    "camt: 100,000 attributes": (camt("<A " + "".join(f' a{n}="1"' for n in range(100_000)) + "/>"), READ),
    "camt: 20,001 entries": (camt(ENTRY * 20_001), "20,000 rows"),
    "camt: 201 statements": (camt("</Stmt><Stmt>" * 201), "200 statements"),
    "camt: an amount with a sign": (camt(ENTRY.replace("85.00", "-85.00")), "Row 1, Amt: negative"),
    "camt: an exponent": (camt(ENTRY.replace("85.00", "1e9")), "Row 1, Amt: "),
    "camt: no day": (camt(ENTRY.replace("2026-01-14", "2026-02-30")), "Row 1, BookgDt: "),
    "camt: another currency": (camt(ENTRY.replace("EUR", "USD")), "Row 1, Amt: the amount is in USD"),
    "csv: 1e9": (amount_of("1e9"), "Row 1 (line 2), Amount: "),
    "csv: thousands": (amount_of('"1,000.00"'), READ),
    "csv: thousands of another country": (amount_of('"1.000,00"'), "decimal mark"),
    "csv: another minus": (amount_of("\u22125"), READ),
    "csv: 10^30": (amount_of("1" + "0" * 30), "more than 12 digits"),
    "csv: not a number": (amount_of("NaN"), "not an amount"),
    "csv: infinity": (amount_of("-Infinity"), "not an amount"),
    "csv: Arabic digits": (amount_of("\u0661\u0662"), "not an amount"),
    "csv: a formula for an amount": (amount_of("=1+1"), "not an amount"),
    "csv: digits without end": (amount_of("1" * 90_000), "not an amount"),
    "csv: separators without end": (amount_of('"' + "1," * 40_000 + '"'), "not an amount"),
    "csv: the year 0": (date_of("0000-01-14"), "is not a date"),
    "csv: the year 9999": (date_of("9999-12-31"), "is not a date"),
    "csv: an offset": (date_of("2026-01-14T00:00:00+14:00"), READ),
    "csv: an offset out of this world": (date_of("2026-01-14T00:00:00+99:99"), READ),
    "csv: 30 February": (date_of("2026-02-30"), "is not a date"),
    "csv: a formula for a text": (f"{HEADER}2026-01-14,=HYPERLINK(1),-12.34\n", READ),
    "csv: open quotes": (f'{HEADER}2026-01-14,"CORNER PANTRY,-12.34\n' * 100, "quotes of line 2 are not closed"),
    "csv: quotes that open at the end": (f'{HEADER}2026-01-14,X,-12.34\n2026-01-15,"X,-12.34\n', "not closed"),
    "csv: nothing but quotes": ('"' * MIB, ""),
    "csv: one line": ("a," * (2 * MIB), "more than 200 columns"),
    "csv: one line without an end": ("a" * (4 * MIB), ""),
    "csv: a long line": (HEADER + '2026-01-14,"' + "x" * 110_000 + '",-12.34\n', "more than 100,000 characters"),
    "csv: a cell of a megabyte": (HEADER + '2026-01-14,"' + "x" * MIB + '",-12.34\n', "damaged near line 2"),
    "csv: a cell of many lines": (HEADER + '2026-01-14,"' + "x\n" * 30_000 + '",-12.34\n', "not closed"),
    "csv: 10^6 rows": ("a,b\n" * 1_000_000, ""),
    "csv: 20,001 rows": (HEADER + "2026-01-14,X,-1.00\n" * 20_001, "20,000 rows"),
    "csv: 500,000 rows under a header": (HEADER + "1,2,3,4\n" * 500_000, "20,000 rows"),
    "csv: 20,000 rows": (HEADER + "2026-01-14,CORNER PANTRY,-1.00\n" * 20_000, READ),
    "csv: 1,000 columns": (f"{HEADER}{ONE_THOUSAND}\n" * 10, "columns"),
    "csv: every column is the amount": ("Date,Amount,Amount\n2026-01-14,1.00,2.00\n", "can both be the amount"),
    "csv: every column is the date": ("Date,Date,Amount\n2026-01-14,2026-01-15,2.00\n", "can both be the date"),
    "csv: 200 accounts and more": (
        "Auftragskonto;Date;Amount\n" + "".join(f"{n};2026-01-14;1.00\n" for n in range(201)),
        "200 statements",
    ),
    "csv: rows that are shorter than the header": (f"{HEADER}2026-01-14\n", "missing"),
    "csv: a header alone, 50 times": (HEADER * 50, READ),
    "csv: a row after a footer": (f"{HEADER}Total,,9\n2026-01-14,X,-1.00\n", "is no row, and rows follow it"),
    "qif: no end of the row": ("!Type:Bank\nD2026-01-14\nT-12.34\n", "no ^ at its end"),
    "qif: 20,001 rows": ("!Type:Bank\n" + "D2026-01-14\nT-1.00\n^\n" * 20_001, "20,000 rows"),
    "qif: 201 accounts": (
        "".join(f"!Account\nN{n}\n^\n!Type:Bank\nD2026-01-14\nT-1.00\n^\n" for n in range(201)),
        "200 statements",
    ),
    "qif: splits without end": ("!Type:Bank\nD2026-01-14\nT-1.00\n" + "Sx\n$1\n" * 300_000 + "^\n", READ),
    "qif: two amounts": ("!Type:Bank\nD2026-01-14\nT-1.00\nT-2.00\n^\n", "two amount (T)"),
    "qif: an investment": ("!Type:Invst\nD2026-01-14\n^\n", "investment"),
    "qif: nothing": ("!Type:Bank\n", READ),
}
BYTES: dict[str, tuple[bytes, str | None]] = {
    "nothing": (b"", "empty"),
    "blanks": (b" \r\n\t" * 1000, "empty"),
    "more than 5 MiB": (b"x" * (5 * MIB + 1), "5 MiB"),
    "zeros": (b"\0" * MIB, "NUL"),
    "all bytes": (bytes(range(1, 256)) * 4096, ""),
    "UTF-16 of camt": (camt(before='<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16"), READ),
    "UTF-16 that is cut off": (ofx().encode("utf-16")[:-1], ""),
    "UTF-16 without a mark": (ofx().encode("utf-16-be"), "NUL"),
    "UTF-16 of a document type": (camt(before=laughs()).encode("utf-16"), "declares a document type"),
    "UTF-7 of a document type": (
        b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE x+AD4' + camt().encode(),
        "no complete XML",
    ),
    "UTF-32": (camt().encode("utf-32"), "NUL"),
    "EBCDIC": (camt(before='<?xml version="1.0" encoding="cp037"?>').encode("cp037"), ""),
    "a charset that there is not": (camt(before='<?xml version="1.0" encoding="zip"?>').encode(), READ),
    "a charset that packs": (
        ofx(before="OFXHEADER:100\nCHARSET:bz2\n").encode() + b"\xff",
        "",
    ),
    "a mark of another charset": (b"\xef\xbb\xbf" + camt().encode("utf-16"), ""),
    "overlong UTF-8": (b"\xc0\xbc" + camt().encode(), ""),
    "a PDF": (b"%PDF-1.7\n" + b"x" * 1000, "a PDF document"),
    "a ZIP": (b"PK\x03\x04" + b"\0" * 1000, "a spreadsheet or an archive"),
    "gzip": (b"\x1f\x8b\x08" + b"\0" * 1000, "an archive"),
    "a web page": (b"<!DOCTYPE html><html><body>Log in</body></html>", "a web page"),
    "MT940": (b":20:STARTUMS\n:25:10010010/682010\n:28C:0\n:60F:C260101EUR1000,00\n", "MT940"),
}


def files() -> dict[str, tuple[Callable[[], bytes], str | None]]:
    """All of them by name; the bytes are made when they are asked for."""
    texts = ((name, (text.encode, expected)) for name, (text, expected) in TEXTS.items())
    data = ((name, ((lambda data=data: data), expected)) for name, (data, expected) in BYTES.items())
    return dict(chain(texts, data))
