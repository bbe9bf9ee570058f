"""What a text of this kind must hold, or had better say: whose word onward, redress, exit, oversight, languages."""

from collections.abc import Iterator

from comity.agreements.clauses import (
    Accession,
    Exchange,
    Handling,
    Languages,
    LegalBasis,
    Necessity,
    Notification,
    Oversight,
    Party,
    Protection,
    Register,
    ThirdParty,
    Transport,
)
from comity.agreements.rules.rule import Here, View, rule

Found = Iterator[tuple[Here, str]]


@rule("too-few-parties", "error", reason="an agreement has at least two Parties", source="VCLT art. 2(1)(a)")
def _too_few_parties(view: View) -> Found:
    if len(view.agreement.parties) < 2:
        yield None, f"{len(view.agreement.parties)} party clauses; an agreement needs two"


@rule(
    "nobody-signs", "error", reason="without full powers nobody can sign for the Party", source="VCLT art. 7"
)
def _nobody_signs(view: View) -> Found:
    for party in view.of(Party):
        if not party.signs:
            yield party, f"{party.id} names no function that signs"


@rule(
    "root-absent",
    "warning",
    reason="a draft may lack roots; every one must stand before signing",
    source="specs/agreement.md, Signing",
)
def _root_absent(view: View) -> Found:
    # A text without any root is a draft, and signing refuses it; one with some was meant to be complete.
    parties = view.of(Party)
    if any(party.root for party in parties):
        for party in parties:
            if party.root is None:
                yield party, f"{party.id} has no root key yet"


@rule(
    "texts-differ",
    "error",
    reason="the agreement cannot be concluded",
    source="VCLT art. 33; specs/agreement.md, Languages",
)
def _texts_differ(view: View) -> Found:
    for said in view.agreement.differences:
        yield None, said
    for protocol in view.agreement.protocols:
        for said in protocol.differences:
            yield None, f"protocol {protocol.number}: {said}"


@rule("authentic-text-missing", "error", reason="every authentic text is signed", source="VCLT art. 10, 33")
def _authentic_text_missing(view: View) -> Found:
    clause = view.first(Languages)
    for tag in view.agreement.languages:
        if tag not in view.agreement.texts:
            yield clause, f"the languages clause names `{tag}`, but there is no agreement.{tag}.md"


@rule("languages-unsaid", "warning", reason="which text decides is left open", source="VCLT art. 33(1)")
def _languages_unsaid(view: View) -> Found:
    if len(view.agreement.texts) > 1 and view.first(Languages) is None:
        yield None, "several language texts and no languages clause; all count as authentic, none decides"


@rule(
    "no-onward-rule",
    "error",
    reason="what was given could go on to anyone",
    source="third-party rule; ISO/IEC 27010; GDPR art. 46; EDPB Guidelines 2/2020",
)
def _no_onward_rule(view: View) -> Found:
    if view.first(ThirdParty) is None:
        yield None, "no third_party clause: nothing is owed to whoever gave"


@rule(
    "nothing-passes",
    "warning",
    reason="without an exchange clause nothing may be disclosed",
    source="specs/gate.md, rule 4",
)
def _nothing_passes(view: View) -> Found:
    if view.first(Exchange) is None:
        yield None, "no exchange clause: nothing passes under this agreement"


def _holds_persons(view: View) -> bool:
    return any("Person" in each.schemas for each in view.of(Register))


@rule(
    "persons-unprotected",
    "error",
    reason="without a protection clause no record about a person may be kept",
    source="LED art. 6, 37; specs/agreement.md",
)
def _persons_unprotected(view: View) -> Found:
    protection = view.first(Protection)
    if not _holds_persons(view):
        return
    clause = view.first(Register)
    if protection is None:
        yield clause, "the register takes persons, but there is no protection clause"
        return
    if not protection.subject_roles:
        yield protection, "the register takes persons, but no `subject_roles` are allowed"
    if protection.redress is None:
        yield protection, "the register takes persons, but they have no `redress`"


@rule(
    "no-redress",
    "warning",
    reason="a person concerned has nobody to turn to",
    source="LED art. 37; GDPR art. 46(2); EDPB 2/2020",
)
def _no_redress(view: View) -> Found:
    protection = view.first(Protection)
    if protection is None or protection.redress is None:
        yield protection, "no redress for persons concerned"


