"""Agreements said in other people's formats. Emit only: nothing is read back, and nothing here decides.

`odrl` policies (ODRL 2.2) · `iep` policies (FIRST IEP 2.0) and labels · `akoma_ntoso` for the text · the `dates`
it sets · `membership_notice` to an authority on joining or leaving (NIS2, DORA).

What a format has no word for is left out, never approximated; each module says what that is.
"""
