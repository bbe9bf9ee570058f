"""What every command of ours does with bad usage: it names all mistakes, each on one line, and does nothing.

Click stops at the first option it dislikes; here every one is looked at before anything runs. Words given on the
command line end up in journals, messages and other people's terminals, so they are bounded and hold no control
characters, whichever command takes them.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import click
from click.core import Parameter, iter_params_for_processing

from comity.cli.helping import Helping, HelpingGroup
from comity.errors import BadInput, NotFound
from comity.languages import _, said
from comity.languages.words import N_

#: The longest words an option takes; more than an officer writes on one line.
MAX_WORDS = 4000

#: In a context's `meta`: mistakes are being gathered, and nobody is asked for what is missing.
NOT_ASKING = "comity.not-asking"

_NO_FILE = "` does not exist"

#: What Click says of a mistake, in the form `_plain` gives it.
_OF_CLICK = (
    N_("`{value}` is not a valid integer"),
    N_("`{value}` is not a valid float"),
    N_("file `{path}` does not exist"),
    N_("directory `{path}` does not exist"),
    N_("path `{path}` does not exist"),
    N_("file `{path}` is a directory"),
    N_("directory `{path}` is a file"),
    N_("file `{path}` is not readable"),
    N_("directory `{path}` is not writable"),
    N_("got unexpected extra argument ({words})"),
    N_("got unexpected extra arguments ({words})"),
    N_("option `{name}` requires an argument"),
    N_("option `{name}` does not take a value"),
    N_("missing command"),
)

_RANGES = (click.IntRange, click.FloatRange)

#: What no words may hold: control characters (C0, C1), and bytes that are no UTF-8 (lone surrogates).
_NOT_WORDS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")


class Command(Helping):
    """A command that names every mistake in its options and arguments at once."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read options and arguments.

        Raises:
            BadInput: something is missing, unknown or not of its form; one mistake a line.
            NotFound: a file named is not there, and that is all.
        """
        given = list(args)
        try:
            rest = super().parse_args(ctx, args)
        except click.UsageError as error:
            mistakes = list(self._mistakes(ctx, given)) or [in_words(error)]
        else:
            mistakes = [
                _("{name} is missing", name=_called(param))
                for param in self.get_params(ctx)
                if _unsaid(param, ctx.params.get(str(param.name)))
            ]
            mistakes += [
                wrong
                for param in self.get_params(ctx)
                for value in _words(ctx.params.get(str(param.name)))
                if (wrong := _wrong_words(_called(param), value, required=param.required))
            ]
            if not mistakes:
                return rest
        hint = f"{ctx.command_path} --help"
        if len(mistakes) == 1 and _NO_FILE in mistakes[0]:
            raise NotFound(mistakes[0], hint=hint)
        raise BadInput(*mistakes, hint=hint)

    def _mistakes(self, ctx: click.Context, args: list[str]) -> Iterator[str]:
        try:
            opts, rest, order = self.make_parser(ctx).parse_args(args=args)
        except click.UsageError as error:
            yield in_words(error)
            return
        ctx.meta[NOT_ASKING] = True  # what is missing is named with the rest
        for param in iter_params_for_processing(order, self.get_params(ctx)):
            if param.is_eager:  # --help has had its turn
                continue
            try:
                value, rest = param.handle_parse_result(ctx, opts, rest)
            except click.UsageError as error:
                yield in_words(error)
            else:
                if _unsaid(param, value):
                    yield _("{name} is missing", name=_called(param))
        if rest:
            yield _("unexpected: {words}", words=" ".join(f"`{_shown(each)}`" for each in rest))


class Group(HelpingGroup):
    """A group whose commands are of ours."""

    command_class = Command
    group_class = type

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command, and name the nearest where there is none."""
        names = self.list_commands(ctx)
        if args and args[0] not in names and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], names, n=1)
            said = _("no command `{name}`", name=_shown(args[0])) + _nearest(near)
            raise BadInput(said, hint=f"{ctx.command_path} --help")
        return super().resolve_command(ctx, args)


def command(name: str | None = None) -> Callable[[Callable[..., Any]], Command]:
    """Make a function a command, under its own name unless another is given."""
    return click.command(name, cls=Command)


def group() -> Callable[[Callable[..., Any]], Group]:
    """Make a function a group of commands."""
    return click.group(cls=Group)


def in_words(error: click.ClickException) -> str:
    """Put a usage error as this project puts mistakes: one line, lower case, the user's words in backticks."""
    param = getattr(error, "param", None)
    if isinstance(error, click.MissingParameter) and param is not None:
        choices = param.type.choices if isinstance(param.type, click.Choice) else ()
        missing = _("{name} is missing", name=_called(param))
        return missing + (": " + _("one of {choices}", choices=", ".join(choices)) if choices else "")
    if isinstance(error, click.NoSuchOption):
        return _("no option `{name}`", name=_shown(error.option_name)) + _nearest(error.possibilities)
    if isinstance(error, click.BadParameter) and param is not None:
        return f"{_called(param)}: {wrong_value(param.type, error)}"
    return said(_plain(error.format_message()))


def wrong_value(kind: click.ParamType[Any], error: click.BadParameter) -> str:
    """Say what is wrong with a value; one that is none of several, or beyond a range, is said with what could be."""
    value = _shown(error.message.partition(" is not ")[0].strip("'"))
    if isinstance(kind, click.Choice):
        choices = ", ".join(f"`{each}`" for each in kind.choices)
        return _("`{value}` is not one of {choices}", value=value, choices=choices)
    if isinstance(kind, _RANGES):
        what = {"value": value, "least": kind.min, "most": kind.max}
        if isinstance(kind, click.IntRange):
            return _("`{value}` is not a whole number from {least} to {most}", **what)
        return _("`{value}` is not a number from {least} to {most}", **what)
    return said(_plain(error.message))


def _nearest(near: Sequence[str] | None) -> str:
    return "; " + _("did you mean `{name}`?", name=near[0]) if near else ""


def _called(param: Parameter) -> str:
    """Name an option by its longest form, an argument by its word."""
    if isinstance(param, click.Option):
        return "/".join([max(param.opts, key=len), *param.secondary_opts])
    return param.human_readable_name.strip("[]")


def _unsaid(param: Parameter, value: object) -> bool:
    """Tell whether a yes or no that must be said was not; Click takes silence for an answer."""
    return (
        param.required and isinstance(param, click.Option) and param.is_flag and not isinstance(value, bool)
    )


def _plain(message: str) -> str:
    text = re.sub(r"'([^']*)'", lambda found: f"`{_shown(found[1])}`", " ".join(message.split()))
    text = text.rstrip(".").replace(". ", "; ")
    return text[:1].lower() + text[1:]


def _shown(text: str, width: int = 120) -> str:
    """Show the user's words without what a terminal would obey."""
    plain = _NOT_WORDS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return plain if len(plain) <= width else f"{plain[: width - 1]}…"


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _words(each)


def _wrong_words(name: str, value: str, *, required: bool) -> str:
    found = _NOT_WORDS.search(value)
    if found is not None and "\ud800" <= found[0] <= "\udfff":
        return _("{name}: `{value}` is not UTF-8", name=name, value=_shown(value))
    if found is not None:
        point = f"U+{ord(found[0]):04X}"
        return _(
            "{name}: `{value}` holds a control character ({point})",
            name=name,
            value=_shown(value),
            point=point,
        )
    if len(value) > MAX_WORDS:
        return _("{name}: {count} characters, more than {most}", name=name, count=len(value), most=MAX_WORDS)
    return _("{name} is empty", name=name) if required and not value.strip() else ""
