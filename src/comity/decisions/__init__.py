"""May it pass: the gate that decides one disclosure, and says on what ground.

```
question.py   what is asked            known.py     the signed texts and acts it is judged by
rules/        ten rules, one file each gate.py      tries the agreements and gathers all grounds
decision.py   the answer, its digest   remedies.py  which sources to leave out
explain.py    the answer in words      cases.py     tables of cases (`comity decide`)
sources.py    an agreement, stretch by stretch   terms.py  what one stretch says of two Parties
given.py      consents, by who may use them      routes.py what is owed along the ways items came
bulk.py       the same answers for a million items
```

`decide(question, known, at)` is pure, total and deterministic. It permits only on a positive ground, gathers every
ground and not the first, and replays to the same bytes. Source: `specs/gate.md`.
"""
