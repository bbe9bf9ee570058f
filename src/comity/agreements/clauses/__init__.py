"""The vocabulary of agreements: one small frozen type for each kind of clause.

`KINDS` maps the word an author writes (`third_party`) to its type (`ThirdParty`). A kind written `[x]` in the text
stands at most once in force at any instant (`many` is False); a kind written `[[x]]` any number of times.

Field names that the language reserves end in an underscore (`from_`, `for_`, `with_`). The word of the clause itself is
`clause_kind`; `kind` is a field some kinds have.

Source: specs/agreement.md; the printed reference is docs/reference/clauses.md.
"""

from collections.abc import Mapping
from typing import Final

from comity.agreements.clauses.clause import Clause, Extension, Force, fields_of, toml_name
from comity.agreements.clauses.life import (
    Accession,
    Languages,
    LegalBasis,
    Protocols,
    Supersedes,
    Term,
    Withdrawal,
)
from comity.agreements.clauses.passing import (
    KINDS_OF_ITEM,
    Exchange,
    Handling,
    Necessity,
    Notification,
    Oversight,
    Protection,
    Standing,
    ThirdParty,
    Transport,
)
from comity.agreements.clauses.people import Mission, Office, Party
from comity.agreements.clauses.working import (
    BEARERS,
    Aid,
    Continuity,
    Delivery,
    Expense,
    Materials,
    Meeting,
    Passage,
    Plan,
    Quota,
    Register,
    Summary,
    Training,
)

__all__ = [
    "BEARERS",
    "KINDS",
    "KINDS_OF_ITEM",
    "Accession",
    "Aid",
    "Clause",
    "Continuity",
    "Delivery",
    "Exchange",
    "Expense",
    "Extension",
    "Force",
    "Handling",
    "Languages",
    "LegalBasis",
    "Materials",
    "Meeting",
    "Mission",
    "Necessity",
    "Notification",
    "Office",
    "Oversight",
    "Party",
    "Passage",
    "Plan",
    "Protection",
    "Protocols",
    "Quota",
    "Register",
    "Standing",
    "Summary",
    "Supersedes",
    "Term",
    "ThirdParty",
    "Training",
    "Transport",
    "Withdrawal",
    "fields_of",
    "toml_name",
]

#: The word an author writes -> its type, in the order of the specification.
KINDS: Final[Mapping[str, type[Clause]]] = {
    kind.clause_kind: kind
    for kind in (
        Party,
        Office,
        Mission,
        Term,
        Supersedes,
        LegalBasis,
        Languages,
        Protocols,
        Accession,
        Withdrawal,
        Exchange,
        ThirdParty,
        Handling,
        Transport,
        Necessity,
        Oversight,
        Protection,
        Notification,
        Register,
        Aid,
        Plan,
        Summary,
        Meeting,
        Training,
        Materials,
        Quota,
        Delivery,
        Passage,
        Continuity,
        Expense,
    )
}
