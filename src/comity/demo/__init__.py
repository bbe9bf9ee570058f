"""The guided story: three nodes on this machine, two agreements, ten things that happen between them.

It plays with the real parts: homes on disk, keys, HTTP on loopback, the gate, the journal. The story begins some months
before today on a clock that only it moves, and ends at the present, so that the nodes it leaves open run on the real
clock afterwards. A test plays it; so does `make run`.
"""
