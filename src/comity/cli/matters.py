"""The commands of every kind of matter, made from its table: `new`, `list`, `show`, and one for each step.

So all kinds are used alike: `comity request new`, `comity request accept ID`, `comity meeting agree ID`. A field of an
event is an option of the same name; one that is needed and not given is asked for where somebody sits at the terminal,
and is a mistake where nobody does.
"""

import base64
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
import msgspec

from comity.cli.asking import Asked, AskedArgument, ask, ask_for_several, somebody_sits_here
from comity.cli.command import Command, Group
from comity.cli.helping import ComposedOption
from comity.cli.matters_shown import due_of, print_matter, print_step, turn_of
from comity.cli.options import (
    DAY,
    as_json,
    home_options,
    node_at,
    print_json,
    print_json_lines,
    print_table,
    write_whole,
)
from comity.cooperation.event import OPEN
from comity.cooperation.kind import EventForm, Kind
from comity.cooperation.kinds import KINDS
from comity.cooperation.said import Said, meaning_of
from comity.cooperation.shared import SHARED, shared_by
from comity.cooperation.wording import mistakes_in
from comity.errors import BadInput
from comity.languages import _, said
from comity.languages.words import N_
from comity.strict import NotToml, read_toml

#: What every kind's commands of one name are for.
_UNDER_AN_ARTICLE = N_("It is done under an article that provides for it, or refused with the nearest.")
_LIST = N_("List them, last changed first.")
_SHOW = N_("Show one: how it stands, what is due, and its story.")
_PROTOCOL = N_("Draft the protocol that the matter was said to need, in the agreement's FOLDER.")
#: What stands beside the meaning of a field.
_NEEDED = N_("{meaning}; needed.")
_FOLLOWS = N_("{meaning}; by itself where it follows.")
_ANY_NUMBER = N_("{meaning}; any number of times.")
_PLAIN = "{meaning}."
#: What is asked for where a step does not say in which matter it is taken.
WHICH = N_("The matter: the beginning of its id, six letters and figures or more.")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
#: Mistakes that are named.
_NAMED = 10
_COUNT = click.IntRange(0, 1_000_000)


def group_of(name: str) -> Group:
    """Make the group of commands of a kind."""
    kind = KINDS[name]
    group = Group(name, help=kind.what)
    group.add_command(_new(kind))
    group.add_command(_list(kind))
    group.add_command(_show(kind))
    for word, form in kind.events.items():
        if word != OPEN:
            group.add_command(_step(kind, word, form))
    for word in shared_by(kind):
        group.add_command(_step(kind, word, SHARED[word]))
    group.add_command(_protocol(kind))
    return group


def _new(kind: Kind) -> Command:
    form = kind.events[OPEN]

    def run(to: tuple[str, ...], under: str, **options: Any) -> None:
        if len(to) > 1:
            raise BadInput(
                _("a matter is of two Parties: {parties} are too many", parties=", ".join(to)),
                hint=_("open one with each"),
            )
        with node_at(options["home"], options["passphrase_file"]) as tell:
            shown = tell(
                "matter-open", kind=kind.name, to=to[0], under=under, **_said_and_manner(form.form, options)
            )
        print_step(shown, options["json_"])

    run.__doc__ = f"{form.meaning}\n\n{_UNDER_AN_ARTICLE}"
    called = [
        click.option(
            *("--to",),
            cls=Asked,
            required=True,
            multiple=True,
            metavar="PARTY",
            help="The other Party; only one.",
        ),
        click.option(
            "--under", default="", metavar="AGREEMENT", help="The agreement, where several would do."
        ),
    ]
    return _command("new", run, [*called, *_fields(form.form), *_sharing(form.form), *_manner()])


def _step(kind: Kind, word: str, form: EventForm) -> Command:
    filled = kind.follows(word)

    def run(matter: str, **options: Any) -> None:
        with node_at(options["home"], options["passphrase_file"]) as tell:
            parameters = _said_and_manner(form.form, options, filled)
            files: dict[Path, bytes] = {}
            if options.get("draft") is not None:
                files = _protocol_files(tell, matter, kind, options["draft"], parameters["said"])
            shown = tell("matter-act", matter=matter, kind=kind.name, word=word, **parameters)
            if not shown["grounds"] and not shown["tried"]:
                shown["drafted"] = _write_files(files)
        print_step(shown, options["json_"])

    run.__doc__ = form.meaning
    argument = _matter(kind)
    more = [*_sharing(form.form), *_drafting(word)]
    return _command(word, run, [argument, *_fields(form.form, filled), *more, *_manner()])


#: Fields that people never type where they follow by themselves: a digest of what stands, the rows of a summary.
_NEVER_TYPED = ("lines", "figures")


