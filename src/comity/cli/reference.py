"""The reference page of the commands, printed from the commands themselves: `docs/reference/cli.md`.

`python -m comity.cli.reference > docs/reference/cli.md` prints it again; a test compares. `commands` walks every
command there is, for this page and for tests that must leave none out.
"""

import sys
from collections.abc import Iterator

import click

__all__ = ["commands", "page"]

_HEAD = """# Commands

This page is printed from the program (`python -m comity.cli.reference`).

Data goes to stdout, talk to stderr; `--json` prints one object, or JSON Lines for lists. What an exit code means stands
in [exit-codes.md](exit-codes.md). `--home DIR` may stand in the variable `COMITY_HOME`; where a node serves that home,
the command speaks to it over its socket. What is common to all commands is left out below: `--home`,
`--passphrase-file`, `--json`, `--help`; and, for every step in a matter (`comity request accept` and its like),
`--as-office OFFICE`, `--as-function FUNCTION`, who acts, and `--read`, a person has read what must be read."""

#: Options that mean the same everywhere.
_COMMON = ("home", "passphrase_file", "json_", "help", "as_office", "as_function", "read_")


def commands() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Give every group and command with the words that call it, in the order of their help."""
    from comity.cli.main import comity

    yield from _within(comity, ())


def _within(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        if found is None:
            raise LookupError(f"`{' '.join((*path, name))}` is listed and does not exist")
        yield (*path, name), found
        if isinstance(found, click.Group):
            yield from _within(found, (*path, name))


def page() -> str:
    """Print the page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _HEAD
    for path, command in commands():
        yield ""
        if isinstance(command, click.Group):
            yield f"## comity {path[-1]}"
            yield ""
            yield _prose(command)
        else:
            yield from _command(path, command)


def _command(path: tuple[str, ...], command: click.Command) -> Iterator[str]:
    name = f"comity {' '.join(path)}"
    yield f"{'##' if len(path) == 1 else '###'} {name}"
    yield ""
    yield f"`{' '.join([name, *_arguments(command)])}`"
    yield ""
    yield _prose(command)
    own = [each for each in command.params if isinstance(each, click.Option) and each.name not in _COMMON]
    needs = [
        f"`--{each}`"
        for each in ("home", "json")
        if any(f"--{each}" in param.opts for param in command.params)
    ]
    if needs:
        yield ""
        yield f"Takes {' and '.join(needs)}."
    if own:
        yield ""
        yield "| option | |"
        yield "|---|---|"
    for option in own:
        yield f"| {_option(option)} | {_help(option)} |"


def _arguments(command: click.Command) -> Iterator[str]:
    context = click.Context(command)
    for param in command.params:
        if isinstance(param, click.Argument):
            word = param.make_metavar(context)
            yield word if param.required or word.startswith("[") else f"[{word}]"
        elif param.required and param.name not in _COMMON:
            yield _usage(param, context)


def _usage(param: click.Parameter, context: click.Context) -> str:
    names = "|".join([max(param.opts, key=len), *param.secondary_opts])
    is_flag = isinstance(param, click.Option) and param.is_flag
    return names if is_flag else f"{names} {_value(param, context)}"


def _value(param: click.Parameter, context: click.Context) -> str:
    if isinstance(param.type, click.Choice) and param.metavar is None:
        return max(param.opts, key=len).strip("-").replace("-", "_").upper()
    return param.make_metavar(context).split(" ")[0]


def _option(option: click.Option) -> str:
    return f"`{_usage(option, click.Context(click.Command(None)))}`"


def _help(option: click.Option) -> str:
    said = " ".join((option.help or "").split())
    notes = []
    if option.required:
        notes.append("required")
    if isinstance(option.type, click.Choice):
        notes.append(f"one of {', '.join(f'`{each}`' for each in option.type.choices)}")
    if option.multiple:
        notes.append("may be repeated")
    elif type(option.default) in (str, int, float) and option.default != "" and not option.is_flag:
        notes.append(f"default `{option.default}`")
    told = [said, f"({'; '.join(notes)})" if notes else ""]
    return " ".join(filter(None, told)).replace("|", "\\|")


def _prose(command: click.Command) -> str:
    paragraphs = (command.help or "").split("\n\n")
    return "\n\n".join(" ".join(each.split()) for each in paragraphs)


if __name__ == "__main__":
    sys.stdout.write(page())
