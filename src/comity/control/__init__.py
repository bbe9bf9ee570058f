"""What an officer can tell a node to do, in one place: the same verbs for the command, the socket and the pages.

`verbs_*` are thin: they find the use case in `comity.node`, run it as one piece of work and put the outcome as plain
values. They decide nothing. `server` and `client` carry a verb over the Unix socket of a serving node.
"""
