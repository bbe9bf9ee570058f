"""Asking for what a command line leaves out, where somebody sits at the terminal; nobody is asked where nobody does.

Prompts go to stderr, for stdout is data; they say in the reader's language what the option means, and so does what is
said of an answer that is not of its form.
"""

import sys
from collections.abc import Mapping
from typing import Any

import click
from click.core import ParameterSource

from comity.cli.command import NOT_ASKING, wrong_value
from comity.languages import _

__all__ = ["Asked", "AskedArgument", "ask", "ask_for_several", "somebody_sits_here"]


def somebody_sits_here() -> bool:
    """Tell whether a person can be asked: standard input and the place for talk are a terminal."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def ask(meaning: str, kind: Any = str) -> Any:
    """Ask for a value, by what it means and of what type; again until it is of that type."""
    type_ = click.types.convert_type(kind)
    choices = f" ({', '.join(type_.choices)})" if isinstance(type_, click.Choice) else ""

    def read(given: str) -> Any:
        try:
            return type_.convert(given.strip(), None, None)
        except click.BadParameter as error:
            raise click.UsageError(wrong_value(type_, error)) from None

    while True:
        given = click.prompt(f"{_(meaning)}{choices}", err=True)
        try:
            return read(str(given))
        except click.UsageError as error:
            click.echo(f"  {error.message}", err=True)


def ask_for_several(meaning: str) -> tuple[str, ...]:
    """Ask for any number of words."""
    given = click.prompt(_("{what} (several with commas between)", what=_(meaning)), err=True)
    return tuple(str(given).replace(",", " ").split())


class Asked(click.Option):
    """A required option that is asked for where it is missing and somebody sits at the terminal."""

    def consume_value(self, ctx: click.Context, opts: Mapping[str, Any]) -> tuple[Any, ParameterSource]:
        """Take the value from the command line, or from whoever sits there."""
        value, source = super().consume_value(ctx, opts)
        if not _is_to_be_asked(self, ctx, value):
            return value, source
        answer = ask_in_words(self.help or self.opts[0], self.type)
        return ((answer,) if self.multiple else answer), ParameterSource.PROMPT


class AskedArgument(click.Argument):
    """An argument that is asked for where it is missing and somebody sits at the terminal.

    Attributes:
        meaning: what is asked for, a sentence.
    """

    def __init__(self, *args: Any, meaning: str, **kwargs: Any) -> None:
        self.meaning = meaning
        super().__init__(*args, **kwargs)

    def consume_value(self, ctx: click.Context, opts: Mapping[str, Any]) -> tuple[Any, ParameterSource]:
        """Take the value from the command line, or from whoever sits there."""
        value, source = super().consume_value(ctx, opts)
        if not _is_to_be_asked(self, ctx, value):
            return value, source
        return ask_in_words(self.meaning, self.type), ParameterSource.PROMPT


def _is_to_be_asked(param: click.Parameter, ctx: click.Context, value: Any) -> bool:
    lacking = param.required and param.value_is_missing(value)
    asking = not ctx.resilient_parsing and NOT_ASKING not in ctx.meta
    return bool(lacking) and asking and somebody_sits_here()


def ask_in_words(help_: str, kind: Any) -> Any:
    """Ask by a sentence such as an option's help, which is looked up with its full stop."""
    words = _(f"{help_.rstrip('.')}.").rstrip(".")
    return ask(words, kind)
