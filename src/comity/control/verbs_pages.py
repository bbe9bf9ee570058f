"""Verbs that pages need beside those of the command: searching, weighing, reading a text with its clauses, peers."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from comity.agreements.agreement import Agreement, Text
from comity.agreements.clauses import Clause
from comity.agreements.clauses.printing import print_clause
from comity.agreements.coherence import lint
from comity.agreements.status import status_in, timeline
from comity.agreements.stretches import Stretch
from comity.agreements.terms import Terms
from comity.clock import format_instant
from comity.control.days import day_or_instant
from comity.control.paging import check_limit
from comity.control.verb import Desk, verb
from comity.control.verbs_items import decision_fields, item_fields
from comity.errors import BadInput, NotFound
from comity.node.find_entries import find_entries
from comity.node.weigh import Sketch, partners, weigh
from comity.ports import Transaction

#: How far ahead an agreement's life is shown.
_AHEAD = timedelta(days=3653)
#: Kinds of entry that are looked for at once.
_MOST_KINDS = 200


@verb("item-find")
def item_find(
    desk: Desk,
    words: str = "",
    originator: str = "",
    category: str = "",
    marking: str = "",
    state: str = "",
    since: str = "",
    until: str = "",
    before: int = 0,
    limit: int = 50,
) -> dict[str, Any]:
    """Find items by words of their title, Party, category, marking, state and day; newest first, page by page."""
    check_limit(limit)
    rows = desk.read(
        lambda transaction: transaction.find_items(
            words=words,
            originator=originator,
            category=category,
            marking=marking,
            state=state,
            since=day_or_instant("since", since),
            until=day_or_instant("until", until),
            before=before,
            limit=limit + 1,
        )
    )
    shown = rows[:limit]
    return {
        "items": [item_fields(row) for _, row in shown],
        "before": shown[-1][0] if len(rows) > limit else None,
    }


@verb("share-verdict")
def share_verdict(
    desk: Desk,
    to: str,
    purpose: str,
    item: str = "",
    category: str = "",
    marking: str = "",
    kind: str = "information",
    made_from: tuple[str, ...] = (),
    under: str = "",
    carrier: str = "",
    judicial: bool = False,
) -> dict[str, Any]:
    """Tell what the gate would say, of an item that is held or of one that is only being written."""
    sketch = None if item else Sketch(category=category, marking=marking, kind=kind, made_from=made_from)
    decision = desk.act(
        lambda node, transaction: weigh(
            node,
            transaction,
            to=to,
            purpose=purpose,
            item=item,
            sketch=sketch,
            under=under,
            carrier=carrier,
            judicial=judicial,
        )
    )
    return decision_fields(decision)


@verb("necessity-verdict")
def necessity_verdict(desk: Desk, item: str, to: str, purpose: str, under: str = "") -> dict[str, Any]:
    """Tell what the gate would say of an item if two officers invoked necessity. Nothing is entered or sent."""
    decision = desk.act(
        lambda node, transaction: weigh(
            node,
            transaction,
            to=to,
            purpose=purpose,
            item=item,
            under=under,
            approved_by=("the first officer", "the second officer"),
        )
    )
    return decision_fields(decision)


@verb("share-choices")
def share_choices(desk: Desk) -> dict[str, Any]:
    """Give what can be chosen from in the agreements in force now: Parties, purposes, categories, own offices, and the
    words by which articles call what is done in a matter, by field.
    """

    def work(node: Any, transaction: Transaction) -> dict[str, Any]:
        at = node.now(transaction)
        knowledge = node.know(transaction)
        purposes: set[str] = set()
        categories: set[str] = set()
        words: dict[str, set[str]] = {}
        found = partners(node, transaction, at)
        agreements: dict[str, list[str]] = {party: [] for party in found}
        for party in found:
            for name, line in knowledge.timelines.items():
                terms = line.at(at, node.party, party)
                if not terms.permits:
                    continue
                agreements[party].append(name)
                for field, said in _words_of(terms, node.party):
                    words.setdefault(field, set()).update(said)
                for clause in terms.exchange:
                    purposes.update(clause.purposes or ())
                    categories.add(clause.category)
        return {
            "parties": [{"party": party, "agreements": agreements[party]} for party in found],
            "purposes": sorted(purposes),
            "categories": sorted(categories - {"*"}),
            "offices": sorted(words.get("office", set()) | words.get("ours", set())),
            "words": {field: sorted(said) for field, said in words.items() if field != "ours"},
        }

    found: dict[str, Any] = desk.act(work)
    return found


def _words_of(terms: Terms, party: str) -> Iterator[tuple[str, Iterable[str]]]:
    """Give the words of articles that are said in matters, each with the field it is said in; `ours`: own missions."""
    yield "office", (each.id for each in terms.offices.values() if each.party == party)
    yield "with", (each.id for each in terms.offices.values() if each.party != party)
    yield "ours", (name for name, each in terms.missions.items() if each.of == party)
    yield "mission", terms.missions
    yield "meeting", (each.kind for each in terms.meeting)
    yield "level", (level for each in terms.meeting for level in each.levels)
    yield "thing", (kind for each in terms.delivery for kind in each.kinds)
    yield "material", (kind for each in terms.materials for kind in each.kinds)
    yield "passage", (kind for each in terms.passage for kind in each.kinds)
    yield "quota", (each.name for each in terms.quota)


@verb("agreement-read")
def agreement_read(desk: Desk, agreement: str, language: str = "") -> dict[str, Any]:
    """Give an agreement as people read it: articles with their clauses, what governs, its life, what lint finds.

    `language` chooses among the languages of its texts; the decisive one otherwise.
    """

    def work(node: Any, transaction: Transaction) -> dict[str, Any]:
        knowledge = node.know(transaction)
        found = knowledge.agreements.get(agreement)
        if found is None:
            raise NotFound(f"no agreement `{agreement[:80]}` is held here", hint="comity agreement list")
        others = [each for each in knowledge.agreements.values() if each.id != agreement]
        now = node.clock.now()
        text = found.texts.get(language) or found.texts[found.decisive]
        return {
            "id": found.id,
            "title": text.title,
            "parties": list(found.named),
            "digest": found.digest,
            "languages": [{"tag": tag, "authentic": each.authentic} for tag, each in found.texts.items()],
            "language": text.language,
            "decisive": found.decisive,
            "status": status_in(knowledge.timelines[found.id], now).to_json(),
            "timeline": [_stretch(each) for each in timeline(found, others, until=now + _AHEAD)],
            "articles": _articles(found, text, _counts(transaction, found.id)),
            "findings": [
                {
                    "id": each.id,
                    "severity": each.severity,
                    "ref": str(each.ref) if each.ref else None,
                    "message": each.message,
                }
                for each in lint(found, others)
            ],
        }

    shown: dict[str, Any] = desk.act(work)
    return shown


@verb("peer-list")
def peer_list(desk: Desk) -> list[dict[str, Any]]:
    """List the Parties known here: card, keys' end, what is owed, how far both journals are witnessed."""

    def work(node: Any, transaction: Transaction) -> list[dict[str, Any]]:
        knowledge = node.know(transaction)
        backlog = transaction.backlog()
        stopped = {row.peer: row.stopped for row in transaction.channels_stopped()}
        found = []
        for party in sorted(knowledge.correspondents()):
            card = knowledge.cards.newest(party)
            ours, theirs = transaction.kept_head(party, ours=True), transaction.kept_head(party, ours=False)
            found.append(
                {
                    "party": party,
                    "card_version": card.card.version if card else None,
                    "root": card.root_fingerprint if card else None,
                    "card_ends": format_instant(card.card.expires) if card else None,
                    "endpoints": list(card.card.endpoints) if card else [],
                    "agreements": sorted(
                        name for name, each in knowledge.agreements.items() if party in each.named
                    ),
                    "owed": backlog.get(party, 0),
                    "stopped": stopped.get(party),
                    "witnessed_by_them": ours.size if ours else 0,
                    "witnessed_by_us": theirs.size if theirs else 0,
                    "last_witnessed": format_instant(ours.at) if ours else None,
                }
            )
        return found

    found: list[dict[str, Any]] = desk.act(work)
    return found


