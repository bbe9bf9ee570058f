"""The document by which a Party tells its authority that it has joined, or left, an information-sharing arrangement.

Essential and important entities notify their participation to the competent authority on entering, and their withdrawal
once it has taken effect (Directive (EU) 2022/2555, art. 29(4)); financial entities likewise (Regulation (EU) 2022/2554,
art. 45(3)). The text is a draft for a person to sign; nothing is sent from here.
"""

from datetime import date
from typing import Literal

from comity.agreements.agreement import Agreement
from comity.agreements.clauses import Exchange, LegalBasis, Notification
from comity.errors import NotFound

__all__ = ["membership_notice"]


def membership_notice(
    agreement: Agreement, party: str, on: Literal["joining", "leaving"], effective: date
) -> dict[str, str]:
    """Give the documents a Party owes, by authority, in Markdown.

    Raises:
        NotFound: no notification clause asks this Party for one.
    """
    owed = [
        clause
        for clause in agreement.clauses
        if isinstance(clause, Notification) and on in clause.on and clause.of in (None, party)
    ]
    if not owed or party not in agreement.parties:
        raise NotFound(f"no notification clause of {agreement.id} asks {party} for a notice of {on}")
    return {clause.to: _document(agreement, party, on, effective, clause) for clause in owed}


def _document(agreement: Agreement, party: str, on: str, effective: date, clause: Notification) -> str:
    name = agreement.party_clauses[party].name
    shown = f"{next(iter(name.values()))} ({party})" if name else party
    others = ", ".join(each for each in agreement.parties if each != party)
    matters = ", ".join(
        dict.fromkeys(each.category for each in agreement.clauses if isinstance(each, Exchange))
    )
    laws = "; ".join(dict.fromkeys(each.name for each in agreement.clauses if isinstance(each, LegalBasis)))
    act = "participates in" if on == "joining" else "no longer participates in"
    return "\n".join(
        [
            f"# Notice of {on} an information-sharing arrangement",
            "",
            f"To: {clause.to}  ",
            f"From: {shown}",
            "",
            f"{shown} {act} the arrangement named below with effect from {effective.isoformat()}.",
            "",
            f"- Arrangement: {agreement.title} (`{agreement.id}`)",
            f"- Digest of the signed text: `{agreement.digest}`",
            f"- Other Parties: {others}",
            f"- Categories shared: {matters or 'none'}",
            f"- Legal basis: {laws or 'not stated in the text'}",
            f"- Duty to notify: {clause.ref}; Directive (EU) 2022/2555, art. 29(4); "
            "Regulation (EU) 2022/2554, art. 45(3)",
            "",
            "Place and date: ______________________",
            "",
            "Signature: ______________________",
            "",
        ]
    )
