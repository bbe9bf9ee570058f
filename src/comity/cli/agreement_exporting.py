"""`comity agreement export`: an agreement in other people's formats, and on paper. Nothing is read back."""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from comity.agreements.agreement import Agreement
from comity.agreements.folder import parse_agreement, read_files
from comity.cli.agreement import agreement
from comity.cli.options import DAY
from comity.errors import BadInput, NotFound
from comity.languages import _

FORMS = ("odrl", "iep", "labels", "akn", "ics", "pdf", "notice")

#: How many days ahead the calendar looks unless told otherwise.
_AHEAD = 3653


@agreement.command("export")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--form", required=True, type=click.Choice(FORMS), help="The format.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@click.option(
    "--text", "language", default=None, metavar="TAG", help="akn, pdf: the text in this language only."
)
@click.option("--until", type=DAY, default=None, help="ics: how far to look ahead.")
@click.option("--party", default="", metavar="ID", help="notice: the Party that joins or leaves.")
@click.option("--on", type=click.Choice(["joining", "leaving"]), default="joining", help="notice: which.")
@click.option("--effective", type=DAY, default=None, help="notice: from which day.")
@click.option(
    "--fonts",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="pdf: a folder with more fonts; repeat for several.",
)
def export(
    folder: Path,
    form: str,
    out: Path | None,
    language: str | None,
    until: date | None,
    party: str,
    on: str,
    effective: date | None,
    fonts: tuple[Path, ...],
) -> None:
    """Write the agreement in FOLDER as ODRL 2.2 (odrl), FIRST IEP 2.0 (iep), TLP labels (labels), Akoma Ntoso (akn),
    iCalendar (ics), a PDF ready to sign (pdf), or the notice to an authority on joining or leaving (notice: Markdown,
    or PDF where --out ends in .pdf).
    """
    files = read_files(folder)
    read = parse_agreement(files)
    now = datetime.now(UTC)
    if form == "pdf":
        data = _pdf(read, files, out, language, now, fonts)
    elif form == "notice":
        data = _notice(read, party, on, effective or now.date(), out, now, fonts)
    elif form == "akn":
        data = _akoma_ntoso(read, language, now.date())
    elif form == "ics":
        from comity.interop.agreement_calendar import agreement_calendar

        data = agreement_calendar(read, until or now.date() + timedelta(days=_AHEAD), now)
    else:
        data = _policies(read, form)
    if out is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        return
    out.write_bytes(data)
    click.echo(_("{file}: {count} bytes", file=out, count=len(data)), err=True)


def _policies(read: Agreement, form: str) -> bytes:
    from comity.agreements.exports.iep import iep_policies, labels
    from comity.agreements.exports.odrl import odrl_policy

    if form == "labels":
        return "".join(f"{label}\n" for label in labels(read)).encode()
    value: Any = odrl_policy(read) if form == "odrl" else iep_policies(read)
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _akoma_ntoso(read: Agreement, language: str | None, on: date) -> bytes:
    from comity.agreements.exports.akoma_ntoso import akoma_ntoso

    chosen = language or read.decisive
    if chosen not in read.texts:
        raise NotFound(f"{read.id} has no text in `{chosen[:20]}`", hint=", ".join(read.texts))
    return akoma_ntoso(read, chosen, on)


def _pdf(
    read: Agreement,
    files: Mapping[str, bytes],
    out: Path | None,
    language: str | None,
    now: datetime,
    fonts: tuple[Path, ...],
) -> bytes:
    from comity.interop.agreement_pdf import agreement_pdf

    if out is None:
        raise BadInput("a PDF goes into a file: --out FILE")
    return agreement_pdf(read, files, now.replace(microsecond=0), language=language, fonts=fonts)


def _notice(
    read: Agreement,
    party: str,
    on: str,
    effective: date,
    out: Path | None,
    now: datetime,
    fonts: tuple[Path, ...],
) -> bytes:
    from comity.agreements.exports.membership_notice import membership_notice

    if not party:
        raise BadInput("whose notice is it: --party ID", hint=", ".join(read.parties))
    owed = membership_notice(read, party, on, effective)  # type: ignore[arg-type]  # one of the two choices
    markdown = "\n\n---\n\n".join(owed.values())
    if out is None or out.suffix != ".pdf":
        return markdown.encode()
    from comity.interop.agreement_pdf import document_pdf

    return document_pdf(markdown, now.replace(microsecond=0), title=read.title, fonts=fonts)
