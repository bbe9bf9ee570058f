"""Where a node keeps its rows: SQLAlchemy Core behind `comity.ports.Store`, SQLite by default.

`tables` says what is kept, `database` opens it durably and runs one piece of work at a time, the other modules each
implement a part of `comity.ports.Transaction`. `home` lays out a node's folder.
"""
