"""`comity`: the command's entry.

Groups and commands are found by name in `COMMANDS` and imported only when called, so that `comity --help` is quick.
Data goes to stdout, talk to stderr. Exit codes: 0 done, 1 refused by agreement, 2 bad usage or input, 3 not found,
4 needs consent, 5 peer unreachable and queued, 6 verification failed, 130 interrupted.
"""

import importlib
import os
import sys
from collections.abc import Mapping
from typing import Any

import click

from comity import __version__
from comity.errors import BadInput, ComityError

#: name -> (module:attribute, what it is for, one line)
COMMANDS: Mapping[str, tuple[str, str]] = {
    "demo": ("comity.cli.demo:demo", "Play the guided story with three nodes on this machine."),
    "init": ("comity.cli.house:init", "Make a home for a node: keys, database, card."),
    "serve": ("comity.cli.serve:serve", "Run a node: endpoint, delivery, control socket."),
    "status": ("comity.cli.house:status", "Tell whose node this is and what is under way."),
    "doctor": ("comity.cli.doctor:doctor", "Check a home and this machine."),
    "agreement": ("comity.cli.agreement:agreement", "Read, check, sign and hold agreements."),
    "card": ("comity.cli.house:card", "Show one's card, accept another Party's."),
    "decide": ("comity.cli.decide:decide", "Answer the cases of a file: may it pass, on what ground."),
    "item": ("comity.cli.item:item", "Take items in, list and show them."),
    "share": ("comity.cli.share:share", "Share an item with another Party, or learn why not."),
    "inbox": ("comity.cli.share:inbox", "List what came in."),
    "outbox": ("comity.cli.share:outbox", "List what was sent and how far it has come."),
    "consent": ("comity.cli.consent:consent", "Ask for consent; grant, refuse, revoke."),
    "withdraw": ("comity.cli.consent:withdraw", "Take an item back from everyone who holds it."),
    "review": ("comity.cli.consent:review", "Decide about an item whose source was withdrawn."),
    "protests": ("comity.cli.consent:protests", "List what came to others that should not have."),
    "pouch": ("comity.cli.pouch:pouch", "Carry envelopes as a file."),
    "deliver": ("comity.cli.pouch:deliver", "Try at once what is owed."),
    "journal": ("comity.cli.journal:journal", "Show, verify and reconcile the journal."),
    "register": ("comity.cli.register:register", "Import records, check names."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported only when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Give the names, in the order of a day's work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        found: click.Command = getattr(importlib.import_module(module), attribute)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command, and name the nearest where there is none."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            ctx.fail(f"no command `{args[0]}`" + (f"; did you mean `{near[0]}`?" if near else ""))
        return super().resolve_command(ctx, args)


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, message="comity %(version)s")
@click.option("--language", default=None, metavar="TAG", help="Answer in en, cs, pl, ru, ko or hu.")
def comity(language: str | None) -> None:
    """Share sensitive information under agreements that enforce themselves."""
    from comity.languages import ENGLISH, _, choose, is_reviewed, use

    tag = choose(language, os.environ)
    use(tag)
    if tag != ENGLISH and not is_reviewed(tag):
        click.echo(_("this translation has not been reviewed by a native reader"), err=True)


def main() -> None:
    """Run the command and end with its exit code."""
    try:
        code = comity.main(standalone_mode=False)
        sys.stdout.flush()
    except ComityError as error:
        tell(error)
        code = error.exit_code
    except click.exceptions.Abort:
        _interrupted()
        code = 130
    except click.ClickException as error:
        error.show()
        code = 2
    except KeyboardInterrupt:
        _interrupted()
        code = 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 141
    sys.exit(code if isinstance(code, int) else 0)


def _interrupted() -> None:
    from comity.languages import _

    click.echo(_("interrupted"), err=True)


def tell(error: ComityError) -> None:
    """Say what is wrong, one line a mistake, and what to do next."""
    from comity.languages import _, said

    lines: Any = error.mistakes if isinstance(error, BadInput) else [error.message]
    for line in lines:
        click.echo(f"comity: {said(line)}", err=True)
    if error.hint:
        click.echo("  " + _("next: {hint}", hint=said(error.hint)), err=True)
