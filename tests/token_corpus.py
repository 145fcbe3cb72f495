"""Tokens that must never count, whichever door or place they are shown at, and never break anything."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import jwt
from django.conf import settings

from backend.ledger.models import Session

KEY = settings.JWT_KEY
DAY = 86_400


@dataclass(frozen=True)
class Subject:
    """A sign-in that counts, and the kind of token that is asked for: access or refresh."""

    session: Session
    kind: str = "access"


def claims(subject: Subject, /, **changes: Any) -> dict[str, Any]:
    """What a token that counts would say, but for `changes`; None takes a claim out."""
    now = int(datetime.now(UTC).timestamp())
    good = {
        "token_type": subject.kind,
        "exp": now + 300,
        "iat": now,
        "jti": uuid4().hex,
        "user_id": str(subject.session.user_id),
        "session": str(subject.session.pk),
        "aud": "mibudge",
        "iss": "mibudge",
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(payload: dict[str, Any], *, key: str = KEY, algorithm: str = "HS256", **header: Any) -> str:
    return jwt.encode(payload, key, algorithm=algorithm, headers=header or None)


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def by_hand(header: bytes, payload: bytes, *, key: str = KEY) -> str:
    """A token of any bytes, rightly signed."""
    text = f"{b64(header)}.{b64(payload)}"
    return f"{text}.{b64(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest())}"


def good(subject: Subject) -> str:
    return signed(claims(subject))


def swapped(token: str, part: int, text: str) -> str:
    parts = token.split(".")
    parts[part] = text
    return ".".join(parts)


def now() -> int:
    return int(datetime.now(UTC).timestamp())


HS = b'{"alg":"HS256","typ":"JWT"}'
BAD: dict[str, Callable[[Subject], str]] = {
    # the algorithm
    "alg none": lambda s: jwt.encode(claims(s), "", algorithm="none"),
    "alg None": lambda s: by_hand(b'{"alg":"None"}', json.dumps(claims(s)).encode()),
    "alg NONE with signature": lambda s: by_hand(b'{"alg":"NONE"}', json.dumps(claims(s)).encode()),
    "alg HS384": lambda s: signed(claims(s), algorithm="HS384"),
    "alg HS512": lambda s: signed(claims(s), algorithm="HS512"),
    "alg RS256": lambda s: by_hand(b'{"alg":"RS256"}', json.dumps(claims(s)).encode()),
    "alg ES256": lambda s: by_hand(b'{"alg":"ES256"}', json.dumps(claims(s)).encode()),
    "alg lower case": lambda s: by_hand(b'{"alg":"hs256"}', json.dumps(claims(s)).encode()),
    "alg missing": lambda s: by_hand(b'{"typ":"JWT"}', json.dumps(claims(s)).encode()),
    "alg null": lambda s: by_hand(b'{"alg":null}', json.dumps(claims(s)).encode()),
    "alg list": lambda s: by_hand(b'{"alg":["HS256"]}', json.dumps(claims(s)).encode()),
    "alg number": lambda s: by_hand(b'{"alg":1}', json.dumps(claims(s)).encode()),
    # the key and the signature
    "other key": lambda s: signed(claims(s), key="k" * 48),
    "Django's key": lambda s: signed(claims(s), key=settings.SECRET_KEY),
    "empty key": lambda s: by_hand(HS, json.dumps(claims(s)).encode(), key=""),
    "no signature": lambda s: swapped(good(s), 2, ""),
    "two parts": lambda s: good(s).rpartition(".")[0],
    "half a signature": lambda s: good(s)[:-20],
    "flipped signature": lambda s: swapped(good(s), 2, good(s).split(".")[2][::-1]),
    "changed payload": lambda s: swapped(good(s), 1, b64(json.dumps(claims(s, user_id="1")).encode())),
    "other session": lambda s: swapped(good(s), 1, b64(json.dumps(claims(s, session=str(uuid4()))).encode())),
    "kid path": lambda s: by_hand(b'{"alg":"HS256","kid":"../../../dev/null"}', json.dumps(claims(s)).encode(), key=""),
    "kid injection": lambda s: signed(claims(s), key="k" * 48, kid="' UNION SELECT 'k"),
    "jku": lambda s: signed(claims(s), key="k" * 48, jku="http://127.0.0.1:9/keys"),
    "jwk": lambda s: signed(claims(s), key="k" * 48, jwk={"kty": "oct", "k": b64(b"k" * 48)}),
    "x5u": lambda s: signed(claims(s), key="k" * 48, x5u="http://127.0.0.1:9/chain"),
    "unknown critical header": lambda s: signed(claims(s), crit=["exp"], b64=False),
    # the claims, rightly signed
    "expired": lambda s: signed(claims(s, exp=now() - 1)),
    "expires now": lambda s: signed(claims(s, exp=now())),
    "expired long ago": lambda s: signed(claims(s, exp=0)),
    "no exp": lambda s: signed(claims(s, exp=None)),
    "exp text": lambda s: signed(claims(s, exp="soon")),
    "exp beyond the calendar": lambda s: signed(claims(s, exp=10**30)),
    "exp list": lambda s: signed(claims(s, exp=[now() + 300])),
    "exp infinite": lambda s: by_hand(HS, json.dumps(claims(s, exp=float("inf"))).encode()),
    "exp not a number": lambda s: by_hand(HS, json.dumps(claims(s, exp=float("nan"))).encode()),
    "not yet": lambda s: signed(claims(s, nbf=now() + 300)),
    "issued tomorrow": lambda s: signed(claims(s, iat=now() + DAY, exp=now() + 2 * DAY)),
    "other audience": lambda s: signed(claims(s, aud="elsewhere")),
    "no audience": lambda s: signed(claims(s, aud=None)),
    "audience number": lambda s: signed(claims(s, aud=1)),
    "other issuer": lambda s: signed(claims(s, iss="elsewhere")),
    "no issuer": lambda s: signed(claims(s, iss=None)),
    "no type": lambda s: signed(claims(s, token_type=None)),
    "sliding type": lambda s: signed(claims(s, token_type="sliding")),
    "type list": lambda s: signed(claims(s, token_type=["access"])),
    "no jti": lambda s: signed(claims(s, jti=None)),
    "no session": lambda s: signed(claims(s, session=None)),
    "unknown session": lambda s: signed(claims(s, session=str(uuid4()))),
    "session number": lambda s: signed(claims(s, session=1)),
    "session list": lambda s: signed(claims(s, session=[str(s.session.pk)])),
    "session text": lambda s: signed(claims(s, session="'; --")),
    # shapes
    "empty": lambda s: "",
    "word": lambda s: "garbage",
    "dots": lambda s: "..",
    "four parts": lambda s: good(s) + ".x",
    "bad base64": lambda s: "a.b.c",
    "not ASCII": lambda s: "é.ü.ß",
    "payload list": lambda s: by_hand(HS, b"[]"),
    "payload text": lambda s: by_hand(HS, b'"text"'),
    "payload broken": lambda s: by_hand(HS, b"{"),
    "payload not UTF-8": lambda s: by_hand(HS, b'{"exp":"\xff"}'),
    "payload deep": lambda s: by_hand(HS, b"[" * 1_300),
    "header deep": lambda s: by_hand(b"[" * 1_300, b"{}"),
    "header list": lambda s: by_hand(b"[]", b"{}"),
    "header not UTF-8": lambda s: by_hand(b"\xff\xfe", b"{}"),
    "number of ten thousand digits": lambda s: by_hand(HS, b'{"exp":' + b"9" * 10_000 + b"}"),
    "a megabyte": lambda s: "a" * 2**20,
    "a megabyte, signed": lambda s: signed(claims(s, more="a" * 2**20)),
}


LIKE_A_TOKEN = "mbt_" + "A" * 43
BAD_API_TOKENS: dict[str, Callable[[str], str]] = {
    "unknown": lambda good: LIKE_A_TOKEN,
    "mark alone": lambda good: "mbt_",
    "without its mark": lambda good: good[4:],
    "mark in capitals": lambda good: "MBT_" + good[4:],
    "another mark": lambda good: "mbi_" + good[4:],
    "mark twice": lambda good: "mbt_" + good,
    "first half": lambda good: good[:24],
    "last character missing": lambda good: good[:-1],
    "last character another": lambda good: good[:-1] + ("A" if good[-1] != "A" else "B"),
    "first character another": lambda good: f"mbt_{'A' if good[4] != 'A' else 'B'}{good[5:]}",
    "one character more": lambda good: good + "A",
    "padded": lambda good: good + "=",
    "twice": lambda good: good + good,
    "in other capitals": lambda good: "mbt_" + good[4:].swapcase(),
    "its prefix": lambda good: good[:10],
    "its hash, marked": lambda good: "mbt_" + hashlib.sha256(good.encode()).hexdigest(),
    "its hash": lambda good: hashlib.sha256(good.encode()).hexdigest(),
    "base64 of it": lambda good: b64(good.encode()),
    "with a dot": lambda good: good[:20] + "." + good[21:],
    "as three parts": lambda good: f"{good}.{good}.{good}",
    "with a percent sign": lambda good: "mbt_%" + good[5:],
    "a quote": lambda good: "mbt_' OR '1'='1",
    "not ASCII": lambda good: "mbt_é" + good[5:],
    "a megabyte": lambda good: "mbt_" + "a" * 2**20,
}
"""By a token that counts."""
