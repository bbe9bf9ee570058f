"""A list of parts is another Party's word: it names the parts of its own file, and nothing else that is held here."""

from hashlib import sha256
from typing import Any

import msgspec
import pytest

from comity.errors import BadInput
from comity.node.items import NewItem, add_item
from comity.node.large_files import LIST, Part, Parts, add_part, close_list, missing_parts, parts_of
from comity.node.node import Node
from comity.ports import ItemRow, Transaction
from comity.testing.world import World
from node.worlds import NORTH, NORTH_SOUTH, SOUTH, give, item, report, world

NEW = NewItem(content=b"", category="incident.reports", marking="TLP:GREEN", title="a file", label="")


def part(made: World, party: str, content: bytes) -> str:
    new = msgspec.structs.replace(NEW, content=content)
    return made.members[party].act(add_part, new, 1).digest


def listed(made: World, party: str, parts: tuple[Part, ...], sources: tuple[str, ...], **says: Any) -> str:
    """Add a list that says what it likes, past the use case that makes one."""
    size = sum(each.size for each in parts)
    said = Parts(
        **({"name": "f", "media_type": "x/y", "size": size, "sha256": "0" * 64, "parts": parts} | says)
    )
    new = msgspec.structs.replace(NEW, content=msgspec.json.encode(said), media_type=LIST, made_from=sources)
    return made.members[party].act(add_item, new)[0].digest


def read(made: World, party: str, digest: str) -> Parts:
    row = item(made, party, digest)
    return made.members[party].read(lambda each: parts_of(each, row))


def test_a_list_with_its_parts_is_read_where_it_came() -> None:
    with world(NORTH_SOUTH) as made:
        parts = [part(made, NORTH, b"the first part"), part(made, NORTH, b"the second part")]
        whole = sha256(b"the first partthe second part").hexdigest()
        row, _ = made.members[NORTH].act(close_list, NEW, parts, whole)
        for each in (*parts, row.digest):
            give(made, each)

        def there(_node: Node, transaction: Transaction) -> tuple[Parts, list[int]]:
            held: ItemRow | None = transaction.item(row.digest)
            assert held is not None
            said = parts_of(transaction, held)
            return said, missing_parts(transaction, said)

        said, missing = made.members[SOUTH].act(there)
        assert ([each.item for each in said.parts], missing) == (parts, [])


@pytest.mark.parametrize("named", ["another's part", "its own secret", "a label", "a source that is no part"])
def test_a_list_that_names_what_is_no_part_of_it_is_not_read(named: str) -> None:
    with world(NORTH_SOUTH) as made:
        own = part(made, NORTH, b"a part of North's")
        give(made, own)
        theirs = part(made, SOUTH, b"a part of South's")
        secret = report(made, SOUTH, "secret")
        if named == "another's part":  # it came to North, which may name it as a source
            give(made, theirs, SOUTH, NORTH)
            parts, sources = (Part(theirs, 17),), (theirs,)
        elif named == "its own secret":
            parts, sources = (Part(own, 17), Part(secret, 19)), (own,)
        elif named == "a label":
            parts, sources = (Part(own, 17), Part("secret", 19)), (own,)
        else:
            other = report(made, NORTH, "other")
            give(made, other)
            parts, sources = (Part(other, 18),), (other,)
        digest = listed(made, NORTH, parts, sources)
        made.share(NORTH, digest, SOUTH, "network-defence")
        made.deliver(NORTH)
        reason = "names what is no part of it"
        if made.members[SOUTH].read(lambda each: each.item(digest)) is None:
            assert named == "another's part"  # North may not pass on what was made from South's
            with pytest.raises(BadInput, match=reason):
                read(made, NORTH, digest)
        else:
            with pytest.raises(BadInput, match=reason):
                read(made, SOUTH, digest)


@pytest.mark.parametrize(
    ("sizes", "says"),
    [
        ((17, -1), {}),
        ((17, 0), {}),
        ((), {}),
        ((17,), {"size": 18}),
        ((2**40,), {}),
    ],
)
def test_sizes_that_lie_are_found(sizes: tuple[int, ...], says: dict[str, Any]) -> None:
    with world(NORTH_SOUTH) as made:
        own = part(made, NORTH, b"a part of North's")
        digest = listed(made, NORTH, tuple(Part(own, size) for size in sizes), (own,), **says)
        with pytest.raises(BadInput, match="does not add up"):
            read(made, NORTH, digest)
