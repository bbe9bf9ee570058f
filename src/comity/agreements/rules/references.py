"""Names that lead nowhere: Parties, offices, expense clauses, categories, kinds of clause, paragraphs, other texts."""

from collections.abc import Iterator

from comity.agreements.amendments import beyond_powers
from comity.agreements.clauses import (
    BEARERS,
    KINDS,
    Accession,
    Aid,
    Clause,
    Continuity,
    Delivery,
    Exchange,
    Expense,
    Handling,
    LegalBasis,
    Materials,
    Meeting,
    Mission,
    Notification,
    Office,
    Oversight,
    Protocols,
    Register,
    ThirdParty,
    Training,
    Transport,
)
from comity.agreements.mistakes import did_you_mean
from comity.agreements.rules.rule import Here, View, rule
from comity.identifiers import ArticleRef, category_covers

Found = Iterator[tuple[Here, str]]

_EVALUATED = "a clause that cannot be evaluated denies"


def _parties_named(clause: Clause) -> Iterator[str]:
    """Give every Party a clause names as one of its own."""
    if isinstance(clause, Office):
        yield clause.party
    elif isinstance(clause, Mission):
        yield from (clause.of, clause.at)
    elif isinstance(clause, Exchange) and not isinstance(clause.directions, str):
        yield from (party for pair in clause.directions for party in pair)
    elif isinstance(clause, Oversight | Notification | LegalBasis):
        yield from [clause.of] if clause.of else []
    elif isinstance(clause, Register):
        yield from [clause.host] if clause.host != "each" else []
    elif isinstance(clause, Training):
        yield from [clause.by] if clause.by else []
        yield from [clause.paid_by] if clause.paid_by and clause.paid_by not in BEARERS else []
    elif isinstance(clause, Accession):
        yield from [clause.approval] if clause.approval not in ("unanimous", "majority") else []
    elif isinstance(clause, Meeting):
        consent = clause.needs_consent_of
        yield from [consent] if consent and consent not in ("receiving", "sending") else []
    elif isinstance(clause, Expense):
        for table in (clause.planned, clause.unplanned, clause.invited, clause.items):
            yield from (bearer for bearer in table.values() if bearer not in BEARERS)


@rule("party-unknown", "error", reason=_EVALUATED, source="specs/gate.md, Inputs and outcome")
def _party_unknown(view: View) -> Found:
    for clause in view.clauses:
        for party in dict.fromkeys(_parties_named(clause)):
            if party not in view.parties:
                extra = did_you_mean(party, view.parties)
                yield clause, f"{clause.clause_kind} names `{party}`, which is no Party{extra}"


def _contacts_named(clause: Clause) -> Iterator[str]:
    if isinstance(clause, Office):
        yield from (
            *(clause.with_ or ()),
            *clause.coordinated_with,
            *([clause.through] if clause.through else []),
        )
    elif isinstance(clause, Transport):
        yield from clause.via
    elif isinstance(clause, Continuity):
        yield from clause.through


@rule("office-unknown", "error", reason=_EVALUATED, source="specs/gate.md, Inputs and outcome")
def _office_unknown(view: View) -> Found:
    contacts = {each.id for each in [*view.of(Office), *view.of(Mission)] if each.id} | view.parties
    kinds = {f"kind:{each.kind}" for each in view.of(Office) if each.kind}
    for clause in view.clauses:
        for name in dict.fromkeys(_contacts_named(clause)):
            if name not in contacts and name not in kinds:
                extra = did_you_mean(name, [*contacts, *kinds])
                yield (
                    clause,
                    f"{clause.clause_kind} names `{name}`, which is no office, mission or Party{extra}",
                )


@rule(
    "expense-unknown",
    "error",
    reason="a charge for which no clause speaks is refused",
    source="specs/agreement.md",
)
def _expense_unknown(view: View) -> Found:
    known = [each.id for each in view.of(Expense) if each.id]
    for clause in view.clauses:
        name = None
        if isinstance(clause, Exchange) and clause.charge != "free":
            name = clause.charge
        elif isinstance(clause, Meeting | Mission):
            name = clause.expense
        if name and name not in known:
            extra = did_you_mean(name, known)
            yield clause, f"{clause.clause_kind} names the expense clause `{name}`, which is not there{extra}"


