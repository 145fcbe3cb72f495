"""What no client in its right mind sends."""

import json
from typing import Any

AMOUNTS: list[Any] = [
    "1e3",
    "1_000",
    "NaN",
    "sNaN",
    "Infinity",
    "-Infinity",
    "+5",
    "\u0661\u0662",
    "\uff11\uff12",
    "1,000.00",
    "$5",
    "0x10",
    "--5",
]
AMOUNTS += [
    "1.005",
    "5.0.0",
    "1234567890123",
    "9" * 400,
    "0." + "0" * 400,
    "",
    " ",
    "abc",
    "1 000",
    "1\0",
    "\u22125",
    "½",
    "1e",
    ".",
]
AMOUNTS += [None, True, False, [], ["5"], {}, {"amount": "5"}, 1e300, 0.001, 10**13, 10**400]
# Literals that Python's json would not write.
AMOUNT_LITERALS = [
    "1e3",
    "1E+2",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e400",
    "1e999999999",
    "12345678901234567890",
    "0.30000000000000004",
]

TEXTS: list[Any] = ["a\0b", "x" * 100_000, [], {}, True]

DEEP = b'{"a":' * 20_000 + b"1" + b"}" * 20_000
BODIES: dict[str, tuple[str, bytes]] = {
    "nothing": ("application/json", b""),
    "broken": ("application/json", b'{"name": '),
    "two values": ("application/json", b"{} {}"),
    "no JSON": ("application/json", b"name=x"),
    "single quotes": ("application/json", b"{'name': 'x'}"),
    "null": ("application/json", b"null"),
    "number": ("application/json", b"5"),
    "long number": ("application/json", b"9" * 5000),
    "text": ("application/json", b'"name"'),
    "true": ("application/json", b"true"),
    "list": ("application/json", b"[]"),
    "list of objects": ("application/json", b'[{"name": "x"}]'),
    "not UTF-8": ("application/json", b'{"name": "\xff\xfe"}'),
    "byte order mark": ("application/json", b'\xef\xbb\xbf{"name": "x"}'),
    "UTF-16 said to be UTF-8": ("application/json", '{"name": "x"}'.encode("utf-16")),
    "unknown charset": ("application/json; charset=klingon", b'{"name": "x"}'),
    "codec that is no charset": ("application/json; charset=base64", b'{"name": "x"}'),
    "NUL bytes": ("application/json", b"\0" * 100),
    "deep object": ("application/json", DEEP),
    "deep list": ("application/json", b"[" * 50_000),
    "deep list, closed": ("application/json", b"[" * 50_000 + b"]" * 50_000),
    "NaN": ("application/json", b'{"name": NaN}'),
    "duplicate keys": ("application/json", b'{"nonsense": 1, "nonsense": 2, "amount": "x", "amount": "y"}'),
    "lone surrogate": ("application/json", b'{"name": "\\ud800", "memo": "\\udfff"}'),
    "huge": ("application/json", b'{"name": "' + b"x" * 3_000_000 + b'"}'),
    "many keys": ("application/json", json.dumps({f"k{n}": n for n in range(20_000)}).encode()),
    "form with NUL": ("application/x-www-form-urlencoded", b"name=%00&amount=%00&username=%00"),
    "form not UTF-8": ("application/x-www-form-urlencoded", b"name=%ff%fe&amount=%80"),
    "form of many fields": ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(5000))),
    "form with charset": ("application/x-www-form-urlencoded; charset=klingon", b"name=x"),
    "multipart without boundary": ("multipart/form-data", b"--x\r\n\r\n"),
    "multipart with bad boundary": ("multipart/form-data; boundary=\xe4", b"--x\r\n\r\n"),
    "multipart of many parts": (
        "multipart/form-data; boundary=x",
        b"".join(b'--x\r\nContent-Disposition: form-data; name="p%d"\r\n\r\nv\r\n' % n for n in range(2000)) + b"--x--",
    ),
    "multipart that breaks off": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="nonsense"\r\n\r\n--x--\r\n--x',
    ),
    "multipart not UTF-8": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n\xff\r\n--x--',
    ),
    "text/plain": ("text/plain", b"{}"),
    "XML": ("application/xml", b"<a/>"),
    "no such type": ("nonsense", b"{}"),
    "empty type": ("", b"{}"),
}

KEYS = [
    "abc",
    "0",
    "%00",
    "x" * 4000,
    "%ff",
    "..",
    "%2e%2e%2f",
    "{}",
    "00000000-0000-0000-0000-000000000000",
    "null",
    "%C3%A9",
    "1%0a",
]
QUERIES = [
    "%00",
    "%ff",
    "x" * 3000,
    "-1",
    "9" * 50,
    "'%22;--",
    "%D9%A3",
    "9999-12-31T23:59:59-14:00",
]
HEADERS: list[dict[str, str]] = [
    {"Accept": "application/xml"},
    {"Accept": "text/html"},
    {"Accept": "nonsense"},
    {"Accept": "application/json; version=9"},
    {"Accept": ";" * 3000},
    {"Accept-Language": "x" * 3000},
    {"Host": "evil.example"},
    {"Host": "127.0.0.1:notaport"},
    {"X-HTTP-Method-Override": "DELETE"},
    {"Content-Encoding": "gzip"},
    {"Idempotency-Key": "x" * 3000},
    {"Idempotency-Key": "é"},
    {"X-Forwarded-For": "\x7f, ::, x"},
    {"Cookie": "refresh_token=" + "x" * 3000},
    {"If-Modified-Since": "yesterday"},
    {"Range": "bytes=9-1"},
]
