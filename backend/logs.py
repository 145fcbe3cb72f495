"""One line on standard output per log record."""

import logging


class LineFormatter(logging.Formatter):
    """Keeps a record on one line: line breaks, in a traceback too, are written as `\\n`."""

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).replace("\r", "\\r").replace("\n", "\\n")


def without_traceback(record: logging.LogRecord) -> bool:
    record.exc_info = None
    return True


CONFIGURATION = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": LineFormatter, "format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
    },
    "filters": {"without_traceback": {"()": lambda: without_traceback}},
    "handlers": {"stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "line"}},
    "root": {"handlers": ["stdout"], "level": "INFO"},
    "loggers": {
        # Refusals are answers, not events; a failed request is logged with its traceback.
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"filters": ["without_traceback"]},
        "huey": {
            "handlers": ["stdout"],
            "level": "WARNING",
            "propagate": False,
        },  # adds its own handler to an empty one
    },
}
