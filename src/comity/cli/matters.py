"""The commands of every kind of matter, made from its table: `new`, `list`, `show`, and one for each step.

So all kinds are used alike: `comity request new`, `comity request accept ID`, `comity meeting agree ID`. A field of an
event is an option of the same name; one that is needed and not given is asked for where somebody sits at the terminal,
and is a mistake where nobody does.
"""

import base64
import sys
import tomllib
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
import msgspec

from comity.cli.command import Command, Group
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
from comity.cooperation.shared import SHARED
from comity.errors import BadInput
from comity.languages import _, said

#: The exit code of a refusal.
_REFUSED = 1


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
    for word, form in SHARED.items():
        group.add_command(_step(kind, word, form))
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

    run.__doc__ = (
        f"{form.meaning}\n\nIt is done under an article that provides for it, or refused with the nearest."
    )
    called = [
        click.option(
            "--to", required=True, multiple=True, metavar="PARTY", help="The other Party; only one."
        ),
        click.option(
            "--under", default="", metavar="AGREEMENT", help="The agreement, where several would do."
        ),
    ]
    return _command("new", run, [*called, *_fields(form.form), *_sharing(form.form), *_manner()])


def _step(kind: Kind, word: str, form: EventForm) -> Command:
    filled = (*kind.filled.get(word, ()), *_FILLED_HERE.get((kind.name, word), ()))

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
    argument = click.argument("matter", metavar=kind.name.upper())
    more = [*_sharing(form.form), *_drafting(word)]
    return _command(word, run, [argument, *_fields(form.form, filled), *more, *_manner()])


#: Fields that a node's own figures give, beside those that follow from the matter (`Kind.filled`).
_FILLED_HERE: Mapping[tuple[str, str], tuple[str, ...]] = {("summary", "differ"): ("rows",)}
#: Fields that people never type: a digest of what stands.
_NEVER_TYPED = ("lines",)


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
                [row["id"][:12], said(row["state"]), row["with"], row["title"], _turn(row), _due(row)]
                for row in rows
            ),
            empty=_("none"),
        )

    run.__doc__ = "List them, last changed first."
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

    run.__doc__ = "Show one: how it stands, what is due, and its story."
    return _command("show", run, [click.argument("matter", metavar=kind.name.upper())])


def _protocol(kind: Kind) -> Command:
    def run(matter: str, out: Path, home: Path, passphrase_file: Path | None, json_: bool) -> None:
        with node_at(home, passphrase_file) as tell:
            names = _write_files(_protocol_files(tell, matter, kind, out, {}))
        if json_:
            print_json({"matter": matter, "files": names})
        else:
            click.echo("\n".join(names))

    run.__doc__ = "Draft the protocol that the matter was said to need, in the agreement's FOLDER."
    called = [
        click.argument("matter", metavar=kind.name.upper()),
        click.argument("out", metavar="FOLDER", type=click.Path(file_okay=False, path_type=Path)),
    ]
    return _command("protocol", run, called)


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
    words = meaning[:1].upper() + meaning[1:]
    if follows:
        words += "; by itself where it follows."
    else:
        words += "; needed." if field.required else "."
    kind = _plain_type(hint)
    how: dict[str, Any] = {"default": None, "help": words}
    if kind is bool:
        how |= {"is_flag": True, "default": False}
    elif typing.get_origin(kind) is tuple:
        member = typing.get_args(kind)[0]
        if isinstance(member, type) and issubclass(member, msgspec.Struct):
            how |= {"type": click.Path(exists=True, dir_okay=False, path_type=Path), "metavar": "FILE"}
        else:
            how |= {"multiple": True, "default": (), "type": str}
            how["help"] = words.removesuffix(".") + "; any number of times."
    elif typing.get_origin(kind) is typing.Literal:
        how |= {"type": click.Choice(typing.get_args(kind))}
    elif kind is int:
        how |= {"type": click.IntRange(0, 1_000_000)}
    elif kind is not str:
        how |= {"type": DAY}
    return click.option(flag, f"field_{field.name}", **how)


def _plain_type(hint: Any) -> Any:
    """Give a field's type without `None`."""
    members = [each for each in typing.get_args(hint) if each is not type(None)]
    return members[0] if type(None) in typing.get_args(hint) else hint


def _said_and_manner(
    form: type[Said], options: Mapping[str, Any], filled: tuple[str, ...] = ()
) -> dict[str, Any]:
    given, missing = {}, []
    for field in msgspec.structs.fields(form):
        value = options.get(f"field_{field.name}")
        if isinstance(value, Path):
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
    return {
        "said": given,
        "office": options["as_office"],
        "function": options["as_function"],
        "read": options["read_"],
        "dry_run": options["dry_run"],
        "share_for": options.get("share_for", ""),
    }


