"""Trees, checkpoints and small journals (`specs/journal.md`)."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import msgspec

from comity.journal.append import NODE, Appender
from comity.journal.checkpoint import Checkpoint, cosign, sign_checkpoint
from comity.journal.entries import Line, read_leaf
from comity.journal.merkle import EMPTY_ROOT, Frontier, leaf_hash
from comity.journal.proofs import Tree
from comity.keys import SigningKey
from comity.strict import write_base64

KEY, WITNESS = SigningKey.from_seed(bytes([1]) * 32), SigningKey.from_seed(bytes([2]) * 32)
LEAVES = [b"", b"\0", b"\x10", b" !", b"01", b"@ABC", b"PQRSTUVW", b"`abcdefghijklmno"]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]
TREE = Tree.over(HASHES)
AT = datetime(2031, 3, 14, 9, tzinfo=UTC)
HEAD = Checkpoint("north.example/with/south.example", 8, TREE.root())
NOTE = sign_checkpoint(HEAD, KEY)


def vectors() -> dict[str, dict[str, dict]]:
    """Give every vector by its folder and name."""
    return {"merkle": _merkle(), "checkpoint": _checkpoints(), "journal": _journals()}


def _hex(hashes: object) -> list[str]:
    return [each.hex() for each in hashes]  # type: ignore[attr-defined]


def _merkle() -> dict[str, dict]:
    made = {
        "roots": {
            "name": "roots over the first n leaves",
            "leaves": _hex(LEAVES),
            "expect": [Frontier().extend(HASHES[:size]).root.hex() for size in range(9)],
        }
    }
    for index, size in ((0, 1), (0, 8), (5, 8), (2, 3), (1, 5), (6, 7)):
        made[f"inclusion-{index}-in-{size}"] = _inclusion(index, size, TREE.inclusion(index, size), "holds")
    for old, size in ((1, 8), (6, 8), (4, 8), (2, 5), (3, 7), (0, 8), (8, 8)):
        made[f"consistency-{old}-to-{size}"] = _consistency(old, size, TREE.consistency(old, size), "holds")
    refused = {"refused": "verify"}
    path, proof = TREE.inclusion(5, 8), TREE.consistency(6, 8)
    made |= {
        "refuses-inclusion-another-place": _inclusion(5, 8, path, refused) | {"index": 4},
        "refuses-inclusion-short": _inclusion(5, 8, path[:-1], refused),
        "refuses-inclusion-long": _inclusion(5, 8, (*path, EMPTY_ROOT), refused),
        "refuses-inclusion-empty": _inclusion(5, 8, (), refused),
        "refuses-inclusion-beyond": _inclusion(5, 8, path, refused) | {"index": 8},
        "refuses-inclusion-size-0": _inclusion(5, 8, path, refused) | {"size": 0},
        "refuses-inclusion-another-tree": _inclusion(5, 8, path, refused) | {"root": TREE.root(7).hex()},
        "refuses-consistency-backwards": _consistency(8, 6, proof, refused),
        "refuses-consistency-short": _consistency(6, 8, proof[:-1], refused),
        "refuses-consistency-long": _consistency(6, 8, (*proof, EMPTY_ROOT), refused),
        "refuses-consistency-empty": _consistency(6, 8, (), refused),
        "refuses-consistency-rewritten": _consistency(6, 8, proof, refused)
        | {"old_root": TREE.root(5).hex()},
        "refuses-consistency-two-roots": _consistency(8, 8, (), refused) | {"old_root": TREE.root(7).hex()},
    }
    return made


def _inclusion(index: int, size: int, proof: tuple[bytes, ...], expect: object) -> dict:
    return {
        "name": f"leaf {index} in the tree of {size}",
        "index": index,
        "size": size,
        "leaf_hash": HASHES[index].hex(),
        "proof": _hex(proof),
        "root": TREE.root(size).hex(),
        "expect": expect,
    }


def _consistency(old: int, size: int, proof: tuple[bytes, ...], expect: object) -> dict:
    return {
        "name": f"the tree of {size} begins with that of {old}",
        "old_size": old,
        "old_root": TREE.root(old).hex(),
        "size": size,
        "root": TREE.root(size).hex(),
        "proof": _hex(proof),
        "expect": expect,
    }


def _checkpoints() -> dict[str, dict]:
    def vector(name: str, note: str, expect: object) -> dict:
        return {
            "name": name,
            "origin": HEAD.origin,
            "key": write_base64(KEY.public.raw),
            "witness_name": "south.example",
            "witness_key": write_base64(WITNESS.public.raw),
            "note": note,
            "expect": expect,
        }

    def refused(step: str, words: str) -> dict:
        return {"refused": step, "words": words}

    cosigned = cosign(NOTE, "south.example", WITNESS, AT)
    held = {"size": 8, "root": HEAD.root.hex()}
    return {
        "holds": vector("signed by the owner", NOTE, held),
        "holds-cosigned": vector(
            "cosigned by a witness", cosigned, held | {"cosigned_at": "2031-03-14T09:00:00Z"}
        ),
        "refuses-size-changed": vector(
            "another size", NOTE.replace("\n8\n", "\n9\n"), refused("verify", "does not hold")
        ),
        "refuses-leading-zero": vector(
            "a leading zero", NOTE.replace("\n8\n", "\n08\n"), refused("read", "number")
        ),
        "refuses-extension": vector(
            "an extension line", NOTE.replace("\n\n", "\nx\n\n"), refused("read", "4 lines")
        ),
        "refuses-no-signature": vector("no signature", NOTE.split("—")[0], refused("read", "blank line")),
        "refuses-two-signatures": vector(
            "one line twice", NOTE + NOTE[NOTE.index("—") :], refused("verify", "2 signatures")
        ),
        "refuses-base64": vector(
            "base64 without padding", NOTE.replace("=\n\n", "\n\n"), refused("read", "base64")
        ),
        "refuses-crlf": vector("carriage returns", NOTE.replace("\n", "\r\n"), refused("read", "control")),
        "refuses-unknown-key": vector(
            "signed by another", sign_checkpoint(HEAD, WITNESS), refused("verify", "0 signatures")
        ),
    }


def _line(line: Line) -> dict:
    return {
        "number": line.number,
        "channel": line.channel,
        "channel_number": line.channel_number,
        "at": line.at.isoformat().replace("+00:00", "Z"),
        "kind": line.kind,
        "act": line.act,
        "leaf": b64encode(line.leaf).decode(),
        "key": line.key.hex(),
        "detail": b64encode(line.detail).decode(),
    }


def _enter(acts: list[str]) -> tuple[list[Line], dict[str, Frontier]]:
    appender = Appender({})
    lines = [
        appender.enter(
            channel=("a.example", "b.example", "local")[number % 3],
            kind="disclosed",
            act=act,
            at=AT + timedelta(seconds=number),
            key=sha256(b"key %d" % number).digest(),
            detail=b"detail %d" % number,
        )
        for number, act in enumerate(acts)
    ]
    return lines, appender.changed()


def _journals() -> dict[str, dict]:
    acts = [sha256(b"act %d" % number).hexdigest() for number in range(9)]
    lines, heads = _enter(acts)
    again, new_heads = _enter([*acts[:3], "ff" * 32, *acts[4:]])
    altered = read_leaf(lines[3].leaf)
    leaf = msgspec.structs.replace(altered, act="ff" * 32).leaf()
    forged = msgspec.structs.replace(lines[3], act="ff" * 32, leaf=leaf)
    kept = [{"channel": "a.example", "size": 2, "root": Frontier().extend(_of_a(lines)[:2]).root.hex()}]

    def vector(
        name: str, given: list[Line], faults: list, frontiers: dict = heads, witnessed: list | None = None
    ) -> dict:
        return {
            "name": name,
            "lines": [_line(line) for line in given],
            "heads": {
                channel: {"size": tree.size, "root": tree.root.hex()} for channel, tree in frontiers.items()
            },
            "frontiers": {channel: _hex(tree.peaks) for channel, tree in frontiers.items()},
            "witnessed": witnessed or [],
            "expect": {"faults": faults},
        }

    assert NODE in heads
    return {
        "whole": vector("nothing is wrong", lines, []),
        "whole-checkpoint": vector("a checkpoint that agrees", lines, [], witnessed=kept),
        "altered": vector(
            "entry 4 altered, leaf and column", [*lines[:3], forged, *lines[4:]], [["altered", 4]]
        ),
        "altered-detail": vector(
            "the detail of entry 5 altered",
            [*lines[:4], msgspec.structs.replace(lines[4], detail=b"x"), *lines[5:]],
            [["altered", 5]],
        ),
        "missing": vector("entry 5 removed", [*lines[:4], *lines[5:]], [["missing", 5]]),
        "missing-tail": vector("the last two removed", lines[:7], [["missing", 8]]),
        "reordered": vector(
            "entries 5 and 6 exchanged", [*lines[:4], lines[5], lines[4], *lines[6:]], [["reordered", 5]]
        ),
        "rewritten": vector(
            "everything from entry 4 on written anew, heads too",
            again,
            [["rewritten", 4]],
            frontiers=new_heads,
            witnessed=[
                {"channel": "a.example", "size": 1, "root": Frontier().extend(_of_a(lines)[:1]).root.hex()},
                *kept,
            ],
        ),
    }


def _of_a(lines: list[Line]) -> list[bytes]:
    return [leaf_hash(line.leaf) for line in lines if line.channel == "a.example"]
