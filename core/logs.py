"""Structured logs with request id and user id, and never a student's data or a personal link's secret."""

import re
import sys
import traceback
from typing import Any

import structlog

# Everything after /link/<kind>/ opens what it names; a log reader must not be able to use it.
_PERSONAL_LINK = re.compile(r"(/link/[a-z-]+/)[^/\s?]+")
# Query strings are left out whole: a search box or an old bookmark could carry a name.
_QUERY = re.compile(r"\?\S*")


def hide_personal_parts(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Take link secrets and query strings out of every text in a log event."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = _PERSONAL_LINK.sub(r"\1[hidden]", value)
    if isinstance(event.get("request"), str):
        event["request"] = _QUERY.sub("", event["request"])
    return event


def keep_only_where(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Turn an exception into its kinds and places, without its message or any variable.

    PostgreSQL's messages quote the row that broke a rule, and a row can be a student's.
    """
    failure = event.pop("exc_info", None)
    if failure is True:
        failure = sys.exc_info()
    error = failure[1] if isinstance(failure, tuple) else failure
    if not isinstance(error, BaseException):
        return event
    chain = []
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        chain.append({"type": f"{type(error).__module__}.{type(error).__qualname__}", "at": places})
        error = error.__cause__ or error.__context__
    event["exception"] = chain
    return event


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    hide_personal_parts,
]


def configure_structlog() -> None:
    """Route structlog through the standard library's logging."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def logging_config(*, json: bool, quiet: bool) -> dict[str, Any]:
    """Django's LOGGING: JSON lines in production, readable lines elsewhere, warnings only when `quiet`."""
    # The console of a developer's machine shows messages, of generated students only, but no variables.
    renderer: list[Any] = (
        [keep_only_where, structlog.processors.JSONRenderer()]
        if json
        else [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
                "foreign_pre_chain": _SHARED,
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["console"], "level": "ERROR" if quiet else "INFO"},
        "loggers": {
            "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            "django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False},
            "pikepdf": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            "gunicorn.error": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        },
    }