@rule(
    "no-exit-duties",
    "warning",
    reason="what was received outlives the agreement",
    source="VCLT art. 70; GDPR art. 28(3)(g), 46; EDPB 2/2020",
)
def _no_exit_duties(view: View) -> Found:
    protection = view.first(Protection)
    if protection is None or protection.on_exit is None:
        yield protection, "nothing says what becomes of received items when it ends (`on_exit`)"


@rule(
    "retained-without-ground",
    "error",
    reason="keeping what was received needs a ground",
    source="LED art. 4(1)(e); GDPR art. 5(1)(e)",
)
def _retained_without_ground(view: View) -> Found:
    for clause in view.of(Protection):
        if clause.on_exit == "retain" and not clause.on_exit_ground:
            yield clause, "`on_exit = retain` needs `on_exit_ground`"


@rule(
    "no-retention",
    "warning",
    reason="what has no term is kept for ever",
    source="LED art. 5; GDPR art. 5(1)(e); EDPB 2/2020",
)
def _no_retention(view: View) -> Found:
    protection = view.first(Protection)
    if not any(each.retention for each in view.of(Handling)) and (
        protection is None or protection.retention is None
    ):
        yield protection, "no retention, in handling or in protection"


@rule(
    "no-oversight",
    "warning",
    reason="nobody but the Parties sees what is done",
    source="LED art. 41, 47; GDPR art. 46; EDPB 2/2020",
)
def _no_oversight(view: View) -> Found:
    if view.first(Oversight) is None:
        yield None, "no oversight clause"


@rule(
    "no-purposes",
    "warning",
    reason="purpose limitation has nothing to hold on to",
    source="LED art. 4(1)(b); GDPR art. 5(1)(b)",
)
def _no_purposes(view: View) -> Found:
    for clause in view.of(Exchange):
        if clause.purposes is None:
            yield clause, f"`{clause.category}` may pass for any purpose"


@rule("no-marking-limit", "info", reason="items of any marking may pass", source="TLP 2.0; ISO/IEC 27010")
def _no_marking_limit(view: View) -> Found:
    if view.first(Exchange) is not None and not any(each.max_marking for each in view.of(Handling)):
        yield None, "no `max_marking` in any handling clause"


@rule(
    "no-legal-basis",
    "info",
    reason="an instrument names the law it rests on",
    source="LED art. 37(1); GDPR art. 46; EDPB 2/2020",
)
def _no_legal_basis(view: View) -> Found:
    if view.first(LegalBasis) is None:
        yield None, "no legal_basis clause"


@rule(
    "nobody-notified",
    "info",
    reason="some Parties must tell an authority when they join or leave",
    source="NIS2 art. 29(4); DORA art. 45(3)",
)
def _nobody_notified(view: View) -> Found:
    if view.first(Notification) is None:
        yield None, "no notification clause"


@rule("purpose-both-ways", "error", reason="what is agreed is excluded", source="specs/gate.md, rule 5")
def _purpose_both_ways(view: View) -> Found:
    excluded = {purpose for each in view.of(Protection) for purpose in each.purposes_excluded}
    for clause in view.of(Exchange):
        for purpose in clause.purposes or ():
            if purpose in excluded:
                yield clause, f"purpose `{purpose}` is agreed here and excluded by the protection clause"


@rule(
    "unsealed",
    "warning",
    reason="what is recorded on the way today can be read tomorrow",
    source="specs/envelope.md",
)
def _unsealed(view: View) -> Found:
    for clause in view.of(Transport):
        if not clause.sealed:
            yield clause, "envelopes need not be sealed"


@rule("relay-unnamed", "warning", reason="no relay can be used", source="specs/agreement.md, transport")
def _relay_unnamed(view: View) -> Found:
    for clause in view.of(Transport):
        if clause.relays and "relay" not in clause.carriers:
            yield clause, "relays are named, but `relay` is not among the carriers"


@rule("necessity-empty", "warning", reason="it lifts nothing", source="specs/gate.md, rule 10")
def _necessity_empty(view: View) -> Found:
    for clause in view.of(Necessity):
        if not clause.lifts:
            yield clause, "`lifts` is empty"


@rule(
    "newcomers-see-all",
    "info",
    reason="whoever accedes sees what was given before it came",
    source="specs/gate.md, Custody, lineage, obligations",
)
def _newcomers_see_all(view: View) -> Found:
    third_party = view.first(ThirdParty)
    for clause in view.of(Accession):
        if clause.open_to and clause.sees_earlier and (third_party is None or third_party.members_exempt):
            yield (
                clause,
                "`sees_earlier`: items given before an accession pass to the newcomer without a word",
            )
