"""`comity verify`: check a file of evidence with nothing else at hand: no node, no network, no home."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from comity.cli.command import command
from comity.cli.options import as_json, print_json
from comity.clock import format_instant
from comity.errors import BadInput, ForeignInput, VerificationFailed
from comity.languages import _, said

if TYPE_CHECKING:
    from comity.federation.closing_file import ClosingReport
    from comity.federation.equivocation_file import EquivocationReport
    from comity.federation.evidence_file import EvidenceReport
    from comity.federation.overseer_file import OverseerReport

_PIN = re.compile(r"([^=\s]+)=((?:ed25519|root):[0-9a-f]{64})\Z")


class _NoEvidence(Exception):
    """What was given does not begin as any such file does."""


@command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--root",
    "roots",
    multiple=True,
    metavar="PARTY=FINGERPRINT",
    help="The root of PARTY as the agreement pins it; any number.",
)
@as_json
def verify(file: Path, roots: tuple[str, ...], json_: bool) -> None:
    """Check FILE, made by `comity journal export`, and say what it proves. Exit code 6 if anything does not hold.

    What it proves is worth what the roots are that it hangs from: they are printed, and --root pins them.
    """
    from comity.federation.evidence_file import MAX_BYTES

    pinned = _pins(roots)
    if file.stat().st_size > MAX_BYTES:
        raise VerificationFailed(f"{file}: larger than such a file may be ({MAX_BYTES} bytes)")
    try:
        kind, report = _verify(file.read_bytes(), pinned)
    except _NoEvidence:
        raise VerificationFailed(
            f"{file}: not a file of evidence", hint="comity journal export makes them"
        ) from None
    except ForeignInput as error:
        raise VerificationFailed(f"{file}: {'; '.join(error.mistakes)}") from None
    except BadInput as error:
        raise VerificationFailed(f"{file}: {error.message}") from None
    except VerificationFailed as error:
        raise VerificationFailed(f"{file}: {error.message}") from None
    if json_:
        print_json({"ok": True, "file": kind, **msgspec.to_builtins(report, enc_hook=str)})
        return
    _PRINT[kind](report)
    _print_roots(report.roots, pinned)


def _verify(data: bytes, roots: Mapping[str, str]) -> tuple[str, Any]:
    """Find which kind of file it is by how it begins, and check it."""
    from comity.federation import closing_file, equivocation_file, evidence_file, overseer_file

    if data.startswith(b'{"comity":"closing"'):
        return "closing", closing_file.verify_closing(closing_file.read_closing(data), roots)

    if data.startswith(b'{"comity":"equivocation"'):
        two = equivocation_file.read_equivocation(data)
        return "equivocation", equivocation_file.verify_equivocation(two, roots)
    if data.startswith(b'{"comity":"evidence"'):
        return "evidence", evidence_file.verify_evidence(evidence_file.read_evidence(data), roots)
    if not data.startswith(b'{"payload'):
        raise _NoEvidence
    return "overseer", overseer_file.verify_overseer(data, roots)


def _pins(roots: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    mistakes: list[str] = []
    for each in roots:
        match = _PIN.match(each)
        if match is None:
            mistakes.append(
                _("--root `{value}` is not PARTY=ed25519:… (or root:…) with 64 digits", value=each[:120])
            )
        else:
            found[match[1]] = match[2]
    if mistakes:
        raise BadInput(*mistakes)
    return found


def _print_evidence(report: "EvidenceReport") -> None:
    found = report.disclosed
    if found is not None:
        click.echo(
            _(
                "{holder} disclosed item {item} to {to} at {at}",
                holder=found.holder,
                item=found.item,
                to=found.to,
                at=found.at,
            )
        )
        click.echo(
            "  "
            + _(
                "{category}, {marking}, of {originator}, for {purpose}",
                category=found.category,
                marking=found.marking,
                originator=found.originator,
                purpose=found.purpose,
            )
        )
        click.echo(
            "  "
            + _(
                "under {agreement}, text {agreement_digest}",
                agreement=found.agreement,
                agreement_digest=found.agreement_digest,
            )
        )
        click.echo("  " + _("hands: {parties}", parties=" → ".join(found.hands)))
        for source in found.sources:
            click.echo("  " + _("made from {source}", source=source))
    else:
        click.echo(
            _(
                "{by} entered {kind} with {channel} at {at}",
                by=report.by,
                kind=said(report.kind),
                channel=report.channel,
                at=format_instant(report.at),
            )
        )
        if report.said:
            click.echo(f"  {report.said}")
        if report.asked is not None:
            asked = _(
                "asked: may {holder} pass item {item} to {to} for {purpose}?",
                holder=report.asked.holder,
                item=report.asked.disclose,
                to=report.asked.to,
                purpose=report.asked.purpose,
            )
            click.echo(f"  {asked}")
    if report.outcome:
        click.echo(_("decided: {outcome}", outcome=said(report.outcome)))
        for ref, text in report.grounds:
            click.echo(f"  {ref}  {' '.join(text.split())}")
    if found is not None:
        for consent in found.consents:
            what = _("item {item}", item=consent.item) if consent.item else _("a class of items")
            click.echo(
                _(
                    "consent of {by}: {holder} may pass {what} to {to}, {begin} to {end}",
                    by=consent.by,
                    holder=consent.holder,
                    what=what,
                    to=consent.to,
                    begin=consent.from_,
                    end=consent.until,
                )
            )
        if not found.consents:
            click.echo(_("no consents"))
        if found.necessity:
            click.echo(_("passed on in imminent danger; everyone upstream was told"))
    if report.receipted is not None:
        state, at = report.receipted
        click.echo(
            _(
                "{channel} signed a receipt at {at}: {state}",
                channel=report.channel,
                at=format_instant(at),
                state=said(state),
            )
        )
    click.echo(
        _(
            "entry {number} of {by} with {channel}: {act}",
            number=report.number,
            by=report.by,
            channel=report.channel,
            act=report.act,
        )
    )
    click.echo(
        "  "
        + _(
            "in the checkpoint of {entries} entries with the root {root}",
            entries=report.entries,
            root=report.root,
        )
    )
    for name, at in report.cosigned:
        click.echo("  " + _("cosigned by {name} at {at}", name=name, at=format_instant(at)))


def _print_equivocation(report: "EquivocationReport") -> None:
    click.echo(
        _(
            "{by} signed two roots for the {entries} entries of {origin}",
            by=report.by,
            entries=report.entries,
            origin=report.origin,
        )
    )
    for root in report.signed:
        click.echo(f"  {root}")


def _print_overseer(report: "OverseerReport") -> None:
    span = _(
        "{by} to {body}: {begin} to {end}",
        by=report.by,
        body=report.body,
        begin=report.from_,
        end=report.until,
    )
    click.echo(span)
    for mandate in report.mandates:
        click.echo("  " + _("by {grounds}", grounds=mandate))
    for peer, counts in report.counts.items():
        proven = _("every entry is here") if peer in report.complete else _("as {by} says", by=report.by)
        click.echo(
            _(
                "with {peer}: {count} entries ({proven})",
                peer=peer,
                count=sum(counts.values()),
                proven=proven,
            )
        )
        for kind, count in sorted(counts.items()):
            click.echo(f"  {kind}: {count}")
        for outcome, count in sorted(report.decisions[peer].items()):
            click.echo("  " + _("decided {outcome}: {count}", outcome=said(outcome), count=count))
        for witness in report.cosigned[peer]:
            click.echo("  " + _("checkpoint cosigned by {witness}", witness=witness))
    click.echo(_("{samples} disclosures shown whole", samples=report.samples))


def _print_closing(report: "ClosingReport") -> None:
    one, other = report.parties
    click.echo(
        _(
            "{agreement} is closed between {one} and {other}: {event}",
            agreement=report.agreement,
            one=one,
            other=other,
            event=said(report.event.replace("-", " ")),
        )
    )
    for party, at in report.signed:
        click.echo("  " + _("signed by {party} at {at}", party=party, at=at))
    for each in report.tallies:
        click.echo(
            _(
                "from {giver} to {holder}: {returned} returned, {destroyed} destroyed, {retained} retained",
                giver=each.giver,
                holder=each.holder,
                returned=each.returned,
                destroyed=each.destroyed,
                retained=each.retained,
            )
        )
    for item in report.retained:
        told = f"{item.ground}: {item.because}" if item.because else item.ground
        click.echo("  " + _("retained {item}: {ground}", item=item.item, ground=told))


def _print_roots(roots: Mapping[str, str], pinned: Mapping[str, str]) -> None:
    click.echo(_("all of it hangs from these roots:"))
    for party, root in sorted(roots.items()):
        known = "  " + _("as given with --root") if party in pinned else ""
        click.echo(f"  {party} {root}{known}")


_PRINT: Mapping[str, Callable[[Any], None]] = {
    "evidence": _print_evidence,
    "equivocation": _print_equivocation,
    "overseer": _print_overseer,
    "closing": _print_closing,
}
