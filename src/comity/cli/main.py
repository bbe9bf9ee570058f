"""`comity`: the command's entry.

Groups and commands are found by name in `COMMANDS` and imported only when called, so that `comity --help` is quick.
Data goes to stdout, talk to stderr. Exit codes: 0 done, 1 refused by agreement, 2 bad usage or input, 3 not found,
4 needs consent, 5 peer unreachable and queued, 6 verification failed, 70 a fault of Comity's own, 130 interrupted.
"""

import importlib
import io
import os
import resource
import sys
import traceback
from collections.abc import Mapping, Sequence

import click

from comity import __version__
from comity.cli.command import Group, in_words
from comity.cli.helping import write_commands
from comity.errors import BadInput, ComityError
from comity.languages.words import N_

BAD_INPUT, FAULT, INTERRUPTED, BROKEN_PIPE = 2, 70, 130, 141

#: name -> (module:attribute, what it is for, one line)
COMMANDS: Mapping[str, tuple[str, str]] = {
    "demo": ("comity.cli.demo:demo", "Play the guided story with three nodes on this machine."),
    "init": ("comity.cli.house:init", "Make a home for a node: keys, database, card."),
    "serve": ("comity.cli.serve:serve", "Run a node: endpoint, delivery, control socket."),
    "status": ("comity.cli.house:status", "Tell whose node this is and what is under way."),
    "doctor": ("comity.cli.doctor:doctor", "Check a home and this machine."),
    "agreement": ("comity.cli.agreement:agreement", "Read, check, sign and hold agreements."),
    "card": ("comity.cli.card:card", "Show cards and keys, accept cards, rotate and revoke keys."),
    "officer": ("comity.cli.officer:officer", "Say who may work at the console, and as what."),
    "token": ("comity.cli.token:token", "Let programs act over the HTTP API in an officer's name."),
    "hook": ("comity.cli.hook:hook", "Call programs when something happens."),
    "peer": ("comity.cli.peer:peer", "List peers whose channel was stopped, let one flow again."),
    "decide": ("comity.cli.decide:decide", "Answer the cases of a file: may it pass, on what ground."),
    "item": ("comity.cli.item:item", "Take items in, list and show them."),
    "file": ("comity.cli.file:file", "Take large files in, show them and share them, in parts."),
    "share": ("comity.cli.share:share", "Share an item with another Party, or learn why not."),
    "inbox": ("comity.cli.share:inbox", "List what came in."),
    "outbox": ("comity.cli.share:outbox", "List what was sent and how far it has come."),
    "consent": ("comity.cli.consent:consent", "Ask for consent; grant, refuse, revoke."),
    "withdraw": ("comity.cli.withdraw:withdraw", "Take an item back from everyone who holds it."),
    "review": ("comity.cli.withdraw:review", "Decide about an item whose source was withdrawn."),
    "protests": ("comity.cli.withdraw:protests", "List what came to others that should not have."),
    "necessity": ("comity.cli.necessity:necessity", "List and review acts of necessity."),
    "redress": ("comity.cli.redress:redress", "A person's requests about data that concern them."),
    "duties": (
        "comity.cli.duties:duties",
        "Do what is due today: let go what has run out, name what is late.",
    ),
    "request": ("comity.cli.working:request", "Ask for aid, and answer."),
    "measure": ("comity.cli.working:measure", "Joint measures: aim, lead, phases, result."),
    "plan": ("comity.cli.working:plan", "Plans: draft, negotiate, adopt, track, report."),
    "meeting": ("comity.cli.working:meeting", "Meetings, delegations, discussions."),
    "mission": ("comity.cli.working:mission", "Missions: seats, accreditation, what the host provides."),
    "contact": ("comity.cli.working:contact", "Direct contacts between offices."),
    "passage": ("comity.cli.working:passage", "Notice of delegations, citizens, freight that cross."),
    "continuity": ("comity.cli.working:continuity", "Readiness: plans, rehearsals, findings."),
    "delivery": ("comity.cli.working:delivery", "Equipment and documentation: lend, deliver, return."),
    "training": ("comity.cli.working:training", "Training places of a year."),
    "materials": ("comity.cli.working:materials", "Textbooks, research, regulations, experience."),
    "charge": ("comity.cli.working:charge", "Costs: the ledger, claims, payment."),
    "summary": ("comity.cli.working:summary", "The figures of a period, drawn up and countersigned."),
    "quota": ("comity.cli.working:quota", "Stays and treatments of a year, counted."),
    "pouch": ("comity.cli.pouch:pouch", "Carry envelopes as a file."),
    "deliver": ("comity.cli.pouch:deliver", "Try at once what is owed."),
    "relay": ("comity.cli.relay:relay", "Keep sealed boxes for others; have a mailbox at such a place."),
    "journal": ("comity.cli.journal:journal", "Show, verify and reconcile the journal."),
    "verify": ("comity.cli.verify:verify", "Check a file of evidence with nothing else at hand."),
    "register": ("comity.cli.register:register", "Import records, check names."),
    "desk": ("comity.cli.desk:desk", "Let programs ask the register over HTTP."),
}


