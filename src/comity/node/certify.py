"""Certified copies: the folder of an agreement with everything under it, and a statement that it is what is held here.

The statement lies beside the texts as `certificate.dsse` and names every file with its SHA-256, so that a court or an
auditor can check the copy offline: the node's signature against the card in the folder, the card against the root the
signed text pins, each file against the statement.

Source: VCLT art. 77(1)(b), certified copies.
"""

import hashlib
from collections.abc import Mapping

from comity import signing
from comity.agreements.agreement import Agreement
from comity.agreements.folder import parse_agreement
from comity.agreements.signatures import TEXT, card_file_name, check_signatures
from comity.clock import Instant, format_instant
from comity.errors import NotFound, VerificationFailed
from comity.federation import statements
from comity.federation.card_book import CardBook
from comity.federation.statements import Certificate, SignedBy
from comity.node.node import Node
from comity.ports import Transaction

#: Name of the statement in the folder.
CERTIFICATE = "certificate.dsse"


def certified_copy(node: Node, transaction: Transaction, agreement_id: str) -> dict[str, bytes]:
    """Give the files of an agreement held here, with this Party's card and its certificate.

    Raises:
        NotFound: it is not held here.
    """
    at = node.now(transaction)
    own = node.know(transaction).own
    row = next((row for row in transaction.agreements() if row.id == agreement_id), None)
    if row is None:
        raise NotFound(f"no agreement `{agreement_id[:80]}` is held here", hint="comity agreement list")
    files = {**row.files, card_file_name(own): own.signed}
    agreement = parse_agreement(files)
    statement = Certificate(
        by=node.party,
        at=format_instant(at),
        agreement=agreement.id,
        digest=agreement.digest,
        acts=agreement.acts_digest,
        files={name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())},
        signed_by=_signed_by(agreement),
    )
    signed = statements.make(statement, node.keyring.signer(own.card, "disclosure", at))
    return {**files, CERTIFICATE: signing.to_bytes(signed)}


def check_copy(files: Mapping[str, bytes], certificate: bytes) -> Certificate:
    """Check a certified copy against its certificate, offline.

    Args:
        files: the folder's files without the certificate.

    Raises:
        ForeignInput: the certificate cannot be read.
        VerificationFailed: a file differs, is missing or was added, or the Party named did not sign the certificate.
    """
    signed = statements.unpack(certificate.decode("utf-8", errors="replace"))
    said = statements.read(signed, Certificate)
    for name, data in files.items():
        found = hashlib.sha256(data).hexdigest()
        if name not in said.files:
            raise VerificationFailed(f"{name} is not among the files certified")
        if said.files[name] != found:
            raise VerificationFailed(f"{name} is {found}, certified was {said.files[name]}")
    missing = sorted(set(said.files) - set(files))
    if missing:
        raise VerificationFailed(f"{missing[0]} was certified and is not here")
    agreement = parse_agreement(files)
    if (agreement.digest, agreement.acts_digest) != (said.digest, said.acts):
        raise VerificationFailed(f"the text is {agreement.digest}, certified was {said.digest}")
    clause = agreement.party_clauses.get(said.by)
    if clause is None or clause.root is None:
        raise VerificationFailed(f"the text names no root of {said.by}, who certified the copy")
    return statements.check(
        signed, Certificate, CardBook(check_signatures(agreement).cards.get(said.by, ())).keys
    )


def _signed_by(agreement: Agreement) -> tuple[SignedBy, ...]:
    marks = check_signatures(agreement).marks.get(TEXT, ())
    return tuple(
        SignedBy(party=mark.party, function=mark.function, at=format_instant(_in_utc(mark.at)))
        for mark in sorted(marks, key=lambda mark: (mark.party, mark.at))
    )


def _in_utc(at: Instant) -> Instant:
    from datetime import UTC

    return at.astimezone(UTC)
