"""Talking to another node, without any input or output of its own.

`statements` are the signed acts of Parties, `messages` what an envelope holds, `evidence` turns what came with a
disclosure into a question for the gate, `conversations` are the state tables both sides follow. HTTP, the pouch and
the simulator move the same bytes through the same tables.
"""
