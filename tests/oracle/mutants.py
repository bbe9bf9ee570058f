"""Engines with one thing wrong, written by hand: each must be caught by comparison with the oracle.

A mutant says where it cuts, what the source says there and what it says instead; it is made by replacing those words
in the module's source and loading that in the module's place, so that a mutant whose words are no longer there is an
error and not a pass.
"""

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

RULES = "comity.decisions.rules."


@dataclass(frozen=True)
class Mutant:
    """One fault: its name says what the engine would do."""

    name: str
    module: str
    says: str
    instead: str


MUTANTS = (
    Mutant(
        "takes a consent given by anyone",
        "comity.decisions.given",
        "stems = self._classes.get((giver, agreement))",
        "stems = next((s for (_, a), s in self._classes.items() if a == agreement), None)",
    ),
    Mutant(
        "takes a consent revoked",
        "comity.decisions.given",
        "consent.until if revoked is None or revoked > consent.until else revoked",
        "consent.until",
    ),
    Mutant(
        "takes a consent revoked at this very instant",
        "comity.decisions.given",
        "if begins <= at < ends:",
        "if begins <= at <= ends:",
    ),
    Mutant(
        "takes a consent that is over",
        "comity.decisions.given",
        "if begins <= at < ends:",
        "if begins <= at:",
    ),
    Mutant(
        "takes a consent at its end",
        RULES + "consented",
        "<= at < consent.until",
        "<= at <= consent.until",
    ),
    Mutant(
        "takes a consent not yet begun",
        "comity.decisions.given",
        "if begins <= at < ends:",
        "if at < ends:",
    ),
    Mutant(
        "takes a consent for another purpose",
        RULES + "consented",
        "consent.purpose != passing.question.purpose and (named_purpose or consent.purpose is not None)",
        "False",
    ),
    Mutant(
        "takes a consent for any purpose as one that names it",
        RULES + "consented",
        "(named_purpose or consent.purpose is not None)",
        "consent.purpose is not None",
    ),
    Mutant(
        "takes a consent whoever its holder is",
        "comity.decisions.known",
        "self._given.get((holder, to), NOTHING_GIVEN)",
        "next((g for (h, t), g in self._given.items() if t == to), NOTHING_GIVEN)",
    ),
    Mutant(
        "takes a consent whoever its recipient is",
        "comity.decisions.known",
        "self._given.get((holder, to), NOTHING_GIVEN)",
        "next((g for (h, t), g in self._given.items() if h == holder), NOTHING_GIVEN)",
    ),
    Mutant(
        "takes a consent that names item and class",
        "comity.handling.consent",
        "self.item is not None and self.agreement is None and self.category is None",
        "self.item is not None",
    ),
    Mutant(
        "takes a class under any agreement",
        "comity.decisions.given",
        "stems = self._classes.get((giver, agreement))",
        "stems = next((s for (g, _), s in self._classes.items() if g == giver), None)",
    ),
    Mutant(
        "takes a class of any category",
        "comity.decisions.given",
        'for pattern, consent in patterns if pattern == "*"',
        "for pattern, consent in patterns",
    ),
    Mutant(
        "takes a class for the category of the disclosed item",
        RULES + "r07_third_party",
        "leg, onward, holding.category\n",
        "leg, onward, passing.holdings.carried[0].category\n",
    ),
    Mutant(
        "takes a class consent it laid out for any purpose for every purpose",
        "comity.decisions.given",
        "for each in plain if each.purpose is None",
        "for each in plain",
    ),
    Mutant(
        "takes a class consent that wants confirming as one that does not",
        "comity.decisions.given",
        "if each.condition is None and each.fresh is None",
        "if each.condition is None",
    ),
    Mutant(
        "takes a class consent where the article wants it confirmed",
        "comity.decisions.rules.r07_third_party",
        "if fresh is None and classes.stands(purpose, at):",
        "if classes.stands(purpose, at):",
    ),
    Mutant(
        "holds a leg to be clear for whatever comes there",
        "comity.decisions.rules.r07_third_party",
        "        any_item = any_item and not passing.by_item\n        if not",
        "        if not",
    ),
    Mutant(
        "takes one leg for another that ends alike",
        "comity.decisions.routes",
        "legs = self.first if before is None else before.following",
        "legs = self.first",
    ),
    Mutant(
        "takes a consent for any item",
        RULES + "consented",
        "if named in items and passing.holdings.between(named, carrier):\n            yield from items[named]",
        "for consents in items.values():\n            yield from consents",
    ),
    Mutant(
        "takes a consent for an item anywhere in the lineage",
        RULES + "lineage",
        "and carrier.id in self._sources_of(named)",
        "",
    ),
    Mutant(
        "does not take a consent for an item between",
        RULES + "consented",
        "if named in items and passing.holdings.between(named, carrier):",
        "if named in items and named in (carrier.id, passing.question.disclose):",
    ),
    Mutant(
        "takes a consent that should be fresh",
        RULES + "consented",
        "if fresh is not None and not is_fresh",
        "if False and not is_fresh",
    ),
    Mutant(
        "forgets that the giver wanted it fresh",
        RULES + "consented",
        "return consent.fresh is None or is_fresh(consent.confirmed_at, at, consent.fresh)",
        "return True",
    ),
    Mutant(
        "takes an old confirmation",
        RULES + "consented",
        "return at <= wanted.after_instant(confirmed)",
        "return True",
    ),
    Mutant(
        "lets an expired agreement permit",
        RULES + "r02_in_force",
        "return () if between.permits else between.state",
        "return ()",
    ),
    Mutant(
        "judges an agreement as it stands today only",
        RULES + "r07_third_party",
        "bound = today if today.begins <= hop.at <= at else leg.at(hop.at, at)",
        "bound = today if not leg.source.binds_held else leg.at(hop.at, at)",
    ),
    Mutant(
        "lets no protocol reach what is held",
        "comity.decisions.sources",
        "if not self.binds_held:",
        "if True:",
    ),
    Mutant(
        "lets every protocol reach what is held",
        RULES + "r07_third_party",
        "bound = today if today.begins <= hop.at <= at else leg.at(hop.at, at)",
        "bound = today",
    ),
    Mutant(
        "forgets obligations of agreements that have ended",
        RULES + "r07_third_party",
        "    onward = bound.onward\n",
        "    onward = bound.onward if today.permits else None\n",
    ),
    Mutant(
        "looks one level deep",
        RULES + "lineage",
        "            carried.append(source)\n",
        "            carried.append(source) if derived is item else None\n",
    ),
    Mutant(
        "forgets the lineage",
        RULES + "lineage",
        "    if not item.made_from:\n        return holdings",
        "    return holdings",
    ),
    Mutant(
        "forgets the hops of the item itself",
        RULES + "r07_third_party",
        "for holding in passing.holdings.carried:\n        leg",
        "for holding in passing.holdings.carried[1:] or passing.holdings.carried:\n        leg",
    ),
    Mutant(
        "asks the last sender only",
        "comity.decisions.routes",
        'if onward.consent_of == "everyone-upstream":',
        "if False:",
    ),
    Mutant(
        "asks the originator for the sender",
        "comity.decisions.routes",
        'onward.consent_of == "sender"',
        'onward.consent_of == "originator"',
    ),
    Mutant(
        "asks everyone where the sender is enough",
        "comity.decisions.routes",
        'if onward.consent_of == "everyone-upstream":',
        "if True:",
    ),
    Mutant(
        "covers every kind",
        RULES + "r07_third_party",
        "if onward is None or holding.kind not in onward.covers:\n        return\n    if onward.broken",
        "if onward is None:\n        return\n    if onward.broken",
    ),
    Mutant(
        "exempts members always",
        RULES + "exempt",
        "onward.members_exempt and to in today.members",
        "to in today.members",
    ),
    Mutant("exempts members never", RULES + "exempt", "if onward.members_exempt and to", "if False and to"),
    Mutant(
        "exempts a member that joined later",
        RULES + "exempt",
        "return since is None or since <= hop_at",
        "return True",
    ),
    Mutant(
        "exempts members only while the agreement lives",
        RULES + "exempt",
        "if onward.members_exempt and to in",
        "if today.permits and onward.members_exempt and to in",
    ),
    Mutant(
        "exempts every former member",
        RULES + "exempt",
        "to in today.members",
        "to in today.terms.member_since or to in today.members or True",
    ),
    Mutant(
        "lets a standing consent stand for ever",
        RULES + "exempt",
        "(standing.until is None or at < standing.until) and",
        "",
    ),
    Mutant(
        "lets a standing consent stand for anyone",
        RULES + "exempt",
        "if standing.to == to and _names(standing, carrier, at):\n            return True\n    return bool",
        "if _names(standing, carrier, at):\n            return True\n    return bool",
    ),
    Mutant(
        "lets a standing consent stand for any category",
        RULES + "exempt",
        "category_covers(pattern, carrier.category) for pattern in standing.categories",
        "True for pattern in standing.categories",
    ),
    Mutant(
        "lets standing consents outlive their agreement",
        RULES + "exempt",
        "    if not today.permits:\n        return False\n",
        "",
    ),
    Mutant(
        "lets an overseer of the journal see content",
        RULES + "exempt",
        'return "content" in sees or',
        "return True or",
    ),
    Mutant(
        "reads an unreadable third-party clause as none",
        RULES + "r07_third_party",
        "    if onward.broken:\n        passing.refuse(holding.id, onward.ground)\n        return",
        "    if onward.broken:\n        return",
    ),
    Mutant(
        "reads an unreadable exchange clause as good",
        "comity.decisions.layout",
        "for clause, pattern, kinds in exchanges(terms):\n            if not covers",
        "for clause, pattern, kinds in (*exchanges(terms), *exchanges_in(terms.broken)):\n            if not covers",
    ),
    Mutant(
        "reads an unreadable limit as none", RULES + "r08_retention", "against = terms.unkept", "against = ()"
    ),
    Mutant(
        "does not check where custody begins",
        "comity.handling.custody",
        "place = originator\n",
        "place = hops[0].from_ if hops else originator\n",
    ),
    Mutant("does not check where custody ends", "comity.handling.custody", "if place != end:", "if False:"),
    Mutant(
        "does not check the links of custody",
        "comity.handling.custody",
        "if hop.from_ != place:",
        "if False:",
    ),
    Mutant(
        "does not miss a source",
        RULES + "lineage",
        'broken.append((name, f"source `{name}` of `{derived.id}` is not at hand"))',
        "pass",
    ),
    Mutant("does not see a circle", RULES + "lineage", "    if met_again:", "    if False:"),
    Mutant(
        "lets a withdrawn item pass", RULES + "r07_third_party", "if holding.id == disclosed:", "if False:"
    ),
    Mutant(
        "forgets that a source was withdrawn",
        RULES + "r07_third_party",
        "elif disclosed not in known.reviewed:",
        "elif False:",
    ),
    Mutant(
        "lets purposes stay behind",
        RULES + "r07_third_party",
        "if hop.purpose != question.purpose and hop.purpose is not None:\n        purpose",
        "if False:\n        purpose",
    ),
    Mutant(
        "takes any purpose",
        RULES + "r05_purpose",
        "offer.purposes is None or purpose in offer.purposes",
        "True",
    ),
    Mutant("forgets excluded purposes", "comity.decisions.gate", "or purpose in between.excluded", ""),
    Mutant("takes an unstated purpose", "comity.decisions.gate", "or not purpose or", "or"),
    Mutant(
        "takes the other direction",
        "comity.decisions.layout",
        'if directions == "both" or (holder, to) in directions:',
        "if True:",
    ),
    Mutant(
        "takes any kind",
        "comity.decisions.layout",
        "for kind in kinds:\n                    offers[kind]",
        "for kind in KINDS:\n                    offers[kind]",
    ),
    Mutant(
        "takes a marking at any height",
        "comity.decisions.gate",
        "item.marking.level > terms.strictest",
        "False",
    ),
    Mutant(
        "takes a marking one above the limit",
        "comity.decisions.gate",
        "item.marking.level > terms.strictest",
        "item.marking.level > terms.strictest + 1",
    ),
    Mutant(
        "takes the laxest limit", "comity.decisions.layout", "strictest=min(levels", "strictest=max(levels"
    ),
    Mutant(
        "forgets use before a court",
        RULES + "r07_third_party",
        "    if question.judicial:\n        judicial_up",
        "    if False:\n        judicial_up",
    ),
    Mutant(
        "keeps a day longer",
        "comity.decisions.terms",
        "at >= self.end(self.length, received)",
        "at > self.end(self.length, received)",
    ),
    Mutant(
        "keeps for ever",
        "comity.decisions.gate",
        "        if item.hops:\n            once += retained",
        "        if False:\n            once += retained",
    ),
    Mutant(
        "keeps by what the source says of another holder",
        RULES + "r08_retention",
        "if hop.to == holder:",
        "if True:",
    ),
    Mutant(
        "lets need lift without officers",
        RULES + "r10_necessity",
        "if officers(question) < max(_LEAST_OFFICERS, clause.officers):",
        "if False:",
    ),
    Mutant(
        "lets two officers do where three are needed",
        RULES + "r10_necessity",
        "max(_LEAST_OFFICERS, clause.officers):",
        "_LEAST_OFFICERS:",
    ),
    Mutant(
        "lets need lift what the clause does not name",
        RULES + "r10_necessity",
        "if what in lifted(passing.question, today):",
        "if lifted(passing.question, today):",
    ),
    Mutant(
        "lets need lift where nobody invoked it",
        RULES + "r10_necessity",
        "if not question.necessity or clause is None",
        "if clause is None",
    ),
    Mutant(
        "lets need lift under a text that has ended",
        RULES + "r10_necessity",
        "or clause is None or not between.permits:",
        "or clause is None:",
    ),
    Mutant("takes any carrier", RULES + "r09_transport", "carrier in between.carriers and", "True and"),
    Mutant(
        "takes a relay nobody named",
        "comity.decisions.layout",
        'if "relay" in transport.carriers and transport.relays:',
        'if "relay" in transport.carriers:',
    ),
    Mutant(
        "tries agreements the sender did not name",
        "comity.decisions.gate",
        "if question.under is not None and between.agreement != question.under:",
        "if False:",
    ),
    Mutant(
        "takes the first to enter into force",
        "comity.decisions.gate",
        "between.rank > used.rank",
        "between.rank < used.rank",
    ),
    Mutant(
        "gives the grounds of one agreement only",
        "comity.decisions.gate",
        "against.extend(objections)",
        "against[:] = objections",
    ),
    Mutant(
        "asks although it refuses",
        "comity.decisions.gate",
        "        _in_order(set(grounds)),\n        (),\n",
        "        _in_order(set(grounds)),\n        _ask(above) if above else (),\n",
    ),
    Mutant(
        "lets a missing consent outrank a refusal",
        "comity.decisions.gate",
        "if used is not None and not once:",
        "if above is not None and above.owed:\n"
        "        return _needs_consent(question, known, at, holding, tried, above)\n"
        "    if used is not None and not once:",
    ),
    Mutant(
        "carries a consent over any number of hops",
        RULES + "consented",
        "made is not None and made + 2 <= consent.hops",
        "made is not None",
    ),
    Mutant("carries a consent one hop too far", RULES + "consented", "made + 2", "made + 1"),
    Mutant(
        "carries a consent on without counting what was passed on since it was made",
        RULES + "lineage",
        "each + longest",
        "each",
    ),
    Mutant(
        "carries a consent on whoever received",
        RULES + "consented",
        "            and hop.to == consent.to\n",
        "",
    ),
    Mutant(
        "carries a consent without the hop it was given for",
        RULES + "consented",
        "            and _carries(consent, carrier, passing)\n",
        "",
    ),
    Mutant(
        "takes a hop under anyone's agreement",
        "comity.decisions.sources",
        "if found is None and sender in self.ever_parties and to in self.ever_parties:",
        "if found is None:",
    ),
    Mutant(
        "lets an agreement not at hand bind nothing",
        RULES + "r07_third_party",
        "    if terms is None:\n        text",
        "    if terms is None:\n        return\n        text",
    ),
)


