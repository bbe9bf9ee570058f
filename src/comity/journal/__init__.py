"""Stage 5: what was done, so that nobody can rewrite it.

| module | what it does |
|---|---|
| `merkle` | the hash tree of RFC 6962: frontier, roots, checking proofs |
| `proofs` | making inclusion and consistency proofs, with little memory |
| `entries` | one entry: what is hashed, and the commitment that stands for its content |
| `append` | frontiers in, entry and frontiers out |
| `checkpoint` | signed tree heads (C2SP `tlog-checkpoint`) and cosignatures of witnesses |
| `verify` | read a journal through and name the entry that is wrong |
| `findings` | what verifying takes and gives |
| `compare` | two Parties' accounts of one channel; two histories of one journal |
| `reconcile` | the same without sending the accounts |

Each Party is the only writer of its journal. The format is `specs/journal.md`.
"""
