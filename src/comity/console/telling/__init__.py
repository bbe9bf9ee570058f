"""Telling people and programs that something awaits them, without saying what.

Off unless an operator names where it may go (`node.toml`) and an officer wants it (`/me`) or an administrator names a
hook. What is owed stands in the node's database until it has come through, or has failed for days:

- `notes` writes what an officer is told: counts and a link;
- `queueing` finds out what is owed: events for hooks, notes for officers, in one piece of work with how far it read;
- `mail` and `hooks` send, by the one way out (`comity.carriers.egress`);
- `teller` is the thread that does all of it in turn.
"""