def _somebody_sits_here() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def _is_nothing(value: Any) -> bool:
    return value is None or value is False or value == ()


def _ask(form: type[Said], field: Any) -> Any:
    """Ask for a field where somebody sits at the terminal; None where nobody does."""
    if not _somebody_sits_here():
        return None
    kind = _plain_type(typing.get_type_hints(form)[field.name])
    meaning = meaning_of(form, field.name)
    if typing.get_origin(kind) is typing.Literal:
        return click.prompt(meaning, type=click.Choice(typing.get_args(kind)), err=True)
    if typing.get_origin(kind) is tuple:
        return tuple(click.prompt(meaning, type=str, err=True).replace(",", " ").split())
    if kind is int:
        return click.prompt(meaning, type=click.IntRange(0, 1_000_000), err=True)
    return click.prompt(meaning, type=str if kind is str else DAY, err=True)


def _from_file(file: Path) -> list[Any]:
    """Read the tables of a TOML file that has one array of them: the lines of a plan."""
    try:
        read = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{file}: {error}") from None
    tables = [value for value in read.values() if isinstance(value, list)]
    if len(read) != 1 or len(tables) != 1:
        raise BadInput(_("{file}: one array of tables was expected, such as [[line]]", file=file))
    found: list[Any] = msgspec.to_builtins(tables[0])
    return found


# -- what is shown ----------------------------------------------------------------------------------------------


def print_step(shown: dict[str, Any], json_: bool) -> None:
    """Print what came of a step, and end with 1 where it was refused."""
    if json_:
        print_json(shown)
    elif shown["grounds"]:
        click.echo(_("Refused"))
        for ground in shown["grounds"]:
            click.echo(f"  {said(ground['ref'])}  {said(ground['text'])}")
    elif shown["tried"]:
        click.echo(_("It could be done; nothing was done: this was only asked"))
    else:
        matter = shown["matter"]
        click.echo(f"{matter['id'][:12]}  {said(matter['state'])}  {matter['title']}")
        for line in shown["followed"]:
            click.echo(f"  {said(line)}")
        for file in shown.get("drafted", ()):
            click.echo(f"  {file}")
        _print_due(matter)
    if shown["grounds"]:
        raise click.exceptions.Exit(_REFUSED)


def print_matter(shown: dict[str, Any]) -> None:
    """Print a matter for people: how it stands, what is due, its story."""
    click.echo(f"{shown['title']}")
    click.echo(
        _(
            "{id}: {state}; {opener} with {other}, under {articles}",
            id=shown["id"][:12],
            state=said(shown["state"]) if shown["state"] else _("not opened"),
            opener=shown["opener"],
            other=shown["other"],
            articles=", ".join(shown["articles"]) or shown["agreement"],
        )
    )
    _print_due(shown)
    for remark in shown["remarks"]:
        click.echo(f"  {said(remark['ref'])}  {said(remark['text'])}")
    for line in shown["story"]:
        told = _(line["tells"], **line["values"])
        click.echo(f"  {line['at'][:16].replace('T', ' ')}  {_author(line)}  {told}")
        for ground in line["against"]:
            click.echo(
                "      " + _("does not count: {ref}", ref=f"{said(ground['ref'])}: {said(ground['text'])}")
            )
        for late in line["late"]:
            click.echo("      " + _("late: it was due by {at} ({ref})", at=late["at"], ref=late["ref"]))
    if shown["early"]:
        click.echo("  " + _("{count} more wait for what came before them", count=shown["early"]))
    if shown["steps"]:
        click.echo(_("what can be done here: {steps}", steps=", ".join(shown["steps"])))


def _author(line: Mapping[str, Any]) -> str:
    acting = line["office"] or line["function"]
    return f"{line['by']} ({acting})" if acting else str(line["by"])


def _print_due(shown: Mapping[str, Any]) -> None:
    for due in shown["due"]:
        told = {"what": said(due["what"]), "party": due["by"], "at": due["at"], "ref": due["ref"]}
        click.echo("  " + _("due: {what} by {party} until {at} ({ref})", **told))


def _turn(row: Mapping[str, Any]) -> str:
    if not row["turn"]:
        return "–"
    return _("both") if len(row["turn"]) == 2 else _("ours") if row["ours"] else _("theirs")


def _due(row: Mapping[str, Any]) -> str:
    return (
        f"{row['due'][:16].replace('T', ' ')} {said(row['due_what'])} ({row['due_by']})"
        if row["due"]
        else "–"
    )
