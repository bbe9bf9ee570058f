"""Working together: everything two offices do with each other beside passing information.

A *matter* is a piece of joint work with a life of its own: a request for aid, a plan, a meeting, a loan. It belongs
to two Parties, and both have the same log of it: signed events, each naming the last of its author's own and the last
it had seen of the other's. What the matter *is* follows from the log and the signed texts alone, so that two nodes
which have both are of one mind, in whatever order the events came and with no server between them
(`specs/matter.md`).

Begin with `matter.py`, which reads a log; `kind.py` says what a kind of matter is made of; every kind has a file of
its own with its table. Nothing here knows a clock, a disk or a carrier.
"""
