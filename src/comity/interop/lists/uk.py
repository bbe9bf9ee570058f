"""The United Kingdom's lists as CSV: the UK Sanctions List, and OFSI's consolidated list of targets that came before.

Both have a row for each name of an entry; a first row may give the day of the last change. Names stand in six columns,
the family name or the whole name in the sixth.
"""

import re
from collections.abc import Iterator

from comity.interop.lists.draft import Draft, Found
from comity.interop.lists.files import Bounded
from comity.interop.lists.rows import tables

__all__ = ["UK_COLUMNS", "read_uk_csv"]

#: Columns by which a table is known as one of these lists.
UK_COLUMNS = ("Name 6", "Name 1", "Name 2")
_SOURCE = "gb-sanctions"
_NUMBERED = re.compile(r"\(\d+\)\s*")
#: What both lists call their columns, the newer one first.
_ID = ("Unique ID", "Group ID", "OFSI Group ID")
_KIND = ("Designation Type", "Individual, Entity, Ship", "Group Type")
_TOLD = {
    "birthDate": ("D.O.B", "DOB"),
    "nationality": ("Nationality(/ies)", "Nationality"),
    "passportNumber": ("Passport number", "Passport Number"),
    "idNumber": ("National Identifier number", "National Identification Number"),
    "gender": ("Gender",),
    "birthPlace": ("Town of birth", "Town of Birth"),
    "birthCountry": ("Country of birth", "Country of Birth"),
    "country": ("Address Country", "Country"),
    "position": ("Position",),
    "registrationNumber": ("Business registration number (s)", "Business registration number(s)"),
    "imoNumber": ("IMO number",),
    "flag": ("Current believed flag of ship",),
    "programId": ("Regime Name", "Regime"),
    "notes": ("Other Information", "UK Statement of Reasons"),
    "createdAt": ("Date Designated", "Listed On"),
}
_SCHEMA = {"individual": "Person", "entity": "Organization", "ship": "Vessel"}
_SHIPS_OWN = frozenset(("imoNumber", "flag"))


def read_uk_csv(file: Bounded) -> Iterator[Found]:
    """Give the entries, once all rows are read."""
    drafts: dict[str, tuple[int, Draft]] = {}
    for line, row in tables(file, needs=UK_COLUMNS):
        identity = _first(row, _ID)
        if identity not in drafts:
            schema = _SCHEMA.get(_first(row, _KIND).lower(), "LegalEntity")
            place = f"{file.name}:{line}"
            drafts[identity] = (
                line,
                Draft(f"{_SOURCE}-{identity}" if identity else "", schema, place, _SOURCE),
            )
        _tell(drafts[identity][1], row)
    for line, draft in drafts.values():
        yield line, draft.done()


def _tell(draft: Draft, row: dict[str, str]) -> None:
    parts = [row.get(f"Name {number}", "") for number in (1, 2, 3, 4, 5, 6)]
    weak = "low" in _first(row, ("Alias strength", "Alias Quality")).lower()
    kind = _first(row, ("Name type", "Alias Type")).lower()
    prop = "weakAlias" if weak else "name" if kind.startswith("primary") else "alias"
    if "fka" in kind or "formerly" in kind:
        prop = "previousName"
    draft.say(prop, " ".join(part for part in parts if part and part != "0"))
    script = _first(row, ("Name non-latin script", "Name Non-Latin Script"))
    draft.say("alias", script)
    for prop, columns in _TOLD.items():
        if prop in _SHIPS_OWN and draft.schema != "Vessel":
            continue
        for column in columns:
            for each in _NUMBERED.split(row.get(column, "")):
                draft.say(prop, each.lower() if prop == "gender" else each)
    address = [row.get(f"Address Line {n}", "") or row.get(f"Address {n}", "") for n in range(1, 7)]
    draft.say(
        "address", ", ".join(filter(None, [*address, _first(row, ("Address Postal Code", "Post/Zip Code"))]))
    )


def _first(row: dict[str, str], names: tuple[str, ...]) -> str:
    return next((row[name] for name in names if row.get(name)), "")
