"""What `--help` prints, in the reader's language.

Click lays a page of help out; the words are ours. Texts are looked up paragraph by paragraph, as
`tools/catalogues.py` gathers them; names of commands, options and values stay as they are typed.
"""

import copy
import inspect
from collections.abc import Iterable, Sequence
from typing import Any

import click

from comity.languages import ENGLISH, _, current
from comity.languages.words import N_

#: Words that Click itself puts on a page of help.
_OF_CLICK = (
    N_("[OPTIONS]"),
    N_("COMMAND [ARGS]..."),
    N_("Show this message and exit."),
    N_("Show the version and exit."),
)


#: More letters than a first sentence has: lists are wrapped, not cut.
_WHOLE = 400
#: The end of a range that is there for a machine's sake alone.
_NO_END = str(2**53 - 1)


def in_readers_language(text: str) -> str:
    """Give a text of help in the reader's language, with its paragraphs."""
    if current() == ENGLISH:
        return text
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(_(" ".join(each.split())) for each in paragraphs if each.strip())


class ComposedOption(click.Option):
    """An option whose words are put together: what it means, and a remark that many options share.

    So a field that many commands have is translated once, whatever is said beside it.

    Args:
        meaning: a phrase, from the form of an event.
        remark: a template with `{meaning}`, marked for the catalogues where it stands.
    """

    def __init__(self, declarations: Sequence[str], *, meaning: str, remark: str, **how: Any) -> None:
        super().__init__(declarations, help=_capital(remark.format(meaning=meaning)), **how)
        self.meaning, self.remark = meaning, remark

    def in_readers_language(self) -> str:
        """Put the words together in the reader's language."""
        return _capital(_(self.remark, meaning=_(self.meaning)))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


class Helping(click.Command):
    """A command whose page of help is in the reader's language."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Print the first line."""
        pieces = " ".join(_(piece) for piece in self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=_("Usage:") + " ")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Print what the command is for."""
        if self.help:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(in_readers_language(inspect.cleandoc(self.help)))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Print the options with what each is for."""
        records = [_record(param, ctx) for param in self.get_params(ctx) if isinstance(param, click.Option)]
        shown = [each for each in records if each is not None]
        if shown:
            with formatter.section(_("Options")):
                formatter.write_dl(shown)

    def get_short_help_str(self, limit: int = 45) -> str:
        """Give the first sentence, for lists of commands."""
        said = copy.copy(self)
        said.help = in_readers_language(self.help or "")
        return click.Command.get_short_help_str(said, limit)


class HelpingGroup(Helping, click.Group):
    """A group whose pages of help are in the reader's language."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Print the options, then the commands."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Print the commands with the first sentence of each."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        write_commands(
            formatter, ((name, each.get_short_help_str(_WHOLE)) for name, each in found if each is not None)
        )


def write_commands(formatter: click.HelpFormatter, rows: Iterable[tuple[str, str]]) -> None:
    """Print a list of commands with what each is for."""
    with formatter.section(_("Commands")):
        formatter.write_dl(list(rows))


def _record(option: click.Option, ctx: click.Context) -> tuple[str, str] | None:
    """Give an option and its words; Click's own remarks about it (required, default, range) come after them."""
    record = option.get_help_record(ctx)
    if record is None:
        return None
    names, text = record
    help_ = " ".join((option.help or "").split())
    remarks = text.removeprefix(option.help or "").strip().strip("[]")
    said = [_remark(each) for each in remarks.split("; ") if _NO_END not in each] if remarks else []
    told = option.in_readers_language() if isinstance(option, ComposedOption) else _(help_) if help_ else ""
    return names, "  ".join(filter(None, (told, f"[{'; '.join(said)}]" if said else "")))


def _remark(remark: str) -> str:
    kind, colon, value = remark.partition(": ")
    if colon and kind == "env var":
        return _("variable: {value}", value=value)
    if colon and kind == "default":
        return _("default: {value}", value=value)
    return _("required") if remark == "required" else remark
