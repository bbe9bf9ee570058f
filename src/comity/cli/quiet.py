"""Where the log goes: JSON lines on stderr while serving, nothing but errors while a story is told."""

import logging

import structlog


def quiet_log() -> None:
    """Let only errors through."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


def json_log() -> None:
    """Write one JSON object a line to stderr, with names and digests and never content."""
    import sys

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
