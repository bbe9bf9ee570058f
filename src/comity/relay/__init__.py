"""A relay: a place where Parties that cannot reach each other leave boxes, and which learns next to nothing.

It keeps boxes in mailboxes until their owner takes them or their days are over. It sees a mailbox's number, a padded
size and the hour; it holds no card, no agreement and no key of a Party. Nodes use it through `comity.carriers`.
"""
