"""What was agreed: the text people sign and the clauses machines obey, side by side.

`folder` reads an agreement from disk and `loading` from bytes; `clauses` is the vocabulary; `governing` says what
governs between two Parties at an instant; `status` says it to people; `coherence` finds what is missing or cannot be
meant; `signatures` tells who signed what; `comparison` and `leaks` answer what changed and what could escape.
"""
