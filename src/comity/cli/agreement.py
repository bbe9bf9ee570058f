"""`comity agreement`: read, check, conclude and act under agreements; the commands stand in the files beside this."""

import importlib
from collections.abc import Sequence

import click

from comity.cli.command import Group
from comity.languages import _, ngettext

#: command -> the module that has it, in the order of a day's work; imported when called.
COMMANDS = {
    **dict.fromkeys(("lint", "status", "timeline", "diff", "leaks"), "agreement_reading"),
    **dict.fromkeys(
        ("roots", "propose", "proposals", "decline", "sign", "hold", "copy", "verify"), "agreement_concluding"
    ),
    "export": "agreement_exporting",
    **dict.fromkeys(("simulate", "notice", "list"), "agreement_acting"),
    "closing": "agreement_closing",
}


class _Group(Group):
    """Commands of several files as one group."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Give the names, in the order of a day's work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command's file."""
        if cmd_name in COMMANDS:
            importlib.import_module(f"comity.cli.{COMMANDS[cmd_name]}")
        return super().get_command(ctx, cmd_name)


def counted(severities: Sequence[str]) -> str:
    """Say how many errors, warnings and remarks lint has found."""
    return _(
        "lint: {errors}, {warnings}, {remarks}",
        errors=ngettext("{count} error", "{count} errors", severities.count("error")),
        warnings=ngettext("{count} warning", "{count} warnings", severities.count("warning")),
        remarks=ngettext("{count} remark", "{count} remarks", severities.count("info")),
    )


@click.group(cls=_Group)
def agreement() -> None:
    """Read, check, sign and hold agreements."""
