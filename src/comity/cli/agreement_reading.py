"""`comity agreement`, reading: lint, status, diff, leaks. Needs no home."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.agreements.agreement import Agreement
from comity.agreements.folder import read_folder
from comity.cli.agreement import agreement, counted
from comity.cli.options import INSTANT, as_json, print_json, print_json_lines
from comity.clock import Instant
from comity.errors import BadInput, NotFound
from comity.languages import _, said

if TYPE_CHECKING:
    from comity.agreements.leaks import Leaks
    from comity.agreements.rules.rule import Finding
    from comity.agreements.stretches import Stretch

folders = click.argument(
    "folders", nargs=-1, required=True, metavar="FOLDER…", type=click.Path(path_type=Path)
)


at_then = click.option(
    "--at",
    type=INSTANT,
    default=None,
    help="Look at what is in force at this day or time, protocols counted.",
)
taken_as_signed = click.option(
    "--unsigned", is_flag=True, help="Count texts without signature files as signed on their day."
)

#: What `status --json` gives, and nothing else: scripts rely on it.
_STATUS = ("state", "since", "until", "notice_deadline", "next", "grounds")


def read_all(paths: Sequence[Path]) -> list[Agreement]:
    """Read every folder; the mistakes of all of them at once."""
    found: list[Agreement] = []
    mistakes: list[str] = []
    absent: list[NotFound] = []
    for path in paths:
        try:
            found.append(read_folder(path))
        except NotFound as error:
            mistakes.append(error.message)
            absent.append(error)
        except BadInput as error:
            mistakes.extend(f"{path}/{mistake}" if len(paths) > 1 else mistake for mistake in error.mistakes)
    if absent and len(absent) == len(mistakes) == 1:
        raise absent[0]
    if mistakes:
        raise BadInput(*mistakes)
    return found


@agreement.command("lint")
@folders
@at_then
@click.option(
    "--unsigned", is_flag=True, help="Look at the texts as drafts, whatever signatures lie beside them."
)
@click.option(
    "--worth",
    is_flag=True,
    help="Show instead, clause by clause, what a node enforces, what it can prove, what is only said.",
)
@as_json
def lint(folders: tuple[Path, ...], at: Instant | None, unsigned: bool, worth: bool, json_: bool) -> None:
    """Find what is missing or does not hold together, before anyone signs.

    With --at, every other folder counts only while it is in force then.

    Exit code 0 clean or warnings only, 1 an error, 2 a text that cannot be read.
    """
    from comity.agreements.coherence import lint as find
    from comity.agreements.status import status as status_of

    agreements = read_all(folders)
    if worth:
        for each in agreements:
            _show_worth(each, [other for other in agreements if other.id != each.id], at, unsigned, json_)
        return
    worst = 0
    for each in agreements:
        others = [other for other in agreements if other.id != each.id]
        findings = find(each, others, at=at, unsigned=unsigned)
        if json_:
            print_json_lines(_finding_fields(each.id, finding) for finding in findings)
        else:
            for finding in findings:
                click.echo(_finding_line(finding))
            click.echo(f"{each.id}: {counted([one.severity for one in findings])}", err=True)
            signed = any(file.path.endswith(".dsse") for file in each.signatures) and not unsigned
            if signed and status_of(each, at or datetime.now(UTC), others).state == "draft":
                _say_it_is_the_folder()
        if any(finding.severity == "error" for finding in findings):
            worst = 1
    sys.exit(worst)


def _show_worth(
    agreement: Agreement, others: Sequence[Agreement], at: Instant | None, unsigned: bool, json_: bool
) -> None:
    """Show of each clause, and of the fields in which it differs, whether it is enforced, evidenced or declared."""
    from comity.agreements.clauses.force import force_of, forces
    from comity.agreements.rules.rule import View

    words = {"enforced": _("enforced"), "evidenced": _("evidenced"), "declared": _("declared")}
    for clause in View(agreement, others, at=at, unsigned=unsigned).clauses:
        whole, kind = force_of(clause), type(clause).clause_kind
        other = {field: force for field, force in forces(clause).items() if force != whole}
        if json_:
            print_json(
                {
                    "agreement": agreement.id,
                    "ref": str(clause.ref),
                    "clause": kind,
                    "force": whole,
                    "fields": other,
                    "file": clause.path,
                    "line": clause.line,
                }
            )
            continue
        fields = ", ".join(f"{field} {words[force]}" for field, force in other.items())
        click.echo(f"{clause.ref}  {kind}: {words[whole]}{f' ({fields})' if fields else ''}")


def _finding_line(finding: "Finding") -> str:
    """Give a finding as people read it, in their language."""
    place = (
        f"{finding.file}:{finding.line}: " if finding.line else f"{finding.file}: " if finding.file else ""
    )
    cited = f"{finding.ref}: " if finding.ref else ""
    return f"{place}{said(finding.severity)} {finding.id}: {cited}{said(finding.message)}"


def _finding_fields(agreement_id: str, finding: "Finding") -> dict[str, Any]:
    return {
        "agreement": agreement_id,
        "id": finding.id,
        "severity": finding.severity,
        "ref": str(finding.ref) if finding.ref else None,
        "file": finding.file,
        "line": finding.line,
        "message": finding.message,
        "reason": finding.reason,
        "source": finding.source,
    }


@agreement.command("status")
@folders
@click.option("--at", type=INSTANT, default=None, help="The day or time asked about; now by default.")
@taken_as_signed
@click.option("--known", type=INSTANT, default=None, help="Leave out what was received after this time.")
@click.option(
    "--explain",
    "explained",
    is_flag=True,
    help="With --json: pairs of Parties, zone, what has no effect, too.",
)
@as_json
def status(
    folders: tuple[Path, ...],
    at: Instant | None,
    unsigned: bool,
    known: Instant | None,
    explained: bool,
    json_: bool,
) -> None:
    """Tell the state of each agreement on a day, and what changes it next."""
    from comity.agreements.status import status as status_of

    agreements = read_all(folders)
    instant = at or datetime.now(UTC)
    for each in agreements:
        others = [other for other in agreements if other.id != each.id]
        found = status_of(each, instant, others, unsigned=unsigned, known_at=known)
        shown = found.to_json()
        if json_:
            print_json(shown if explained else {name: shown[name] for name in _STATUS})
            continue
        click.echo(f"{each.id}: {said(shown['state'])}")
        for line in _status_lines(shown):
            click.echo(f"  {line}")
        if shown["state"] == "draft":
            _say_it_is_the_folder()


def _say_it_is_the_folder() -> None:
    """Tell that signatures others have sent lie in the node, not in the folder one works in."""
    click.echo("  " + _("this is what the folder holds; a node may hold more signatures"), err=True)
    click.echo(
        "  " + _("next: {hint}", hint="comity agreement list, comity agreement copy AGREEMENT FOLDER"),
        err=True,
    )


def _status_lines(shown: Mapping[str, Any]) -> Iterator[str]:
    if shown["since"]:
        yield _("since {at}", at=shown["since"])
    if shown["until"]:
        yield _("until {at}", at=shown["until"])
    if shown["notice_deadline"]:
        yield _("last day for notice {day}", day=shown["notice_deadline"])
    if shown["next"]:
        yield _("next: {event} at {at}", event=said(shown["next"]["event"]), at=shown["next"]["at"])
    if shown["grounds"]:
        yield _("by {grounds}", grounds=", ".join(shown["grounds"]))
    else:
        yield _("by nothing yet")
    for line in shown["without_effect"]:
        yield _("without effect: {line}", line=said(line))


@agreement.command("timeline")
@folders
@click.option("--until", type=INSTANT, default=None, help="How far to look; ten years from now by default.")
@taken_as_signed
@as_json
def timeline(folders: tuple[Path, ...], until: Instant | None, unsigned: bool, json_: bool) -> None:
    """Tell an agreement's life, stretch by stretch: its states, from when to when, and by what."""
    from comity.agreements.status import timeline as timeline_of

    agreements = read_all(folders)
    horizon = until or datetime.now(UTC) + timedelta(days=3653)
    for each in agreements:
        others = [other for other in agreements if other.id != each.id]
        zone = each.term.zone if each.term else "UTC"
        shown = [
            _stretch_fields(each.id, stretch, zone)
            for stretch in timeline_of(each, others, until=horizon, unsigned=unsigned)
        ]
        if json_:
            print_json_lines(shown)
            continue
        click.echo(f"{each.id}  {each.title}")
        for row in shown:
            since = row["since"] or _("from the beginning")
            until_ = row["until"] or _("no end")
            click.echo(f"  {since} – {until_}  {said(row['state'])}  [{', '.join(row['grounds'])}]")


