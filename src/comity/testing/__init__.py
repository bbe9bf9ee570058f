"""A simulator of many nodes in one process, and the promises as functions over all of them.

| module | what it holds |
|---|---|
| `world` | nodes, clock and network under one seed; every act is a narrated step followed by the invariants |
| `members` | one Party: keys, card, node, a clock that may stand apart |
| `network` | loss, doubling, delay, reordering, partitions, pouches |
| `ledger` | every envelope, opened: what only the simulator can know |
| `texts` | small agreements, as values and as files |
| `naive` | what is owed before an item may pass, worked out without the gate |
| `views` | what one member's store shows |
| `invariants` | promises P1–P10, after every step and at rest; P8 in `checks_told` |
| `rest` | everything mended and delivered, then judged once more |
| `hostile` | what a node does that is not Comity any more |
| `histories` | random histories from a seed |

`python -m comity.testing --seed S` replays a history with its trace.
"""
