"""`--help` speaks the reader's language: every command, every option, every word around them."""

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner
from tests.languages.test_catalogues import catalogues

from comity.cli.main import COMMANDS, comity
from comity.languages import speaking

#: Commands made from the tables of the kinds of matter, whose words are the reference pages', which are English.
FROM_TABLES = "comity.cli.working:"


def commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield f"{path}{name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")


def test_no_page_of_help_is_forgotten():
    """What `tools/catalogues.py` gathers holds every paragraph of every page."""
    marked, unmarked = catalogues.gathered()
    lines = [(name, line) for name, (_module, line) in COMMANDS.items()]
    for name, command in commands(comity):
        if COMMANDS[name.partition(" ")[0]][0].startswith(FROM_TABLES):
            continue
        lines += [(name, each) for each in catalogues.paragraphs(command.help or "")]
        options = [each for each in command.params if isinstance(each, click.Option) and not each.hidden]
        lines += [(name, each) for option in options for each in catalogues.paragraphs(option.help or "")]
    assert len(lines) > 250
    assert [(name, line) for name, line in lines if line not in marked and line not in unmarked] == []


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("cs", ("Použití: comity share [VOLBY] ITEM", "Volby:", "povinné", "Ukázat tuto nápovědu")),
        ("pl", ("Użycie: comity share [OPCJE] ITEM", "Opcje:", "wymagane", "Pokaż tę pomoc")),
        ("ru", ("Использование: comity share [ПАРАМЕТРЫ] ITEM", "Параметры:", "обязательно")),
        ("ko", ("사용법: comity share [옵션] ITEM", "옵션:", "필수")),
        ("hu", ("Használat: comity share [KAPCSOLÓK] ITEM", "Kapcsolók:", "kötelező")),
    ],
)
def test_a_page_of_help_is_in_the_readers_language_throughout(tag, words):
    with speaking("en"):
        answer = CliRunner().invoke(comity, ["--language", tag, "share", "--help"], prog_name="comity")
    assert answer.exit_code == 0
    for each in (*words, "--purpose", "COMITY_HOME"):
        assert each in answer.output


def test_the_language_is_known_before_anything_else_is_read():
    with speaking("en"):
        answer = CliRunner().invoke(comity, ["--language=pl", "--help"], prog_name="comity")
    assert "Polecenia:" in answer.output
    assert "Przenoś koperty w pliku." in answer.output
    assert "nie przejrzał" in answer.output