@verb("journal-page")
def journal_page(
    desk: Desk,
    channel: str = "",
    kinds: tuple[str, ...] = (),
    since: str = "",
    until: str = "",
    before: int = 0,
    limit: int = 50,
) -> dict[str, Any]:
    """List entries of the journal, newest first, page by page; of one peer's channel, of some kinds, of some days.

    Entries of a channel carry its numbers, save where kinds are named: then, as everywhere else, the node's.
    """
    check_limit(limit)
    if len(kinds) > _MOST_KINDS:
        raise BadInput(f"at most {_MOST_KINDS} kinds are looked for at once")

    def read(transaction: Transaction) -> dict[str, Any]:
        kept = transaction.kept_head(channel, ours=True) if channel else None
        found = find_entries(
            transaction,
            channel=channel,
            kinds=kinds,
            since=day_or_instant("since", since),
            until=day_or_instant("until", until),
            before=before,
            limit=limit,
        )
        return {
            "size": transaction.head(channel).size,
            "witnessed": kept.size if kept else 0,
            "entries": [
                {
                    "number": row.channel_number if channel and not kinds else row.number,
                    "channel": row.channel,
                    "channel_number": row.channel_number,
                    "at": format_instant(row.at),
                    "kind": row.kind,
                    "act": row.act,
                }
                for row in found.rows
            ],
            "before": found.before,
        }

    found: dict[str, Any] = desk.read(read)
    return found


def _stretch(stretch: Stretch) -> dict[str, Any]:
    return {
        "state": stretch.condition.state,
        "since": format_instant(stretch.since) if stretch.since else None,
        "until": format_instant(stretch.until) if stretch.until else None,
        "grounds": [str(each) for each in stretch.condition.grounds],
    }


def _articles(agreement: Agreement, text: Text, counts: dict[str, dict[str, int]]) -> list[dict[str, Any]]:
    shown = []
    for article in text.articles:
        ref = f"{agreement.id} art. {article.number}"
        clauses = [each for each in agreement.clauses if each.ref.article == article.number]
        mine = {name: sum(n for key, n in of.items() if _stands_in(key, ref)) for name, of in counts.items()}
        shown.append(
            {
                "number": article.number,
                "heading": article.heading,
                "text": article.text,
                "clauses": [
                    {"kind": each.clause_kind, "force": each.force, "toml": print_clause(each)}
                    for each in clauses
                ],
                "force": _force(clauses),
                **mine,
            }
        )
    return shown


def _stands_in(ref: str, article: str) -> bool:
    return ref == article or ref.startswith(f"{article}(")


def _force(clauses: list[Clause]) -> str:
    for force in ("enforced", "evidenced", "declared"):
        if any(each.force == force for each in clauses):
            return force
    return ""


def _counts(transaction: Transaction, agreement: str) -> dict[str, dict[str, int]]:
    """Give how often each article allowed and stopped something."""
    counts: dict[str, dict[str, int]] = {"allowed": {}, "stopped": {}}
    for ref, outcome, count in transaction.article_counts(agreement):
        counts[outcome][ref] = count
    return counts
