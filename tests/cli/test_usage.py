"""Bad usage of every command and every option there is, found by walking the commands themselves.

However a command line is wrong, the answer is the same: exit 2 (3 where only a file named is not there), one line a
mistake on stderr, nothing on stdout, and nothing done.
"""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cli.land import Comity, Land
from comity.cli.command import MAX_WORDS, Command, Group
from comity.cli.main import comity as root
from comity.cli.options import DayType, InstantType
from comity.cli.pouch import Size

Named = tuple[tuple[str, ...], click.Command]


def walk(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[Named]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, f"{' '.join((*path, name))} is listed and does not exist"
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from walk(command, (*path, name))


EVERY = list(walk(root))
GROUPS = [(path, each) for path, each in EVERY if isinstance(each, click.Group)]
COMMANDS = [(path, each) for path, each in EVERY if not isinstance(each, click.Group)]


def _name(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(value)
    return "" if isinstance(value, click.Command) else max(value.opts, key=len)  # type: ignore[attr-defined]


def said(param: click.Parameter) -> str:
    """Name a parameter as the command's mistakes do."""
    if isinstance(param, click.Option):
        return "/".join([max(param.opts, key=len), *param.secondary_opts])
    return param.human_readable_name.strip("[]")


def good(param: click.Parameter, land: Land) -> str:
    """Give a value that is of the form a parameter wants."""
    if isinstance(param.type, click.Choice):
        return str(param.type.choices[0])
    if isinstance(param.type, InstantType):
        return "2031-03-14"
    if isinstance(param.type, DayType):
        return "2031-03-14"
    if isinstance(param.type, click.IntRange | click.FloatRange):
        return "1"
    if isinstance(param.type, click.Path):
        there = land.note_txt if param.type.file_okay else land.empty
        return str(there if param.type.exists else land.folder / "absent")
    return "x"


def line(
    path: tuple[str, ...], command: click.Command, land: Land, without: str = "", **instead: str
) -> list[str]:
    """Give a command line with everything that is required, one thing left out, or of another value."""
    words = list(path)
    for param in command.params:
        if param.name == without or not (param.required or param.name in instead):
            continue
        value = instead.get(str(param.name), good(param, land))
        if isinstance(param, click.Argument):
            words.append(value)
        elif param.is_flag:
            words.append(param.opts[0])
        else:
            words += [max(param.opts, key=len), value]
    return words


def wrong(done: object, line: str, code: int = 2) -> None:
    assert (done.code, done.out) == (code, ""), done  # type: ignore[attr-defined]
    assert done.mistakes == [f"comity: {line}"], done.err  # type: ignore[attr-defined]


def test_every_command_and_group_is_of_ours() -> None:
    for path, each in EVERY:
        assert isinstance(each, Command | Group), " ".join(path)


def test_every_command_and_every_option_says_what_it_is_for() -> None:
    for path, each in EVERY:
        assert each.help, " ".join(path)
        for param in each.params:
            if isinstance(param, click.Option):
                assert param.help, f"{' '.join(path)} {param.opts}"


@pytest.mark.parametrize(("path", "command"), [((), root), *GROUPS], ids=_name)
def test_an_unknown_command_is_named_with_the_nearest(
    path: tuple[str, ...], command: click.Group, comity: Comity
) -> None:
    known = command.list_commands(click.Context(command))[0]
    wrong(comity(*path, f"{known}x"), f"no command `{known}x`; did you mean `{known}`?")
    wrong(comity(*path, "\x1b[2Jq7q7"), "no command `\\u001b[2Jq7q7`")


@pytest.mark.parametrize(("path", "command"), GROUPS, ids=_name)
def test_a_group_alone_shows_its_help_as_talk(
    path: tuple[str, ...], command: click.Group, comity: Comity
) -> None:
    done = comity(*path)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"Usage: comity {' '.join(path)}")


@pytest.mark.parametrize(("path", "command"), EVERY, ids=_name)
def test_help_is_data(path: tuple[str, ...], command: click.Command, comity: Comity) -> None:
    done = comity(*path, "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Usage: comity {' '.join(path)}")


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=_name)
def test_an_unknown_option_is_named(path: tuple[str, ...], command: click.Command, comity: Comity) -> None:
    wrong(comity(*path, "--zq7"), "no option `--zq7`")


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=_name)
def test_everything_missing_is_named_at_once(
    path: tuple[str, ...], command: click.Command, comity: Comity
) -> None:
    required = [param for param in command.params if param.required]
    if not required:
        pytest.skip("requires nothing")
    done = comity(*path)
    assert (done.code, done.out) == (2, "")
    assert len(done.mistakes) == len(required)
    for param in required:
        assert any(each.startswith(f"comity: {said(param)} is missing") for each in done.mistakes), done.err


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=_name)
def test_one_argument_too_many_is_named(
    path: tuple[str, ...], command: click.Command, comity: Comity, made_land: Land
) -> None:
    if any(param.nargs == -1 for param in command.params):
        pytest.skip("takes any number")
    arguments = [good(param, made_land) for param in command.params if isinstance(param, click.Argument)]
    required = [
        word
        for param in command.params
        if isinstance(param, click.Option) and param.required
        for word in line((), click.Command(None, params=[param]), made_land)
    ]
    wrong(comity(*path, *arguments, *required, "too-many"), "unexpected: `too-many`")


