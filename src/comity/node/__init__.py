"""One Party's node: a use case a file. The list of files is the list of what a node does.

Every use case takes the node and a transaction, decides by the gate alone, enters what it did in the journal and owes
envelopes to peers, all in that one transaction; `deliver` moves them afterwards. Nothing here touches a socket, a
file or the machine's clock: those come through `comity.ports`.
"""