class LazyGroup(Group):
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
        from comity.languages import _

        write_commands(formatter, ((name, _(line)) for name, (_module, line) in COMMANDS.items()))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Say that nobody has looked a translation over, where nobody has."""
        from comity.languages import _, current, is_reviewed

        if not is_reviewed(current()):
            formatter.write_paragraph()
            formatter.write_text(_("this translation has not been reviewed by a native reader"))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Choose the language before anything else is read: `--help` and mistakes are in it as well."""
        from comity.languages import choose, use

        use(choose(_language_among(args), os.environ))
        return super().parse_args(ctx, args)


def _language_among(args: Sequence[str]) -> str | None:
    """Find what `--language` says before the command."""
    for number, word in enumerate(args):
        if word.startswith("--language="):
            return word.partition("=")[2]
        if word == "--language" and number + 1 < len(args):
            return args[number + 1]
        if not word.startswith("-"):
            break
    return None


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, message="comity %(version)s")
@click.option("--language", default=None, metavar="TAG", help="Answer in en, cs, pl, ru, ko or hu.")
def comity(language: str | None) -> None:
    """Share sensitive information under agreements that enforce themselves."""
    from comity.languages import _, choose, current, is_reviewed, use

    if language is not None:
        use(choose(language, os.environ))
    if not is_reviewed(current()):
        click.echo(_("this translation has not been reviewed by a native reader"), err=True)


def main() -> None:
    """Run the command and end with its exit code. A crash of it leaves no memory, and so no key, on the disk."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run the command with these arguments; give its exit code.

    A fault of ours ends with 70 and its trace: any lower code would be taken for an answer.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without our letters is no reason to fail
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _outcome(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:  # whoever read has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except OSError as error:
        from comity.languages import _

        _say(_("the output cannot be written: {reason}", reason=error.strerror or error))
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BAD_INPUT
    return code


def _outcome(arguments: Sequence[str]) -> int:
    if "_COMITY_COMPLETE" in os.environ:  # the shell asks what could come next
        comity.main(list(arguments), prog_name="comity")
    try:
        with comity.make_context("comity", list(arguments)) as context:
            comity.invoke(context)
        return 0
    except click.exceptions.Exit as end:
        return end.exit_code
    except ComityError as error:
        tell(error)
        return error.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt):
        _say(N_("interrupted"))
        return INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return BAD_INPUT
    except click.ClickException as error:
        _say(in_words(error))
        return BAD_INPUT
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except OSError as error:
        if not error.filename:  # a stream of ours
            raise
        _say(f"{error.filename}: {error.strerror or error}")
        return BAD_INPUT
    except Exception:
        traceback.print_exc()
        _say(N_("this is a fault of Comity's own; please report it with the lines above"))
        return FAULT


def tell(error: ComityError) -> None:
    """Say what is wrong, one line a mistake, and what to do next."""
    from comity.languages import _, said

    for mistake in error.mistakes if isinstance(error, BadInput) else [error.message]:
        _say(mistake)
    if error.hint:
        click.echo("  " + _("next: {hint}", hint=said(error.hint)), err=True)


def _say(line: str) -> None:
    from comity.languages import said

    click.echo(f"comity: {said(line)}", err=True)
