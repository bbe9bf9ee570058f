"""What is added to an agreement's folder of the files that another Party sends: what proves something, and no more.

A folder holds only so many files, a name and a number in it are given once, and everything in it is read again with
each new one. So a file that proves nothing must not come in: it could take the name, the number or the room of one
that does. Left out are

- a signature that does not hold, or that repeats what its Party has said in that function already: a second one with
  an earlier instant would move what followed from the first;
- a card that hangs from no root the text names;
- a notice its author has not signed (of a succession or reintroduction, nobody has), and a protocol nobody has signed;
- a signature or card that bears the name of another Party's.

Source: specs/agreement.md, "Files that others send".
"""

import re
from collections.abc import Mapping

from comity.agreements.agreement import Agreement
from comity.agreements.folder import is_file_name
from comity.agreements.loading import MAX_FILES, MAX_FOLDER_BYTES, parse_agreement
from comity.agreements.notices import act_of
from comity.agreements.signatures import ActRef, Evidence, check_signatures
from comity.clock import Instant, format_instant
from comity.errors import ForeignInput, RefusedHere

#: Parts of a folder to which files are added once the text stands.
ADDED = ("signatures/", "notices/", "protocols/")

#: How much a folder may hold with what others send. The rest is for what this Party adds itself: nobody can take away
#: the room for its own denunciation.
MAX_WITH_THEIRS, MAX_BYTES_WITH_THEIRS = MAX_FILES - 200, MAX_FOLDER_BYTES - 4 * 1024 * 1024

#: Notices that others may have to sign in their author's place.
_FOR_ANOTHER = ("succession", "reintroduction")


def numbered(name: str) -> tuple[str, int] | None:
    """Give the part of the folder and the number that a notice's or protocol's name begins with; None for others."""
    found = re.match(r"(notices|protocols)/([0-9]{1,6})[-.]", name)
    return None if found is None else (found[1], int(found[2]))


def check_names(files: Mapping[str, bytes]) -> None:
    """Refuse names that no folder of an agreement can hold.

    Raises:
        ForeignInput: there is one.
    """
    for name in files:
        if not is_file_name(name):
            raise ForeignInput(f"`{ascii(name)[1:81]}` is not the name of a file of an agreement")


def with_receipt(data: bytes, at: Instant) -> bytes:
    """Write into a notice when it was received here, in place of what its sender wrote."""
    kept = act_of(data)
    return kept + (b"" if kept.endswith(b"\n") else b"\n") + f"received = {format_instant(at)}\n".encode()


def received_here(files: Mapping[str, bytes], at: Instant) -> dict[str, bytes]:
    """Give files as they are kept: the day a notice was received is each Party's own to write."""
    return {
        name: with_receipt(data, at) if name.startswith("notices/") else data for name, data in files.items()
    }


def taken_numbers(files: Mapping[str, bytes], offered: Mapping[str, bytes]) -> list[str]:
    """Name the offered notices and protocols whose number another file here has.

    A protocol is signed in all its languages at once: one more would be another protocol, which nobody has signed.
    """
    taken = {numbered(name) for name in files} - {None}
    return [name for name in offered if name not in files and numbered(name) in taken]


def worth_adding(
    files: Mapping[str, bytes], offered: Mapping[str, bytes], at: Instant
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Give what is added of the files offered, as it is kept, and why others are left out.

    Raises:
        BadInput: one of them has mistakes.
        RefusedHere: the folder would hold too much.
    """
    new = received_here({name: data for name, data in offered.items() if name not in files}, at)
    size = sum(map(len, files.values())) + sum(map(len, new.values()))
    if new and (len(files) + len(new) > MAX_WITH_THEIRS or size > MAX_BYTES_WITH_THEIRS):
        raise RefusedHere(
            f"with these files the folder would hold more than the {MAX_WITH_THEIRS} files or "
            f"{MAX_BYTES_WITH_THEIRS} bytes that what others send may fill"
        )
    said: list[str] = []
    while new:
        agreement = parse_agreement({**files, **new})
        idle = _idle(agreement, check_signatures(agreement), new)
        if not idle:
            break
        said += idle.values()
        new = {name: data for name, data in new.items() if name not in idle}
    return new, tuple(said)


def _idle(agreement: Agreement, evidence: Evidence, new: Mapping[str, bytes]) -> dict[str, str]:
    """Name the new files that prove nothing, each with the reason."""
    found: dict[str, str] = {}
    seen: set[tuple[ActRef | None, str, str]] = set()
    for path, proof in sorted(evidence.proofs.items(), key=lambda each: each[0] in new):
        what = (proof.act, proof.party, proof.function)
        if path in new and proof.act is not None and what in seen:
            found[path] = f"{path}: {proof.party} has signed {proof.act} as {proof.function} already"
        elif path in new and (other := _whose(agreement, path)) not in (None, proof.party):
            found[path] = f"{path}: of {proof.party}, under the name of {other}"
        seen.add(what)
    signed = {(proof.act, proof.party) for path, proof in evidence.proofs.items() if path not in found}
    found |= {
        path: f"{path}: proves nothing here"
        for path in new
        if path.startswith("signatures/") and path not in evidence.proofs
    }
    for notice in agreement.notices:
        by = {party for act, party in signed if act == ActRef("notice", notice.number)}
        if notice.path in new and notice.by not in by and not (by and notice.kind in _FOR_ANOTHER):
            found[notice.path] = f"{notice.path}: bears no signature of {notice.by} that holds"
    for protocol in agreement.protocols:
        if all(act != ActRef("protocol", protocol.number) for act, _ in signed):
            found |= {
                text.path: f"{text.path}: bears no signature that holds"
                for text in protocol.texts.values()
                if text.path in new
            }
    return found


def _whose(agreement: Agreement, path: str) -> str | None:
    """Give the Party whose name a signature's or card's file name bears; None where it is nobody's."""
    rest = re.sub(r"\Asignatures/(?:(?:notice|protocol)-[0-9]+-)?", "", path)
    return max((party for party in agreement.roots if rest.startswith(f"{party}-")), key=len, default=None)
