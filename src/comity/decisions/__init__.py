"""May it pass: the gate that decides one disclosure, and says on what ground.

```
question.py   what is asked            known.py     the signed texts and acts it is judged by
rules/        ten rules, one file each gate.py      tries the agreements and gathers all grounds
decision.py   the answer, its digest   remedies.py  which sources to leave out
explain.py    the answer in words      cases.py     tables of cases (`comity decide`)
bulk.py       the same answers for a million items
preview.py    what a consent would open; whose words come back
```

`decide(question, known, at)` is pure, total and deterministic. It permits only on a positive ground, gathers every
ground and not the first, and replays to the same bytes. Source: `specs/gate.md`.
"""
