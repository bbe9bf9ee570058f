"""`comity serve`: run a node until it is stopped."""

import sys
from pathlib import Path

import click

from comity import __version__
from comity.cli.command import command
from comity.cli.ending import ended_by_signal
from comity.cli.options import home_options, passphrase_from
from comity.languages import _


@command()
@home_options
@click.option(
    "--port", type=click.IntRange(1, 65535), default=None, help="Listen here instead of node.toml's port."
)
@click.option(
    "--desk-port",
    type=click.IntRange(1, 65535),
    default=None,
    help="Where programs of one's own ask the register, on loopback.",
)
def serve(home: Path, passphrase_file: Path | None, port: int | None, desk_port: int | None) -> None:
    """Run a node: take envelopes in, deliver what is owed, answer commands on its socket.

    It listens where node.toml says, beyond loopback with TLS alone, and writes its log to stderr, a JSON object a
    line, with names and digests and never content. Stop it with Ctrl-C or SIGTERM: what is under way is finished
    first, within ten seconds.
    """
    import structlog

    from comity.cli.quiet import json_log
    from comity.serving import Serving

    json_log()
    log = structlog.get_logger("comity.serve")
    with (
        ended_by_signal() as ended,
        Serving(home, port=port, desk_port=desk_port, passphrase=passphrase_from(passphrase_file)) as serving,
    ):
        log.info(
            "serving", party=serving.party, endpoint=serving.endpoint, home=str(home), version=__version__
        )
        if serving.asked is not None:
            log.info("asked by programs", address=serving.asked.address)
        if sys.stderr.isatty():
            said = _(
                "{party} serves at {endpoint}; Ctrl-C stops it",
                party=serving.party,
                endpoint=serving.endpoint,
            )
            click.echo(said, err=True)
            if serving.console is not None:
                click.echo(_("its console is at {origin}", origin=serving.console.origin), err=True)
        ended.wait()
        log.info("stopping", party=serving.party)
    log.info("stopped", party=serving.party)
