"""Boxes and requests at a relay (`specs/relay.md`). A box is sealed at random: it was sealed once and is kept."""

import hashlib
import json
from base64 import b64decode, b64encode
from pathlib import Path

from comity.carriers.relay_wire import mailbox_key, mailbox_of, write_collect
from comity.clock import parse_instant
from comity.keys import SealingKey, SigningKey
from comity.sealing.box import seal_box

AT = parse_instant("2031-03-14T09:00:00Z")
SECRET, RELAY, OTHER = (SigningKey.from_seed(bytes([number]) * 32) for number in (1, 2, 3))
OWN = SealingKey.from_seed(bytes([5]) * 96)
STRANGER = SealingKey.from_seed(bytes([6]) * 96)
ENVELOPE = b"an envelope " * 10


def vectors(folder: Path, fresh: bool) -> dict[str, dict]:
    """Give every vector by its name."""
    kept = folder / "opens.json"
    if fresh or not kept.exists():
        box = seal_box(ENVELOPE, [OWN.public])
    else:
        box = b64decode(json.loads(kept.read_text(encoding="utf-8"))["box"])
    altered = box[:-1] + bytes([box[-1] ^ 1])
    other_size = box[:31] + bytes([box[31] ^ 1]) + box[32:]
    key = RELAY.public.raw.hex()
    own = mailbox_key(SECRET, key)
    request = write_collect(own, key, AT, 7, [bytes(range(16))])

    def opening(name: str, data: bytes, private: SealingKey, expect: object) -> dict:
        return {
            "name": name,
            "box": b64encode(data).decode(),
            "private": b64encode(private.raw).decode(),
            "expect": expect,
        }

    def asking(name: str, relay: str, at: str, expect: object, data: bytes = request) -> dict:
        return {"name": name, "request": data.hex(), "relay": relay, "at": at, "expect": expect}

    now = "2031-03-14T09:00:00Z"
    asked = {"mailbox": mailbox_of(own.public.raw), "after": 7, "taken": [bytes(range(16)).hex()]}
    return {
        "opens": opening("a box", box, OWN, {"sha256": hashlib.sha256(ENVELOPE).hexdigest()}),
        "refuses-stranger": opening("another's key", box, STRANGER, {"refused": "unwrap"}),
        "refuses-altered": opening("a byte of the last chunk", altered, OWN, {"refused": "decrypt"}),
        "refuses-cut": opening("without its last byte", box[:-1], OWN, {"refused": "look"}),
        "refuses-size": opening("another padded size", other_size, OWN, {"refused": "look"}),
        "request-holds": asking("a request", key, now, asked),
        "request-refuses-other-relay": asking(
            "handed on to another relay", OTHER.public.raw.hex(), now, {"refused": "signature"}
        ),
        "request-refuses-late": asking("an hour later", key, "2031-03-14T10:00:00Z", {"refused": "clock"}),
        "request-refuses-altered": asking(
            "another id", key, now, {"refused": "signature"}, request[:-65] + b"\xff" + request[-64:]
        ),
    }