def _stretch_fields(agreement_id: str, stretch: "Stretch", zone: str) -> dict[str, Any]:
    from comity.agreements.status import in_zone

    return {
        "agreement": agreement_id,
        "state": stretch.condition.state,
        "event": stretch.condition.event,
        "since": in_zone(stretch.since, zone) if stretch.since else None,
        "until": in_zone(stretch.until, zone) if stretch.until else None,
        "grounds": [str(ground) for ground in stretch.condition.grounds],
    }


@agreement.command("diff")
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@at_then
@taken_as_signed
@as_json
def diff(before: Path, after: Path, at: Instant | None, unsigned: bool, json_: bool) -> None:
    """Tell in legal words what AFTER changes in BEFORE. Exit code 1 if they differ.

    Compared are the base texts as they are written; with --at, what is in force then.
    """
    from comity.agreements.comparison import compare, summary

    changes = compare(read_folder(before), read_folder(after), at, unsigned=unsigned)
    if json_:
        print_json_lines(
            {
                "kind": change.kind,
                "clause": change.clause,
                "said": change.said,
                "before": str(change.before) if change.before else None,
                "after": str(change.after) if change.after else None,
            }
            for change in changes
        )
    else:
        click.echo(said(summary(changes)))
        for change in changes:
            click.echo(f"  {said(change.said)}")
    sys.exit(1 if changes else 0)


