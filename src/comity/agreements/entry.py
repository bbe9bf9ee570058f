"""Entry into force: from when each original Party can be bound, and by what (VCLT art. 24).

Source: specs/agreement.md, "Entry into force".
"""

from collections.abc import Mapping, Sequence

from comity.agreements.acts import Instrument
from comity.agreements.conclusion import Conclusion
from comity.agreements.days import start_of
from comity.clock import Instant
from comity.identifiers import ArticleRef

__all__ = ["Ground", "party_entries"]

#: What a state rests on: an article, a notice (`<id> notice k`), or a rule of treaty law.
Ground = ArticleRef | str


def party_entries(
    conclusion: Conclusion, given: Sequence[Instrument]
) -> Mapping[str, tuple[Instant, Ground]]:
    """Give, for each original Party, the instant from which it can be bound; nothing while that is not known."""
    term, ref, parties = conclusion.term, conclusion.term.ref, conclusion.agreement.parties
    signed, complete = conclusion.signed, conclusion.signed_by_all()
    instruments = {each.by: each for each in reversed(given)}
    if conclusion.assumed is not None and complete is not None:
        return dict.fromkeys(parties, (complete, ref))
    if term.enters_into_force == "each-party":
        return {
            party: (max(signed[party], instruments[party].at), instruments[party].cause)
            for party in parties
            if party in signed and party in instruments
        }
    if complete is None:
        return {}
    if term.enters_into_force == "signature":
        return dict.fromkeys(parties, (complete, ref))
    if term.enters_into_force == "date":
        if term.date is None:
            return {}
        return dict.fromkeys(parties, (max(complete, start_of(term.date, conclusion.zone)), ref))
    if any(party not in instruments for party in parties):
        return {}
    last = max((instruments[party] for party in parties), key=lambda each: each.at)
    return dict.fromkeys(parties, (max(complete, last.at), last.cause))
