"""`comity doctor`: check a home and this machine, each check by name, with what to do."""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from comity.cli.command import command
from comity.cli.options import as_json, home_options, passphrase_from, print_json
from comity.errors import ComityError, HomeInUse, NotFound
from comity.languages import _, said

#: What nobody but the node may read, beside the keys.
_PRIVATE = ("node.db", "body-keys.db", "body-epoch.json", "control")

#: Roles of keys that a node uses by itself; an officer's may well lie elsewhere.
_NEEDED = frozenset({"everyday", "sealing", "tls", "witness"})

#: Things damaged that are named.
_NAMED = 5

Check = tuple[str, bool, str, str]


@command()
@click.option(
    "--full",
    is_flag=True,
    help="Read the journal from its first entry, and everything else that is kept: a bit that changed is found.",
)
@home_options
@as_json
def doctor(full: bool, home: Path, passphrase_file: Path | None, json_: bool) -> None:
    """Check a home and this machine. Exit code 6 if something is wrong."""
    if not (home / "node.toml").is_file():
        raise NotFound(f"{home} is not a node's home", hint=f"comity init {home} --party ID")
    checks = list(_checks(home, passphrase_from(passphrase_file), full=full))
    if json_:
        print_json(
            {
                "ok": all(ok for _, ok, _, _ in checks),
                "checks": [
                    {"name": name, "ok": ok, "detail": detail, "next": help_ or None}
                    for name, ok, detail, help_ in checks
                ],
            }
        )
    else:
        for name, ok, detail, help_ in checks:
            click.echo(f"{_('ok') if ok else _('WRONG')} {said(name)}: {said(detail)}")
            if help_ and not ok:
                click.echo("      " + _("next: {hint}", hint=said(help_)))
    sys.exit(0 if all(ok for _, ok, _, _ in checks) else 6)


def _checks(home: Path, passphrase: Callable[[], str] | None, *, full: bool) -> Iterator[Check]:
    from comity.storage.file_systems import REMOTE, kind_of
    from comity.storage.sqlite import FIRST_SOUND_SQLITE, sqlite_version

    version = ".".join(map(str, sqlite_version()))
    yield (
        "sqlite",
        sqlite_version() >= FIRST_SOUND_SQLITE,
        f"{version}; from {'.'.join(map(str, FIRST_SOUND_SQLITE))} on without the WAL-reset bug",
        "install pysqlite3 0.6.1 or newer",
    )
    mode = home.stat().st_mode & 0o777
    yield "home", mode == 0o700, f"{home} has mode {mode:04o}", f"chmod 700 {home}"
    if kind := kind_of(home):
        yield (
            "file system",
            kind not in REMOTE,
            f"{home} is on {kind}",
            "move the home to a disk of this machine: another machine's promises neither locks nor syncs",
        )
    for file in sorted([*(home / "keys").glob("*.key"), *(home / name for name in _PRIVATE)]):
        if file.exists():
            kept = file.stat().st_mode & 0o777
            name = f"key {file.stem}" if file.suffix == ".key" else file.name
            yield name, not kept & 0o077, f"mode {kept:04o}", f"chmod 600 {file}"
    yield from _inside(home, passphrase, full=full)


def _keys(rows: Iterable[dict[str, Any]]) -> Iterator[Check]:
    """See that the keys the card lists are here, of the roles without which a node can do little."""
    present = [row for row in rows if row["role"] in _NEEDED and row["state"] == "in force"]
    for row in present:
        if not row["held"]:
            yield (
                "keys",
                False,
                f"the {row['role']} key {row['key'][:24]}… of the card is not here",
                f"comity card revoke-key {row['role']} --as-of DAY --because lost",
            )
    for role in sorted(_NEEDED - {row["role"] for row in present}):
        yield "keys", False, f"the card has no {role} key in force", f"comity card rotate --role {role}"


def _inside(home: Path, passphrase: Callable[[], str] | None, *, full: bool) -> Iterator[Check]:
    """Look inside, unless a node serves the home: then its own commands look."""
    from comity.control.client import node_at as teller_at

    try:
        with teller_at(home, passphrase=passphrase) as tell:
            now = tell("status")
            if now["database"]:
                yield "database", True, now["database"], ""
            yield "party", True, f"{now['party']} ({now['deployment']})", ""
            yield from _keys(tell("card-keys"))
            last = now["last_entry"]
            yield (
                "clock",
                last is None or now["now"] >= last,
                f"{now['now']}, last entry {last or 'none'}",
                "set the machine's clock: a node whose clock stands before its journal decides nothing",
            )
            yield (
                "time",
                not now["time_waits"],
                now["time_waits"] or "borne out",
                "set the machine's clock, or, where it is right: comity duties --clock-is-right",
            )
            report = tell("journal-verify", witnessed=[], resume=not full)
            faults = [f"entry {fault['number']} {fault['kind']}" for fault in report["faults"]]
            entries, before = report["entries"], report["before"]
            known, wrong = before + entries, ", ".join(faults)
            if wrong:
                told = f"{known} entries: {wrong}"
            elif before:
                told = f"{known} entries, {entries} of them read since the last check, whole"
            else:
                told = f"{known} entries, whole"
            yield (
                "journal",
                report["ok"],
                told,
                "comity journal verify tells more; restore a backup, then comity journal reconcile PARTY",
            )
            if full:
                damaged = tell("kept-verify")
                yield (
                    "kept",
                    not damaged,
                    "; ".join(damaged[:_NAMED]) or "as it was kept",
                    "restore a backup, then comity journal reconcile PARTY: what a peer has it sends again",
                )
            yield (
                "disk",
                not now["trouble"],
                now["trouble"] or "takes what is written",
                "make room on the disk, or mend it; the node goes on by itself",
            )
            behind = now["behind"]
            yield (
                "backup",
                not behind,
                f"behind what {', '.join(behind)} has kept: restored from an old backup"
                if behind
                else "none is missed",
                f"comity journal reconcile {behind[0]}" if behind else "",
            )
            for agreement in tell("agreement-list"):
                yield (
                    "agreement",
                    True,
                    f"{agreement['id']} is {agreement['status']['state'].replace('-', ' ')}",
                    "",
                )
    except HomeInUse as error:
        yield "lock", False, error.message, error.hint
    except ComityError as error:
        yield "home", False, error.message, error.hint