def _list(kind: Kind) -> Command:
    def run(all_: bool, home: Path, passphrase_file: Path | None, json_: bool) -> None:
        with node_at(home, passphrase_file) as tell:
            rows = tell("matter-list", kind=kind.name, all=all_)
        if json_:
            print_json_lines(rows)
            return
        print_table(
            [_("matter"), _("state"), _("with"), _("what"), _("whose turn"), _("due")],
            (
                [row["id"][:12], said(row["state"]), row["with"], row["title"], turn_of(row), due_of(row)]
                for row in rows
            ),
            empty=_("none"),
        )

    run.__doc__ = _LIST
    option = click.option("--all", "all_", is_flag=True, help="Also those that have come to their end.")
    return _command("list", run, [option])


def _show(kind: Kind) -> Command:
    def run(matter: str, home: Path, passphrase_file: Path | None, json_: bool) -> None:
        with node_at(home, passphrase_file) as tell:
            shown = tell("matter-show", matter=matter, kind=kind.name)
        if json_:
            print_json(shown)
        else:
            print_matter(shown)

    run.__doc__ = _SHOW
    return _command("show", run, [_matter(kind)])


def _protocol(kind: Kind) -> Command:
    def run(matter: str, out: Path, home: Path, passphrase_file: Path | None, json_: bool) -> None:
        with node_at(home, passphrase_file) as tell:
            names = _write_files(_protocol_files(tell, matter, kind, out, {}))
        if json_:
            print_json({"matter": matter, "files": names})
        else:
            click.echo("\n".join(names))

    run.__doc__ = _PROTOCOL
    called = [
        _matter(kind),
        click.argument("out", metavar="FOLDER", type=click.Path(file_okay=False, path_type=Path)),
    ]
    return _command("protocol", run, called)


def _matter(kind: Kind) -> Callable[[Any], Any]:
    return click.argument("matter", cls=AskedArgument, meaning=WHICH, metavar=kind.name.upper())


def _protocol_files(
    tell: Callable[..., Any], matter: str, kind: Kind, folder: Path, said: Mapping[str, Any]
) -> dict[Path, bytes]:
    """Give the draft that a matter asks for, or is to ask for now, as files of a folder.

    Raises:
        BadInput: one is there already.
    """
    asked = {name: said[name] for name in ("changes", "because") if name in said}
    drafted = tell("matter-protocol", matter=matter, kind=kind.name, **asked)
    files = {folder / name: base64.b64decode(data) for name, data in drafted["files"].items()}
    there = [file for file in files if file.exists()]
    if there:
        raise BadInput(*(_("{file} is there already", file=file) for file in there))
    return files


def _write_files(files: Mapping[Path, bytes]) -> list[str]:
    for file, data in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, data)
    return [str(file) for file in files]


def _command(name: str, run: Callable[..., None], options: list[Callable[[Any], Any]]) -> Command:
    function: Any = as_json(home_options(run))
    for option in reversed(options):
        function = option(function)
    made: Command = click.command(name, cls=Command)(function)
    return made


def _manner() -> list[Callable[[Any], Any]]:
    return [
        click.option("--as-office", default="", metavar="OFFICE", help="The office or mission that acts."),
        click.option(
            "--as-function", default="", metavar="FUNCTION", help="The function in which the Party acts."
        ),
        click.option("--read", "read_", is_flag=True, help="A person has read the words that must be read."),
        click.option("--dry-run", is_flag=True, help="Only tell whether it could be done."),
    ]


def _sharing(form: type[Said]) -> list[Callable[[Any], Any]]:
    """Give the option that shares the items a step names in the same step, where it can name any."""
    if not {"item", "items"} & {field.encode_name for field in msgspec.structs.fields(form)}:
        return []
    return [
        click.option(
            "--share-for",
            default="",
            metavar="PURPOSE",
            help="Share the items named that have not passed yet, for this purpose, in the same step.",
        )
    ]


def _drafting(word: str) -> list[Callable[[Any], Any]]:
    """Give the option that drafts the protocol a matter needs in the same step."""
    if word != "needs-protocol":
        return []
    return [
        click.option(
            "--draft",
            default=None,
            metavar="FOLDER",
            type=click.Path(file_okay=False, path_type=Path),
            help="Draft the protocol into the agreement's folder at once.",
        )
    ]


# -- fields as options ------------------------------------------------------------------------------------------


def _fields(form: type[Said], filled: tuple[str, ...] = ()) -> list[Callable[[Any], Any]]:
    hints = typing.get_type_hints(form)
    return [
        _option(form, field, hints[field.name], follows=field.encode_name in filled)
        for field in msgspec.structs.fields(form)
        if not (field.encode_name in filled and field.encode_name in _NEVER_TYPED)
    ]


