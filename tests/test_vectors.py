"""The vectors of `specs/vectors`: what is written there is what the generator gives, and what Comity does."""

import hashlib
import importlib.util
import json
import sys
from base64 import b64decode
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from comity.cards import SignedCard, check_succession
from comity.clock import format_instant, parse_instant
from comity.errors import ComityError, ForeignInput, VerificationFailed
from comity.journal.checkpoint import read_note, verify_checkpoint, verify_cosignature
from comity.journal.entries import Line
from comity.journal.merkle import Frontier, leaf_hash, verify_consistency, verify_inclusion
from comity.journal.verify import Witnessed, verify_journal
from comity.keys import SealingKey, VerifyKey
from comity.sealing.envelope import open_envelope, peek, verify_envelope
from comity.sealing.inner import open_message
from comity.strict import read_json

FOLDER = Path(__file__).parents[1] / "specs" / "vectors"


def vectors(folder: str) -> Any:
    files = sorted((FOLDER / folder).glob("*.json"))
    assert files, f"no vectors in {folder}"
    cases = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return pytest.mark.parametrize("vector", cases, ids=[file.stem for file in files])


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("vectors_make", FOLDER / "make.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_files_are_what_the_generator_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    make = generator()
    made = {path: make.text(vector) for path, vector in make.all_vectors().items()}
    kept = {
        file.relative_to(FOLDER).as_posix(): file.read_text(encoding="utf-8")
        for file in FOLDER.rglob("*.json")
    }
    assert made == kept


def refusal_of(vector: dict[str, Any], step: str, error: ComityError) -> None:
    expected = vector["expect"]
    assert expected["refused"] == step, error
    assert expected.get("words", "") in str(error)


@vectors("json")
def test_json(vector: dict[str, Any]) -> None:
    try:
        value = read_json(b64decode(vector["data"]), max_bytes=1000)
    except ForeignInput as error:
        refusal_of(vector, "read", error)
        return
    assert vector["expect"] == "taken"
    assert value == json.loads(b64decode(vector["data"]))


@vectors("card")
def test_cards(vector: dict[str, Any]) -> None:
    held: SignedCard | None = None
    try:
        for card in vector["cards"]:
            held = check_succession(held, b64decode(card), vector["pinned_root"])
    except ForeignInput as error:
        refusal_of(vector, "read", error)
        return
    except VerificationFailed as error:
        refusal_of(vector, "succession", error)
        return
    assert held is not None
    assert vector["expect"] == {"version": held.card.version}


@vectors("envelope")
def test_envelopes(vector: dict[str, Any]) -> None:
    data = b64decode(vector["envelope"])
    keys = {bytes.fromhex(vector["key_name"]): SealingKey.from_seed(b64decode(vector["key"]))}
    step = "peek"
    try:
        peek(data)
        step = "verify"
        verified = verify_envelope(data, VerifyKey(b64decode(vector["signer"])))
        step = "open"
        inner = open_envelope(verified, keys)
        step = "message"
        message = open_message(
            verified,
            keys,
            sender=vector["sender"],
            recipient=vector["recipient"],
            deployment=vector["deployment"],
        )
    except (ForeignInput, VerificationFailed) as error:
        refusal_of(vector, step, error)
        return
    assert vector["expect"] == {"opened": hashlib.sha256(inner).hexdigest(), "inner_size": len(inner)}
    assert message.id == vector["expect"]["opened"]


@vectors("merkle")
def test_trees(vector: dict[str, Any]) -> None:
    if "leaves" in vector:
        hashes = [leaf_hash(bytes.fromhex(leaf)) for leaf in vector["leaves"]]
        assert vector["expect"] == [Frontier().extend(hashes[:size]).root.hex() for size in range(9)]
        return
    proof = [bytes.fromhex(node) for node in vector["proof"]]
    root = bytes.fromhex(vector["root"])
    try:
        if "leaf_hash" in vector:
            verify_inclusion(vector["index"], vector["size"], bytes.fromhex(vector["leaf_hash"]), proof, root)
        else:
            old_root = bytes.fromhex(vector["old_root"])
            verify_consistency(vector["old_size"], old_root, vector["size"], root, proof)
    except VerificationFailed as error:
        refusal_of(vector, "verify", error)
        return
    assert vector["expect"] == "holds"


@vectors("checkpoint")
def test_checkpoints(vector: dict[str, Any]) -> None:
    step = "read"
    try:
        read_note(vector["note"])
        step = "verify"
        head = verify_checkpoint(vector["note"], vector["origin"], VerifyKey(b64decode(vector["key"])))
    except (ForeignInput, VerificationFailed) as error:
        refusal_of(vector, step, error)
        return
    expected = vector["expect"]
    assert (head.size, head.root.hex()) == (expected["size"], expected["root"])
    if "cosigned_at" in expected:
        witness = VerifyKey(b64decode(vector["witness_key"]))
        seen = verify_cosignature(vector["note"], vector["witness_name"], witness)
        assert format_instant(seen.at) == expected["cosigned_at"]


@vectors("journal")
def test_journals(vector: dict[str, Any]) -> None:
    lines = [
        Line(
            number=line["number"],
            channel=line["channel"],
            channel_number=line["channel_number"],
            at=parse_instant(line["at"]),
            kind=line["kind"],
            act=line["act"],
            leaf=b64decode(line["leaf"]),
            key=bytes.fromhex(line["key"]),
            detail=b64decode(line["detail"]),
        )
        for line in vector["lines"]
    ]
    heads = {
        channel: Frontier.read(head["size"], [bytes.fromhex(peak) for peak in vector["frontiers"][channel]])
        for channel, head in vector["heads"].items()
    }
    assert all(tree.root.hex() == vector["heads"][channel]["root"] for channel, tree in heads.items())
    witnessed = [
        Witnessed(head["channel"], head["size"], bytes.fromhex(head["root"]), head["channel"])
        for head in vector["witnessed"]
    ]
    report = verify_journal(lines, heads=heads, witnessed=witnessed)
    expected = vector["expect"]["faults"]
    assert report.whole is not bool(expected)
    assert set(map(tuple, expected)) <= {(fault.kind, fault.number) for fault in report.faults}
