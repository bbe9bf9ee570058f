"""Where the log goes: JSON lines on stderr while serving, nothing but errors while a story is told."""

import logging
import sys
import threading

import structlog


def quiet_log() -> None:
    """Let only errors through, each with where it happened and never with the values that were at hand there."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
    )


def json_log() -> None:
    """Write one JSON object a line to stderr, with names and digests and never content."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    others = logging.getLogger()  # what libraries say, in the same form
    others.handlers = [_Forward(logging.WARNING)]
    threading.excepthook = _thread_ended


class _Forward(logging.Handler):
    """Writes what a library logs as a line of ours: its message, never the objects it was made from."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger().log(
            record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info or None
        )


def _thread_ended(ended: threading.ExceptHookArgs) -> None:
    name = ended.thread.name if ended.thread else "?"
    error = ended.exc_value
    structlog.get_logger().error("a thread ended", thread=name, exc_info=error)
