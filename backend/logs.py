"""One line per log record, for people or as JSON; no line tells what is in somebody's books.

A service logs on its standard output. A command's is for what it was asked for: it logs on its standard error.

A record carries what was logged, the id of the request it belongs to, and the `facts` that were given with it. Messages
of exceptions are left out, since a database, a parser or an upload puts what it met into them: a traceback says where
and what kind, not what the data was. With debug pages on, all is told.
"""

import json
import logging
import re
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from django.conf import settings

from backend import trace

QUERY = re.compile(r"\?[^\s'\"]*")
"""Query strings in what gunicorn reports: searches are words of the user's."""

REFUSED = {"DisallowedHost": "Refused: a Host that MIBUDGE_HOSTS does not name"}
"""What Django says itself of such requests quotes them."""

MOST_CAUSES = 5
ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Formatter(logging.Formatter):
    """What both forms have in common."""

    def message(self, record: logging.LogRecord) -> str:
        if record.name.startswith("django.security."):
            return REFUSED.get(record.name.rpartition(".")[2], f"Refused: {record.name.rpartition('.')[2]}")
        if record.name == "django.request":
            return "A request failed"
        text = record.getMessage()
        return QUERY.sub("?…", text) if record.name.startswith("gunicorn") else text

    def formatException(self, ei: Any) -> str:  # noqa: N802  as logging calls it
        if settings.DEBUG:
            return super().formatException(ei)
        return "\n".join(_told(ei[1]))

    def trouble(self, record: logging.LogRecord) -> str | None:
        if record.exc_info and record.exc_info[1] is not None:
            return self.formatException(record.exc_info)
        return None


class LineFormatter(Formatter):
    """For people. Keeps a record on one line: line breaks, in a traceback too, are written as `\\n`.

    `said` of a record names the facts that its message tells already.
    """

    def format(self, record: logging.LogRecord) -> str:
        words = [f"{self.formatTime(record)} {record.levelname} {record.name} {self.message(record)}"]
        told = {name: value for name, value in facts(record).items() if value is not None}
        words += [f"{name}={value}" for name, value in told.items() if name not in getattr(record, "said", ())]
        trouble = self.trouble(record)
        text = " ".join(words) + (f"\n{trouble}" if trouble else "")
        return text.replace("\r", "\\r").replace("\n", "\\n")


class JSONFormatter(Formatter):
    """For machines: an object per line, with time, level, logger, message, request and the facts."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": self.message(record),
            **facts(record),
        }
        trouble = self.trouble(record)
        if trouble:
            told["traceback"] = trouble
        return json.dumps(told, default=str)


def facts(record: logging.LogRecord) -> dict[str, trace.Fact]:
    """What is told beside the message."""
    request = trace.current()
    found: dict[str, trace.Fact] = {} if request is None else {"request": request.id}
    return found | getattr(record, "facts", {})


def _told(error: BaseException | None) -> Iterator[str]:
    """The tracebacks of an exception and of what it came from, without a message of theirs."""
    for number in range(MOST_CAUSES):
        if error is None:
            return
        yield "Traceback (most recent call last):" if number == 0 else "caused by:"
        yield from (line.rstrip("\n") for line in traceback.format_tb(error.__traceback__))
        yield _kind(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _kind(error: BaseException) -> str:
    """The exception's class, and what tells more but nothing of the data: a code, the constraint that was broken."""
    diagnosis = getattr(error, "diag", None)
    more = [
        getattr(error, "sqlstate", None),
        getattr(error, "sqlite_errorname", None),
        getattr(diagnosis, "constraint_name", None),
        error.strerror if isinstance(error, OSError) else None,
    ]
    words = ", ".join(str(each) for each in more if each)
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    return f"{name} ({words})" if words else name


def without_traceback(record: logging.LogRecord) -> bool:
    record.exc_info = None
    return True


def configuration(form: str, *, serving: bool = True) -> dict[str, Any]:
    """What `logging.config.dictConfig` takes; `form` is "text" or "json"; what is not `serving` is a command."""
    stream = "stdout" if serving else "stderr"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "text": {"()": "backend.logs.LineFormatter"},
            "json": {"()": "backend.logs.JSONFormatter"},
        },
        "filters": {"without_traceback": {"()": lambda: without_traceback}},
        "handlers": {"log": {"class": "logging.StreamHandler", "stream": f"ext://sys.{stream}", "formatter": form}},
        "root": {"handlers": ["log"], "level": "INFO"},
        "loggers": {
            # Refusals are answers, not events; a failed request is logged with its traceback.
            "django.request": {"level": "ERROR"},
            "django.security.DisallowedHost": {"filters": ["without_traceback"]},
            # These two add handlers of their own to a logger without one.
            "huey": {"handlers": ["log"], "level": "WARNING", "propagate": False},
            "gunicorn.error": {"handlers": ["log"], "level": "WARNING", "propagate": False},
        },
    }
