"""What officers may be: eight fixed roles. What each may do stands in `comity.console.permissions`.

The roles follow who does what in a liaison office. Who looks after the machine reads no content and gives nobody
content; who audits reads the journal and no content. That is why some cannot be joined in one person.
"""

from collections.abc import Iterable
from enum import StrEnum

from comity.errors import BadInput


class Role(StrEnum):
    """A role. An officer has one or several."""

    READER = "reader"
    CASE_OFFICER = "case-officer"
    LIAISON = "liaison"
    CONSENT_GIVER = "consent-giver"
    AGREEMENT_KEEPER = "agreement-keeper"
    AUDITOR = "auditor"
    OVERSEER = "overseer"
    ADMINISTRATOR = "administrator"


#: Roles that read the content of items and records.
CONTENT = frozenset({Role.READER, Role.CASE_OFFICER, Role.LIAISON, Role.CONSENT_GIVER})
#: Roles that must not read it: nobody has one of these together with one of `CONTENT`.
APART = frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.OVERSEER})


def roles_of(words: Iterable[str]) -> tuple[str, ...]:
    """Read roles, in the order in which they are listed above.

    Raises:
        BadInput: none is named, one is unknown, or they cannot be joined in one person.
    """
    given = set(words)
    unknown = sorted(given - set(Role))
    if unknown:
        raise BadInput(
            *(f"`{each[:40]}` is not a role" for each in unknown), hint=f"roles are {', '.join(Role)}"
        )
    if not given:
        raise BadInput("an officer needs a role", hint=f"roles are {', '.join(Role)}")
    apart, content = sorted(given & APART), sorted(given & CONTENT)
    if apart and content:
        raise BadInput(
            f"`{apart[0]}` reads no content, so it cannot be joined with `{content[0]}`",
            hint="make two officers",
        )
    return tuple(str(role) for role in Role if role in given)
