"""Asking for what a command line leaves out, where somebody sits at the terminal; nobody is asked where nobody does.

Prompts go to stderr, for stdout is data; they say in the reader's language what the option means.
"""

import sys
from collections.abc import Mapping
from typing import Any

import click
from click.core import ParameterSource

from comity.languages import _

__all__ = ["Asked", "ask", "somebody_sits_here"]


def somebody_sits_here() -> bool:
    """Tell whether a person can be asked: standard input and the place for talk are a terminal."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def ask(meaning: str, kind: Any = str) -> Any:
    """Ask for a value, by what it means and of what type; again until it is of that type."""
    return click.prompt(_(meaning), type=kind, err=True)


class Asked(click.Option):
    """A required option that is asked for where it is missing and somebody sits at the terminal."""

    def consume_value(self, ctx: click.Context, opts: Mapping[str, Any]) -> tuple[Any, ParameterSource]:
        """Take the value from the command line, or from whoever sits there."""
        value, source = super().consume_value(ctx, opts)
        if (
            self.required
            and self.value_is_missing(value)
            and not ctx.resilient_parsing
            and somebody_sits_here()
        ):
            words = (self.help or self.opts[0]).rstrip(".")
            answer = ask_in_words(words, self.type)
            return ((answer,) if self.multiple else answer), ParameterSource.PROMPT
        return value, source


def ask_in_words(help_: str, kind: Any) -> Any:
    """Ask by the words of an option's help, which are looked up with their full stop."""
    return click.prompt(_(f"{help_}.").rstrip("."), type=kind, err=True)
