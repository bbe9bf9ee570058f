"""Small agreements for the simulator: what each says, as a value, and the file that says it.

The value is what the invariants believe; the file is what the nodes read. Both come from one place, so that an
invariant can judge a disclosure without asking the code under test.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

__all__ = ["REGISTERED", "TRIANGLE", "WEB", "Article", "Text", "with_register"]


class Article(msgspec.Struct, frozen=True):
    """One category that may pass, and for which purposes."""

    category: str
    purposes: tuple[str, ...] = ("network-defence", "incident-response")


class Text(msgspec.Struct, frozen=True):
    """A small agreement.

    Attributes:
        id: as it is cited.
        parties: who signs it.
        exchange: articles 2(1), 2(2), …: what may pass.
        consent_of: whose consent its article 3 asks for; None for an agreement without an onward rule.
        members_exempt: whether its Parties are no third parties.
        notice_days: how long a denunciation runs.
        online_days, pouch_days: how old a decision may be on receipt.
        retention_days: how long what was received may be kept.
        further: further articles, as they stand in the file.
        stands_in: what they let pass, where they stand in the place of an exchange article.
        relays: relays that may carry it besides; none unless named.
        queries_per_day: what its register answers a Party on a day; 0 where it has none.
    """

    id: str
    parties: tuple[str, ...]
    exchange: tuple[Article, ...] = (Article("incident"),)
    consent_of: Literal["everyone-upstream", "sender", "originator"] | None = "everyone-upstream"
    members_exempt: bool = True
    notice_days: int = 180
    online_days: int = 1
    pouch_days: int = 30
    retention_days: int = 1096
    further: str = ""
    stands_in: tuple[Article, ...] = ()
    relays: tuple[str, ...] = ()
    queries_per_day: int = 0

    def files(self, roots: Mapping[str, str]) -> dict[str, bytes]:
        """Write the agreement's folder, with the Parties' roots pinned."""
        return {"agreement.en.md": "\n".join(self._lines(roots)).encode()}

    def _lines(self, roots: Mapping[str, str]) -> list[str]:
        lines = [
            "+++",
            "comity = 1",
            f'id = "{self.id}"',
            f'title = "Arrangement {self.id}"',
            'language = "en"',
        ]
        lines += [
            "+++",
            "",
            "## Article 1 — Parties and term",
            "",
            "1. They agree until one of them denounces.",
            "",
        ]
        lines += ["```toml clause"]
        for party in self.parties:
            name = party.partition(".")[0].title()
            lines += ["[[party]]", f'id = "{party}"', f'name.en = "{name}"', f'root = "{roots[party]}"']
            lines += ['signs = ["director"]']
        lines += ["[term]", 'enters_into_force = "signature"', f'notice = "P{self.notice_days}D"']
        lines += ['notice_runs = "from-notice"', 'notice_counts_from = "dated"']
        lines += ["[languages]", 'authentic = ["en"]', "```", "", "## Article 2 — What is shared", ""]
        lines += [f"{number}. They share {each.category}." for number, each in enumerate(self.exchange, 1)]
        lines += ["", "```toml clause"]
        for number, each in enumerate(self.exchange, 1):
            purposes = ", ".join(f'"{purpose}"' for purpose in each.purposes)
            lines += ["[[exchange]]", f'paragraph = "{number}"', f'category = "{each.category}"']
            lines += [f"purposes = [{purposes}]"]
        lines += [
            "```",
            "",
            "## Article 3 — Third parties",
            "",
            "What was given goes on only as said here.",
            "",
        ]
        if self.consent_of is not None:
            exempt = "true" if self.members_exempt else "false"
            lines += ["```toml clause", "[third_party]", f'consent_of = "{self.consent_of}"']
            lines += [f"members_exempt = {exempt}", "```", ""]
        lines += [
            "## Article 4 — Transport and handling",
            "",
            "It travels sealed.",
            "",
            "```toml clause",
            "[transport]",
        ]
        if self.relays:
            named = ", ".join(f'"{relay}"' for relay in self.relays)
            lines += ['carriers = ["https", "pouch", "relay"]', f"relays = [{named}]"]
        else:
            lines += ['carriers = ["https", "pouch"]']
        lines += [f'within = {{ online = "P{self.online_days}D", pouch = "P{self.pouch_days}D" }}']
        lines += [
            "[[handling]]",
            'max_marking = "TLP:AMBER"',
            f'retention = "P{self.retention_days}D"',
            "```",
            "",
            *([self.further] if self.further else []),
        ]
        return lines


#: Three Parties in a row: what North gives South is not East's.
TRIANGLE: tuple[Text, ...] = (
    Text("north-south-2026", ("north.example", "south.example")),
    Text("south-east-2026", ("south.example", "east.example")),
)

#: Five Parties, two-sided agreements of every kind and one of three: with categories that pass for one purpose only,
#: and one that would cover what no agreement can allow.
WEB: tuple[Text, ...] = (
    *TRIANGLE,
    Text("east-west-2026", ("east.example", "west.example"), consent_of="originator"),
    Text(
        "north-west-2026",
        ("north.example", "west.example"),
        exchange=(Article("incident"), Article("persons")),
        consent_of="sender",
        members_exempt=False,
    ),
    Text(
        "league-2026",
        ("south.example", "west.example", "centre.example"),
        exchange=(
            Article("incident.indicators"),
            Article("incident.summaries", ("network-defence",)),
            Article("incident.reports", ("incident-response",)),
        ),
    ),
)

_REGISTER = """## Article 5 — The register

Each keeps its own, and answers the other.

```toml clause
[register]
id = "joint"
host = "each"
schemas = ["Person"]
handling = ["open", "reference", "ask", "silent"]
queries_per_day = {capacity}
core_data_within = "PT48H"
outcome_within = "P14D"
[protection]
purposes_excluded = ["commercial"]
subject_roles = ["sanctioned"]
```
"""


def with_register(text: Text, queries_per_day: int) -> Text:
    """Add an article to a text by which its Parties answer each other's checks, for its first article's purposes."""
    return msgspec.structs.replace(
        text,
        further=_REGISTER.format(capacity=queries_per_day),
        stands_in=(Article("register.joint", text.exchange[0].purposes),),
        queries_per_day=queries_per_day,
    )


#: The same, where the Parties of two agreements keep registers besides.
REGISTERED: tuple[Text, ...] = tuple(
    with_register(text, 3) if text.id in ("north-south-2026", "north-west-2026") else text for text in WEB
)
