"""The list of Specially Designated Nationals of the United States (OFAC): `SDN.XML`, and `SDN.CSV` without aliases."""

import re
from collections.abc import Iterator

from comity.interop.lists.draft import Draft, Found
from comity.interop.lists.files import Bounded
from comity.interop.lists.rows import rows
from comity.interop.lists.xml_records import Element, records

__all__ = ["read_ofac_csv", "read_ofac_xml"]

_SOURCE = "us-ofac-sdn"
_SCHEMA = {"individual": "Person", "entity": "Organization", "vessel": "Vessel", "aircraft": "Airplane"}
_DOCUMENTS = (
    ("passport", "passportNumber"),
    ("vessel registration", "imoNumber"),
    ("registration", "registrationNumber"),
    ("tax id", "taxNumber"),
    ("swift", "swiftBic"),
    ("mmsi", "mmsi"),
    ("serial number", "serialNumber"),
    ("tail number", "registrationNumber"),
    ("digital currency", "publicKey"),
    ("legal entity", "leiCode"),
)
_ADDRESS = ("address1", "address2", "address3", "city", "stateOrProvince", "postalCode", "country")
_BORN = re.compile(r"\bDOB ([^;.]+)")
_IMO = re.compile(r"\bIMO (\d{7})\b")


def read_ofac_xml(file: Bounded) -> Iterator[Found]:
    """Give the entries of `SDN.XML`; weak aliases as `weakAlias`, which is not searched."""
    for record in records(file, ("sdnEntry",)):
        uid = record.value("uid")
        draft = Draft(
            f"{_SOURCE}-{uid}" if uid else "",
            _SCHEMA.get(record.value("sdnType").lower(), "LegalEntity"),
            f"{file.name}:{record.line}",
            _SOURCE,
        )
        draft.say("name", _name(record))
        for alias in record.all("akaList", "aka"):
            weak = alias.value("category").lower() == "weak"
            former = alias.value("type").lower().startswith("f")
            draft.say("weakAlias" if weak else "previousName" if former else "alias", _name(alias))
        _tell(draft, record)
        yield record.line, draft.done()


def _name(element: Element) -> str:
    return f"{element.value('firstName')} {element.value('lastName')}".strip()


def _tell(draft: Draft, record: Element) -> None:
    for born in record.all("dateOfBirthList", "dateOfBirthItem"):
        draft.say("birthDate", born.value("dateOfBirth"))
    for place in record.all("placeOfBirthList", "placeOfBirthItem"):
        draft.say("birthPlace", place.value("placeOfBirth"))
    for nation in record.all("nationalityList", "nationality"):
        draft.say("nationality", nation.value("country"))
    for citizenship in record.all("citizenshipList", "citizenship"):
        draft.say("citizenship", citizenship.value("country"))
    for document in record.all("idList", "id"):
        kind = document.value("idType").lower()
        if kind == "gender":
            draft.say("gender", document.value("idNumber").lower())
            continue
        prop = next((prop for word, prop in _DOCUMENTS if word in kind), "idNumber")
        number = document.value("idNumber")
        draft.say(prop, number.removeprefix("IMO ") if prop == "imoNumber" else number)
    for address in record.all("addressList", "address"):
        draft.say("address", ", ".join(filter(None, (address.value(part) for part in _ADDRESS))))
        draft.say("country", address.value("country"))
    for ship in record.all("vesselInfo"):
        draft.say("callSign", ship.value("callSign"))
        draft.say("flag", ship.value("vesselFlag"))
        draft.say("type", ship.value("vesselType"))
    for programme in record.all("programList", "program"):
        draft.say("programId", programme.text)
    draft.say("position", record.value("title"))
    draft.say("notes", record.value("remarks"))


def read_ofac_csv(file: Bounded) -> Iterator[Found]:
    """Give the rows of `SDN.CSV`: twelve columns without names."""
    for line, row in rows(file, encoding="utf-8"):
        if len(row) == 1 and row[0].strip("\x1a \t") == "":
            continue  # the file ends with a control character of old
        values = [value.strip() for value in row]
        place = f"{file.name}:{line}"
        uid = values[0] if values[0].isdecimal() else ""
        kind = values[2].lower() if len(values) > 2 else ""
        draft = Draft(f"{_SOURCE}-{uid}" if uid else "", _SCHEMA.get(kind, "Organization"), place, _SOURCE)
        if len(values) != 12:
            draft.wrong(f"{len(values)} values where SDN.CSV has 12")
        else:
            _tell_row(draft, values)
        yield line, draft.done()


def _tell_row(draft: Draft, values: list[str]) -> None:
    family, _, given = values[1].partition(", ")
    draft.say("name", f"{given} {family}".strip() if draft.schema == "Person" else values[1])
    draft.say("programId", values[3])
    draft.say("position", values[4])
    if draft.schema in ("Vessel", "Airplane"):
        draft.say("callSign", values[5])
        draft.say("flag", values[9])
        draft.say("imoNumber", next(iter(_IMO.findall(values[11])), ""))
    for born in _BORN.findall(values[11]):
        draft.say("birthDate", born)
    draft.say("notes", values[11])
