"""An agreement as a PDF ready to sign: every authentic text whole, its terms included, and a page for the signatures.

The clauses stand under their articles in small type, because they are part of what is signed. The last page names each
Party with those who have full powers for it, the SHA-256 of every text and the digest that signatures cover, so that
ink and key sign one and the same thing. A text that cannot be signed yet says so at the head of every page.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from comity.agreements.agreement import Agreement, Text
from comity.agreements.signatures import TEXT, check_signatures
from comity.clock import Instant, format_instant
from comity.errors import NotFound
from comity.interop.typesetting import body_of, heading, quoted, typeset
from comity.languages import TAGS, _, speaking

__all__ = ["agreement_pdf", "document_pdf"]


def agreement_pdf(
    agreement: Agreement,
    files: Mapping[str, bytes],
    at: Instant,
    *,
    language: str | None = None,
    fonts: Sequence[Path] = (),
) -> bytes:
    """Set an agreement with its signature pages.

    Args:
        files: the folder the agreement was read from.
        at: the date written into the file.
        language: one text only; by default every authentic text, the decisive one first.
        fonts: folders with more fonts.

    Raises:
        NotFound: there is no text in that language.
        RefusedHere: a character has no font here.
    """
    if language is not None and language not in agreement.texts:
        raise NotFound(f"{agreement.id} has no text in `{language[:20]}`", hint=", ".join(agreement.texts))
    tags = [language] if language else _in_order(agreement)
    parts = [_part(agreement, agreement.texts[tag], files) for tag in tags]
    document = "#pagebreak()\n".join(parts)
    return typeset(document, title=agreement.title, language=tags[0], at=at, fonts=fonts)


def document_pdf(markdown: str, at: Instant, *, title: str, fonts: Sequence[Path] = ()) -> bytes:
    """Set a short document, such as a notice to an authority."""
    return typeset(body_of(markdown), title=title, language="en", at=at, fonts=fonts)


def _in_order(agreement: Agreement) -> list[str]:
    held = [tag for tag in agreement.languages if tag in agreement.texts]
    return sorted(held, key=lambda tag: tag != agreement.decisive)


def _part(agreement: Agreement, text: Text, files: Mapping[str, bytes]) -> str:
    """Give one language text with its signature page, in that language where Comity speaks it."""
    with speaking(text.language if text.language in TAGS else "en"):
        body = body_of(_without_front_matter(files[text.path].decode()))
        return f"{_page(agreement, text)}{body}#pagebreak()\n{_signatures(agreement, text)}"


def _page(agreement: Agreement, text: Text) -> str:
    draft = _("draft: not ready to sign") if _is_draft(agreement) else ""
    head = " · ".join(each for each in (agreement.id, text.language, draft) if each)
    foot = f"{agreement.digest[:16]}… · "
    return (
        f"#set text(lang: {quoted(text.language[:2])})\n"
        f"#set page(header: text(size: 8pt, fill: luma(90), {quoted(head)}), "
        f"footer: context align(center, text(size: 8pt, fill: luma(90), {quoted(foot)} + "
        'counter(page).display("1 / 1", both: true))))\n'
    )


def _is_draft(agreement: Agreement) -> bool:
    return bool(agreement.differences) or any(not each.root for each in agreement.party_clauses.values())


def _signatures(agreement: Agreement, text: Text) -> str:
    parts = [heading(2, _("Signatures"))]
    texts = ", ".join(tag for tag in agreement.languages if tag in agreement.texts)
    tongues = agreement.languages_clause
    if tongues is not None and tongues.decisive:
        done = _(
            "Done in {languages}; the text in {decisive} decides.", languages=texts, decisive=tongues.decisive
        )
    else:
        done = _("Done in {languages}; all texts are equally authentic.", languages=texts)
    parts.append(f"#par[#{quoted(done)};]\n")
    marks = check_signatures(agreement).marks.get(TEXT, ())
    for party, clause in agreement.party_clauses.items():
        name = clause.name.get(text.language) or next(iter(clause.name.values()), party)
        signed = [
            _("signed with the key of {function} at {at}", function=mark.function, at=format_instant(mark.at))
            for mark in marks
            if mark.party == party
        ]
        parts.append(_block(name, party, clause.signs, signed))
    parts.append(heading(2, _("What is signed")))
    rows: list[tuple[str, str]] = [
        (agreement.texts[tag].path, agreement.texts[tag].sha256)
        for tag in agreement.languages
        if tag in agreement.texts
    ]
    rows.append((_("digest of all texts"), agreement.digest))
    rows += [
        (_("root key of {party}", party=party), clause.root or _("not named yet"))
        for party, clause in agreement.party_clauses.items()
    ]
    cells = ", ".join(
        f"text(size: 8pt, {quoted(name)}), text(size: 7pt, raw({quoted(value)}))" for name, value in rows
    )
    parts.append(f"#table(columns: (auto, 1fr), stroke: 0.4pt + luma(170), inset: 5pt, {cells})\n")
    return "".join(parts)


def _block(name: str, party: str, functions: Sequence[str], signed: Sequence[str]) -> str:
    """Give the place where one Party signs."""
    said = _("for {name} ({party})", name=name, party=party)
    lines = [f"#strong({quoted(said)}) #linebreak()\n"]
    if functions:
        lines.append(
            f"#text(size: 9pt, {quoted(_('full powers: {functions}', functions=', '.join(functions)))})\n"
        )
    lines += [f"#linebreak() #text(size: 9pt, {quoted(each)})\n" for each in signed]
    rules = "".join(
        f"[#line(length: 100%, stroke: 0.6pt) #text(size: 8pt, {quoted(label)})], "
        for label in (_("name and function"), _("place and date"), _("signature"))
    )
    return (
        f"#block(breakable: false, above: 1.4em)[{''.join(lines)}#v(11mm)\n"
        f"#grid(columns: (1fr, 1fr, 1fr), gutter: 8mm, {rules})]\n"
    )


def _without_front_matter(markdown: str) -> str:
    if not markdown.startswith("+++"):
        return markdown
    return markdown.partition("\n+++")[2].partition("\n")[2]
