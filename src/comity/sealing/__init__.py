"""Stage 4: sealed letters, bytes in and bytes out.

| module | what it does |
|---|---|
| `envelope` | seal, look at, verify, open |
| `layout` | the bytes of an envelope, and every bound on them |
| `padding` | sizes that say little about content |
| `inner` | what is inside: one message, its address repeated, its id |
| `receipts` | what a receiver signs about an envelope |

Nothing here knows a Party, an agreement or a disk. The format is `specs/envelope.md`.
"""
