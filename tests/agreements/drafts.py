"""Small agreements for tests: one text with two Parties, its term, and whatever else a test adds."""

from collections.abc import Mapping

from comity.agreements.agreement import Agreement
from comity.agreements.loading import parse_agreement


def text(
    term: str = "signed = 2026-03-01",
    more: str = "",
    *,
    name: str = "north-south-2026",
    parties: tuple[str, ...] = ("north.example", "south.example"),
    language: str = "en",
    party_more: Mapping[str, str] | None = None,
) -> bytes:
    """Write the text of an agreement: art. 1 Parties, art. 2 `more`, art. 3 the term."""
    extra = party_more or {}
    people = "\n".join(
        f'[[party]]\nid = "{each}"\nsigns = ["director"]\n{extra.get(each, "")}' for each in parties
    )
    return f"""+++
comity = 1
id = "{name}"
title = "Arrangement"
language = "{language}"
+++

# Arrangement

## Article 1 — Parties

The Parties.

```toml clause
{people}
```

## Article 2 — Matter

The matter.

```toml clause
{more}
```

## Article 3 — Term

Its term.

```toml clause
[term]
{term}
```
""".encode()


def draft(term: str = "signed = 2026-03-01", more: str = "", **rest: object) -> Agreement:
    """Read such a text with the notices and protocols given as `files`."""
    files = dict(rest.pop("files", {}))  # type: ignore[call-overload]
    return parse_agreement({"agreement.en.md": text(term, more, **rest), **files})  # type: ignore[arg-type]


def notice(kind: str, by: str, dated: str, received: str = "", **fields: str) -> bytes:
    """Write a notice."""
    lines = [f'kind = "{kind}"', f'by = "{by}"', f"dated = {dated}", f"received = {received or dated}"]
    lines += [f"{name.rstrip('_')} = {value}" for name, value in fields.items()]
    return "\n".join(lines).encode() + b"\n"


def protocol(number: int, more: str, *, of: str = "north-south-2026", language: str = "en") -> bytes:
    """Write a protocol of one article."""
    return f"""+++
comity = 1
id = "{of}-protocol-{number}"
title = "Protocol {number}"
language = "{language}"
protocol_of = "{of}"
number = {number}
+++

## Article 1 — Change

The change.

```toml clause
{more}
```
""".encode()