@pytest.fixture(scope="module")
def untouched(made_land: Land) -> dict[str, str]:
    """Tell everything that is there before any of these commands has run."""
    return made_land.state()


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=_name)
def test_a_value_of_another_form_is_named(
    path: tuple[str, ...],
    command: click.Command,
    comity: Comity,
    made_land: Land,
    untouched: dict[str, str],
) -> None:
    """Whatever a parameter takes, something it does not take: and what was there before is there after."""
    for param in command.params:
        refuses_another_form(path, command, param, comity, made_land)
    assert made_land.state() == untouched


def refuses_another_form(
    path: tuple[str, ...], command: click.Command, param: click.Parameter, comity: Comity, made_land: Land
) -> None:
    name, kind = said(param), param.type
    option = max(param.opts, key=len)

    def given(value: str) -> list[str]:
        return line(path, command, made_land, **{str(param.name): value})

    if isinstance(param, click.Option) and param.is_flag:
        wrong(
            comity(*line(path, command, made_land), f"{option}=yes"),
            f"option `{option}` does not take a value",
        )
    elif isinstance(kind, click.Choice):
        wrong(
            comity(*given("zq7")),
            f"{name}: `zq7` is not one of " + ", ".join(f"`{each}`" for each in kind.choices),
        )
    elif isinstance(kind, InstantType):
        wrong(
            comity(*given("soon")),
            f"{name}: `soon` is not a time such as 2031-03-14T09:00:00Z or a day such as 2031-03-14",
        )
    elif isinstance(kind, DayType):
        wrong(comity(*given("2031-02-30")), f"{name}: `2031-02-30` is not a day such as 2031-03-14")
    elif isinstance(kind, click.IntRange | click.FloatRange):
        number = "a whole number" if isinstance(kind, click.IntRange) else "a number"
        assert kind.min is not None and kind.max is not None, f"{name} has no bounds"
        below = ("-1",) if isinstance(param, click.Option) else ()
        for value in ("many", *below, "9" * 30):
            done = comity(*given(value))
            assert (done.code, done.out, len(done.mistakes)) == (2, "", 1), done
            assert done.mistakes[0].endswith(f"` is not {number} from {kind.min} to {kind.max}"), done.err
    elif isinstance(kind, click.Path) and kind.exists:
        absent, there = made_land.folder / "absent", made_land.empty if kind.file_okay else made_land.note_txt
        what, other = ("file", "directory") if kind.file_okay else ("directory", "file")
        wrong(comity(*given(str(absent))), f"{name}: {what} `{absent}` does not exist", code=3)
        if not (kind.file_okay and kind.dir_okay):
            wrong(comity(*given(str(there))), f"{name}: {what} `{there}` is a {other}")
    elif isinstance(kind, click.Path):
        if not kind.file_okay:
            wrong(
                comity(*given(str(made_land.note_txt))), f"{name}: directory `{made_land.note_txt}` is a file"
            )
        if not kind.dir_okay:
            wrong(comity(*given(str(made_land.empty))), f"{name}: file `{made_land.empty}` is a directory")
    elif kind is click.STRING:
        wrong(comity(*given("a\x1b[2J")), f"{name}: `a\\u001b[2J` holds a control character (U+001B)")
        wrong(comity(*given("a\nb")), f"{name}: `a\\u000ab` holds a control character (U+000A)")
        wrong(comity(*given("\udcff")), f"{name}: `\\udcff` is not UTF-8")
        wrong(
            comity(*given("x" * (MAX_WORDS + 1))),
            f"{name}: {MAX_WORDS + 1} characters, more than {MAX_WORDS}",
        )
        if param.required:
            wrong(comity(*given("")), f"{name} is empty")
    elif isinstance(kind, Size):
        for value in ("many", "0", "-1", "4 parsecs"):
            wrong(comity(*given(value)), f"{name}: `{value}` is not a size such as 700M or 1GiB")
    else:
        pytest.fail(f"nobody has said yet what {name} of {' '.join(path)} must refuse: {kind!r}")


HOMED = [(path, each) for path, each in COMMANDS if any(param.name == "home" for param in each.params)]


@pytest.mark.parametrize(("path", "command"), HOMED, ids=_name)
def test_a_home_that_is_not_there_is_not_found(
    path: tuple[str, ...],
    command: click.Command,
    comity: Comity,
    made_land: Land,
    untouched: dict[str, str],
) -> None:
    """It is looked for before anything else is done: no file is written, none is read in vain."""
    beyond = {
        ("item", "add"): ["--marking", "TLP:GREEN"],
        ("register", "check"): ["a name"],
        ("register", "threshold"): ["0.5"],
        ("withdraw",): ["note"],
        ("review",): ["--keep"],
        ("necessity", "review"): ["--accept"],
        ("journal", "export"): ["--evidence", "1"],
    }
    nowhere = made_land.folder / "nowhere"
    words = [*line(path, command, made_land, home=str(nowhere)), *beyond.get(path, [])]
    done = comity(*words)
    assert done.code == 3, done
    assert done.mistakes == [f"comity: {nowhere} is not a node's home"], done.err
    assert made_land.state() == untouched


def test_a_home_may_come_from_the_environment(
    comity: Comity, made_land: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMITY_HOME", str(made_land.north))
    done = comity("status", "--json")
    assert done.code == 0 and '"north.example"' in done.out
    monkeypatch.setenv("COMITY_HOME", "")
    wrong(comity("status"), "--home is missing")


def test_relative_and_odd_paths_serve(
    comity: Comity, made_land: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(made_land.folder)
    assert comity("status", "--home", "north").code == 0
    assert comity("status", "--home", "./south/../north/").code == 0
    assert comity("status", "--home", Path("north") / "keys").code == 3
