"""A node that does nothing but act, several acts at a time, and says each digest once the act is durable.

`test_ext4_cuts.py` starts it on a file system whose power it then cuts. It never ends by itself.
"""

import os
import sys
from pathlib import Path

from comity.assemble import open_home
from comity.node.disclose import disclose
from comity.node.items import NewItem, add_item
from comity.node.node import Node
from comity.ports import Transaction

SOUTH = "south.example"
#: Acts under way at once: they share commits.
AT_ONCE = 8


def work(node: Node, transaction: Transaction, label: str) -> str:
    """Add an item and share it, in one act."""
    content = f"words of North, number {label}".encode() * 40
    new = NewItem(content=content, category="incident.reports", marking="TLP:GREEN", title="t", label=label)
    item = add_item(node, transaction, new)[0].digest
    disclose(node, transaction, item, to=SOUTH, purpose="network-defence")
    return item


def main(home: Path, run: str) -> None:
    """Act until the disk fails; the home keeps what earlier runs added, so that labels tell of which run they are."""
    with open_home(home, threaded=True) as opened:
        node, number = opened.node, 0
        under_way: list[object] = []
        while True:
            while len(under_way) < AT_ONCE:
                number += 1
                under_way.append(
                    node.submit(lambda transaction, at=f"run {run}, {number}": work(node, transaction, at))  # type: ignore[misc]
                )
            done: str = under_way.pop(0).result()  # type: ignore[attr-defined]
            os.write(1, f"{done}\n".encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