def _option(form: type[Said], field: Any, hint: Any, *, follows: bool) -> Callable[[Any], Any]:
    flag = "--" + field.encode_name.replace("_", "-")
    meaning = meaning_of(form, field.name)
    kind = _plain_type(hint)
    remark = _FOLLOWS if follows else _NEEDED if field.required else _PLAIN
    how: dict[str, Any] = {"default": None}
    if kind is bool:
        how |= {"is_flag": True, "default": False}
    elif typing.get_origin(kind) is tuple:
        if _is_of_tables(kind):
            how |= {"type": _FILE, "metavar": "FILE"}
        else:
            how |= {"multiple": True, "default": (), "type": str}
            remark = _ANY_NUMBER
    elif typing.get_origin(kind) is typing.Literal:
        how |= {"type": click.Choice(typing.get_args(kind))}
    elif kind is int:
        how |= {"type": _COUNT}
    elif kind is not str:
        how |= {"type": DAY}
    return click.option(
        flag, f"field_{field.name}", cls=ComposedOption, meaning=meaning, remark=remark, **how
    )


def _plain_type(hint: Any) -> Any:
    """Give a field's type without `None`."""
    members = [each for each in typing.get_args(hint) if each is not type(None)]
    return members[0] if type(None) in typing.get_args(hint) else hint


def _said_and_manner(
    form: type[Said], options: Mapping[str, Any], filled: tuple[str, ...] = ()
) -> dict[str, Any]:
    given, missing, files = {}, [], dict[str, Path]()
    for field in msgspec.structs.fields(form):
        value = options.get(f"field_{field.name}")
        if isinstance(value, Path):
            files[field.encode_name] = value
            value = _from_file(value)
        if _is_nothing(value) and field.required and field.encode_name not in filled:
            value = _ask(form, field)
            if value is None:
                missing.append("--" + field.encode_name.replace("_", "-"))
        if not _is_nothing(value):
            given[field.encode_name] = value if isinstance(value, int | list | tuple) else str(value)
    if missing:
        raise BadInput(
            *(_("{name} is missing", name=name) for name in missing),
            hint=f"{click.get_current_context().command_path} --help",
        )
    _check(form, given, files)
    return {
        "said": given,
        "office": options["as_office"],
        "function": options["as_function"],
        "read": options["read_"],
        "dry_run": options["dry_run"],
        "share_for": options.get("share_for", ""),
    }


def _check(form: type[Said], given: Mapping[str, Any], files: Mapping[str, Path]) -> None:
    """Find what is wrong before anything is sent, named by the option or by the file and its table."""

    def where(path: tuple[str | int, ...]) -> str:
        file = files.get(str(path[0]))
        if file is None:
            return "--" + str(path[0]).replace("_", "-")
        if len(path) == 1:
            return str(file)
        field = ".".join(map(str, path[2:]))
        return _("{file}: table {number}", file=file, number=path[1]) + (f", {field}" if field else "")

    found = mistakes_in(form, given, where, by_hand=True)
    if found:
        raise BadInput(*found[:_NAMED], hint=f"{click.get_current_context().command_path} --help")


def _is_nothing(value: Any) -> bool:
    return value is None or value is False or value == ()


def _ask(form: type[Said], field: Any) -> Any:
    """Ask for a field where somebody sits at the terminal; None where nobody does."""
    if not somebody_sits_here():
        return None
    kind = _plain_type(typing.get_type_hints(form)[field.name])
    meaning = meaning_of(form, field.name)
    if typing.get_origin(kind) is typing.Literal:
        return ask(meaning, click.Choice(typing.get_args(kind)))
    if typing.get_origin(kind) is tuple:
        if _is_of_tables(kind):
            return _from_file(ask(_("{what}, in a file", what=_(meaning)), _FILE))
        return ask_for_several(meaning)
    if kind is int:
        return ask(meaning, _COUNT)
    return ask(meaning, str if kind is str else DAY)


def _is_of_tables(kind: Any) -> bool:
    member = typing.get_args(kind)[0]
    return isinstance(member, type) and issubclass(member, msgspec.Struct)


def _from_file(file: Path) -> list[Any]:
    """Read the tables of a TOML file that has one array of them: the lines of a plan."""
    try:
        read = read_toml(file.read_text(encoding="utf-8"))
    except (NotToml, UnicodeDecodeError) as error:
        raise BadInput(f"{file}: {error}") from None
    tables = [value for value in read.values() if isinstance(value, list)]
    if len(read) != 1 or len(tables) != 1:
        raise BadInput(_("{file}: one array of tables was expected, such as [[line]]", file=file))
    found: list[Any] = msgspec.to_builtins(tables[0])
    return found
