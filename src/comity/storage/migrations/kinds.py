"""The kinds of column that the steps make differently on each database."""

import sqlalchemy as sa

#: Whole numbers; SQLite numbers rows by itself only in a column called INTEGER.
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

#: Words, ordered by their bytes whatever language a server was set up for.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