@contextmanager
def mutated(mutant: Mutant) -> Iterator[None]:
    """Load the mutant in the place of the module, and everything above it afresh; put all back afterwards.

    Raises:
        AssertionError: the words it replaces do not stand there exactly once.
    """
    source = inspect.getsource(importlib.import_module(mutant.module))
    assert source.count(mutant.says) == 1, (
        f"{mutant.name}: {source.count(mutant.says)} places in {mutant.module}"
    )
    kept = {name: module for name, module in sys.modules.items() if _above(name)}
    try:
        for name in kept:
            del sys.modules[name]
        spec = importlib.util.find_spec(mutant.module)
        module = importlib.util.module_from_spec(spec)
        # The package of the module must be there first, so that the mutant becomes its attribute.
        importlib.import_module(mutant.module.rpartition(".")[0])
        sys.modules[mutant.module] = module
        exec(compile(source.replace(mutant.says, mutant.instead), spec.origin, "exec"), module.__dict__)
        setattr(sys.modules[mutant.module.rpartition(".")[0]], mutant.module.rpartition(".")[2], module)
        yield
    finally:
        for name in [name for name in sys.modules if _above(name)]:
            del sys.modules[name]
        sys.modules.update(kept)
        for name, module in kept.items():
            parent, _, child = name.rpartition(".")
            if parent in sys.modules:
                setattr(sys.modules[parent], child, module)


def _above(name: str) -> bool:
    return name.startswith(("comity.handling", "comity.decisions", "oracle.history"))