def _defined(view: View) -> list[str]:
    """Give every category that something lets pass."""
    found = [each.category for each in view.of(Exchange)]
    found += [f"aid.{each.kind}" for each in view.of(Aid)]
    found += [f"register.{each.id}" for each in view.of(Register)]
    found += [f"materials.{kind}" for each in view.of(Materials) for kind in each.kinds]
    found += [f"delivery.{kind}" for each in view.of(Delivery) for kind in each.kinds]
    return found


def _meets(pattern: str, category: str) -> bool:
    """Tell whether a pattern and a category as written have anything in common."""
    stem, other = pattern.removesuffix(".*"), category.removesuffix(".*")
    return category_covers(pattern, other) or category_covers(category, stem)


@rule(
    "category-undefined",
    "error",
    reason="a rule on a category that nothing lets pass is meant for another one",
    source="specs/agreement.md, Lint",
)
def _category_undefined(view: View) -> Found:
    defined = _defined(view)
    for clause in view.clauses:
        patterns: tuple[str, ...] = ()
        if isinstance(clause, Handling | Office):
            patterns = clause.categories or ()
        elif isinstance(clause, ThirdParty):
            patterns = tuple(pattern for each in clause.standing for pattern in each.categories)
        for pattern in patterns:
            if pattern != "*" and not any(
                category == "*" or _meets(pattern, category) for category in defined
            ):
                extra = did_you_mean(pattern, defined)
                yield (
                    clause,
                    f"{clause.clause_kind} refers to category `{pattern}`, which no exchange article defines{extra}",
                )


@rule("kind-unknown", "error", reason="it would permit nothing", source="specs/agreement.md, the vocabulary")
def _kind_unknown(view: View) -> Found:
    for clause in view.clauses:
        names: tuple[str, ...] = ()
        if isinstance(clause, Protocols):
            names = clause.may_change or ()
        elif isinstance(clause, Office):
            names = tuple(name for name in clause.may if name != "*")
        elif isinstance(clause, Expense):
            names = (clause.for_,)
        for name in names:
            if name not in KINDS:
                yield clause, f"`{name}` is not a kind of clause{did_you_mean(name, KINDS)}"


@rule(
    "paragraph-absent",
    "warning",
    reason="a ground is cited by a paragraph people cannot find",
    source="specs/agreement.md, The text",
)
def _paragraph_absent(view: View) -> Found:
    for clause in view.clauses:
        ref = clause.ref
        article = view.agreement.article(ref)
        if article is None or not (ref.paragraph or ref.indent):
            continue
        found = next((each for each in article.paragraphs if _same(ref, each.number)), None)
        if ref.paragraph and found is None:
            yield clause, f"the article has no paragraph {ref.paragraph}"
        elif (
            ref.indent
            and (found or article.paragraphs[:1])
            and ref.indent > (found or article.paragraphs[0]).indents
        ):
            yield clause, f"there is no indent {ref.indent}"


def _same(ref: ArticleRef, number: str) -> bool:
    return ArticleRef(ref.agreement, ref.article, ref.paragraph) == ArticleRef(
        ref.agreement, ref.article, number
    )


@rule(
    "text-named-missing", "warning", reason="it denies while that text is not at hand", source="specs/gate.md"
)
def _text_named_missing(view: View) -> Found:
    at_hand = {each.id: each for each in (*view.others, view.agreement)}
    for clause in view.clauses:
        for ref in clause.under:
            other = at_hand.get(ref.agreement)
            if other is None:
                yield clause, f"it depends on `{ref}`, which is not at hand"
            elif other.article(ref) is None:
                yield clause, f"it depends on `{ref}`, an article that text does not have"


@rule(
    "beyond-powers",
    "error",
    reason="such a clause of a protocol has no effect",
    source="specs/agreement.md, Protocols; VCLT art. 39",
)
def _beyond_powers(view: View) -> Found:
    for protocol in view.agreement.protocols:
        yield from beyond_powers(view.agreement, protocol)
