"""What moves envelopes: HTTP between nodes and the pouch. The same bytes have the same effect by either.

A carrier reads no envelope and decides nothing; it hands bytes over and brings sealed receipts back.
"""
