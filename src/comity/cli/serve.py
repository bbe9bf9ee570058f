"""`comity serve`: run a node until it is stopped."""

import signal
import sys
import threading
from pathlib import Path

import click

from comity.cli.command import command
from comity.cli.options import home_options, passphrase_from


@command()
@home_options
@click.option(
    "--port", type=click.IntRange(1, 65535), default=None, help="Listen here instead of node.toml's port."
)
def serve(home: Path, passphrase_file: Path | None, port: int | None) -> None:
    """Run a node: take envelopes in, deliver what is owed, answer commands on its socket.

    It listens on loopback. Stop it with Ctrl-C; what is under way is finished first.
    """
    from comity.serving import Serving

    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with Serving(home, port=port, passphrase=passphrase_from(passphrase_file)) as serving:
        click.echo(f"{serving.party} serves at {serving.endpoint}; commands: --home {home}", err=True)
        ended.wait()
    sys.exit(0)
