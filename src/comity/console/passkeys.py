"""Passkeys (W3C Web Authentication, Level 3): making one, and signing in with it.

A passkey is asked for without a handle: the authenticator knows whose it is. It must have verified its user (a finger,
a face, a code), so that one passkey counts as two factors. The library checks what the authenticator signed; here it
is held against what was asked, and against the passkey's counter: one that does not go on shows that there are two of
this passkey, and neither comes in any more.
"""

import json
from urllib.parse import urlsplit

import msgspec
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from comity.console.sign_in import Challenges, base64url
from comity.errors import ForeignInput, RefusedHere
from comity.languages import _
from comity.node import officers
from comity.node.node import Node
from comity.ports import CredentialRow, OfficerRow, Transaction
from comity.strict import read_json

#: The largest answer of an authenticator that is read.
_LARGEST = 64 * 1024


class Passkeys:
    """Passkeys for one origin.

    Args:
        origin: the console's address.
        party: the Party's name, as authenticators show it.
    """

    def __init__(self, origin: str, party: str) -> None:
        self._origin = origin
        self._host = urlsplit(origin).hostname or ""
        self._party = party
        self._challenges = Challenges()

    def ask_new(self, node: Node, transaction: Transaction, officer: OfficerRow) -> dict[str, object]:
        """Ask an authenticator for a new passkey: what the browser needs, under the name of its challenge."""
        name, challenge = self._challenges.give(node.clock.now())
        held = [each for each in transaction.credentials(officer.id) if each.kind == "passkey"]
        options = generate_registration_options(
            rp_id=self._host,
            rp_name=self._party,
            user_id=officer.id.encode(),
            user_name=officer.handle,
            user_display_name=officer.name,
            challenge=challenge,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=base64url_to_bytes(each.id)) for each in held
            ],
        )
        return {"name": name, "options": json.loads(options_to_json(options))}

    def take_new(
        self, node: Node, transaction: Transaction, officer: OfficerRow, name: str, answer: bytes, label: str
    ) -> None:
        """Keep a new passkey.

        Raises:
            RefusedHere: it does not hold, or answers no challenge of ours.
        """
        challenge = self._challenges.take(name, node.clock.now())
        try:
            made = verify_registration_response(
                credential=_read(answer),
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError):
            raise RefusedHere(_("the authenticator's answer does not hold: try again")) from None
        identity = base64url(made.credential_id)
        if transaction.credential(identity) is not None:
            raise RefusedHere(_("this passkey is known already"))
        officers.keep_credential(
            node,
            transaction,
            officer,
            CredentialRow(
                id=identity,
                officer=officer.id,
                kind="passkey",
                secret=made.credential_public_key,
                counter=made.sign_count,
                label=label[:80],
                created_at=node.clock.now(),
            ),
        )

    def ask(self, node: Node) -> dict[str, object]:
        """Ask for any passkey of this console."""
        name, challenge = self._challenges.give(node.clock.now())
        options = generate_authentication_options(
            rp_id=self._host, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
        )
        return {"name": name, "options": json.loads(options_to_json(options))}

    def take(self, node: Node, transaction: Transaction, name: str, answer: bytes) -> OfficerRow:
        """Find who signs in with a passkey.

        Raises:
            Copied: there are two of this passkey; it has still to be dropped.
            RefusedHere: it does not hold, or is not known here.
        """
        challenge = self._challenges.take(name, node.clock.now())
        refused = RefusedHere(_("this passkey does not open this console"))
        read = _read(answer)
        held = transaction.credential(str(read.get("id", ""))[:1024])
        officer = transaction.officer(held.officer) if held is not None else None
        if held is None or officer is None or held.kind != "passkey" or officer.state == "suspended":
            raise refused
        try:
            seen = verify_authentication_response(
                credential=read,
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                credential_public_key=held.secret,
                credential_current_sign_count=0,  # held against the counter below
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError):
            raise refused from None
        if seen.new_sign_count <= held.counter and (seen.new_sign_count or held.counter):
            raise Copied(held.id)
        transaction.put_credential(
            msgspec.structs.replace(held, counter=seen.new_sign_count, used_at=node.clock.now())
        )
        return officer


class Copied(RefusedHere):
    """A passkey that signed with a counter it had passed already: somebody has a copy of it."""

    def __init__(self, credential: str) -> None:
        super().__init__(
            _("this passkey was copied: its counter goes back. It opens nothing any more"),
            hint=_("ask an administrator for a link, and make a new one"),
        )
        self.credential = credential


def _read(answer: bytes) -> dict[str, object]:
    read = read_json(answer, max_bytes=_LARGEST, floats=False, what="answer of an authenticator")
    if not isinstance(read, dict):
        raise ForeignInput("the answer of an authenticator is an object")
    return read