@agreement.command("leaks")
@folders
@at_then
@taken_as_signed
@as_json
def leaks(folders: tuple[Path, ...], at: Instant | None, unsigned: bool, json_: bool) -> None:
    """Find every path by which what one Party gives could reach another without its word, or prove there is none.

    Texts are searched as they are written, drafts too; with --at, those in force then.

    Exit code 1 if there is a path.
    """
    from comity.agreements.leaks import find_leaks

    agreements = read_all(folders)
    found = find_leaks(agreements) if at is None else _leaks_at(agreements, at, unsigned)
    if json_:
        print_json(
            {
                "proven": found.proven,
                "leaks": [
                    {
                        "origin": leak.origin,
                        "to": leak.to,
                        "category": leak.category,
                        "kind": leak.kind,
                        "path": [
                            {"from": step.from_, "to": step.to, "ref": str(step.ref)} for step in leak.path
                        ],
                        "because": leak.because,
                        "asks": list(leak.asks),
                    }
                    for leak in found.leaks
                ],
                "bounds": [
                    {
                        "origin": bound.origin,
                        "agreement": bound.agreement,
                        "kind": bound.kind,
                        "ref": str(bound.ref),
                    }
                    for bound in found.bounds
                ],
                "openings": [
                    {"agreement": each.agreement, "ref": str(each.ref), "said": each.said}
                    for each in found.openings
                ],
            }
        )
    else:
        _print_leaks(found)
    sys.exit(0 if found.proven else 1)


def _leaks_at(agreements: Sequence[Agreement], at: Instant, unsigned: bool) -> "Leaks":
    from comity.agreements.governing import standing_at
    from comity.agreements.leaks import find_leaks

    in_force = {
        each: standing
        for each in agreements
        if (
            standing := standing_at(
                each, [other for other in agreements if other.id != each.id], at, unsigned=unsigned
            )
        )
        is not None
    }
    clauses = frozenset().union(*in_force.values())
    return find_leaks(in_force, keep=lambda clause: id(clause) in clauses)


def _print_leaks(found: "Leaks") -> None:
    for leak in found.leaks:
        click.echo(said(str(leak)))
    for opening in found.openings:
        click.echo(f"{opening.ref}: {said(opening.said)}")
    if found.proven:
        click.echo(_("no path: what each Party gives is bound by its own word"))
        for bound in dict.fromkeys((bound.origin, str(bound.ref)) for bound in found.bounds):
            click.echo(f"  {bound[0]}: {bound[1]}")
