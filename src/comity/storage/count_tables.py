"""The tables of what is counted as it happens, so that pages over years need not count it anew.

`flows` counts items by month, Party and category, `article_counts` what each article allowed and stopped.
"""

from sqlalchemy import Boolean, Column, Table

from comity.storage.columns import metadata, number, text

flows = Table(
    "flows",
    metadata,
    text("month", primary_key=True),
    text("party", primary_key=True),
    Column("ours", Boolean, primary_key=True, nullable=False),
    text("category", primary_key=True),
    number("count"),
)

article_counts = Table(
    "article_counts",
    metadata,
    text("agreement", primary_key=True),
    text("ref", primary_key=True),
    text("outcome", primary_key=True),
    number("count"),
)
