"""The consolidated list of persons and groups subject to financial sanctions of the European Union: XML and CSV.

The CSV (version 1.1) has a row for each name, address, birth date or document, all of which repeat the entry's id.
"""

from collections.abc import Iterator

from comity.interop.lists.draft import Draft, Found
from comity.interop.lists.files import Bounded
from comity.interop.lists.rows import tables
from comity.interop.lists.xml_records import Element, records

__all__ = ["EU_COLUMNS", "read_eu_csv", "read_eu_xml"]

#: Columns by which a table is known as this list.
EU_COLUMNS = ("Entity_LogicalId", "NameAlias_WholeName")
_SOURCE = "eu-fsf"
_DOCUMENTS = {
    "passport": "passportNumber", "diplpassport": "passportNumber", "fiscalcode": "taxNumber", "tax": "taxNumber",
    "regnumber": "registrationNumber", "swiftbic": "swiftBic", "imo": "imoNumber",
}  # fmt: skip
_GENDER = {"M": "male", "F": "female"}


def read_eu_xml(file: Bounded) -> Iterator[Found]:
    """Give the entries of the XML."""
    for record in records(file, ("sanctionEntity",)):
        kind = next(iter(record.all("subjectType")), None)
        person = kind is not None and ("person" in kind.get("code") or kind.get("classificationCode") == "P")
        draft = Draft(
            f"{_SOURCE}-{record.get('logicalId')}" if record.get("logicalId") else "",
            "Person" if person else "Organization",
            f"{file.name}:{record.line}",
            _SOURCE,
        )
        for at, alias in enumerate(record.all("nameAlias")):
            parts = " ".join(filter(None, map(alias.get, ("firstName", "middleName", "lastName"))))
            weak = alias.get("strong").lower() == "false"
            prop = "name" if at == 0 else "weakAlias" if weak else "alias"
            draft.say(prop, alias.get("wholeName") or parts, lang=alias.get("nameLanguage").lower())
            draft.say("gender", _GENDER.get(alias.get("gender"), ""))
            draft.say("position", alias.get("function"))
        _tell(draft, record)
        yield record.line, draft.done()


def _tell(draft: Draft, record: Element) -> None:
    for born in record.all("birthdate"):
        draft.say("birthDate", born.get("birthdate") or born.get("year"))
        draft.say("birthPlace", ", ".join(filter(None, map(born.get, ("place", "city", "region")))))
        draft.say("birthCountry", _iso(born.get("countryIso2Code")))
    for citizenship in record.all("citizenship"):
        draft.say("citizenship", _iso(citizenship.get("countryIso2Code")))
    for address in record.all("address"):
        parts = ("street", "poBox", "zipCode", "city", "region", "countryDescription")
        draft.say("address", ", ".join(filter(None, map(address.get, parts))))
        draft.say("country", _iso(address.get("countryIso2Code")))
    for document in record.all("identification"):
        kind = document.get("identificationTypeCode").lower()
        draft.say(_DOCUMENTS.get(kind, "idNumber"), document.get("number") or document.get("latinNumber"))
    for remark in record.all("remark"):
        draft.say("notes", remark.text)
    for regulation in record.all("regulation"):
        draft.say("programId", regulation.get("programme"))
    draft.say("notes", record.get("designationDetails"))


def read_eu_csv(file: Bounded) -> Iterator[Found]:
    """Give the entries of the CSV, once all rows are read."""
    drafts: dict[str, tuple[int, Draft]] = {}
    for line, row in tables(file, separator=";", needs=EU_COLUMNS):
        identity = row["Entity_LogicalId"]
        if identity not in drafts:
            person = row.get("Entity_SubjectType", "").lower() in ("p", "person") or (
                row.get("Entity_SubjectType_ClassificationCode", "").lower() in ("p", "person")
            )
            place = f"{file.name}:{line}"
            schema = "Person" if person else "Organization"
            drafts[identity] = (
                line,
                Draft(f"{_SOURCE}-{identity}" if identity else "", schema, place, _SOURCE),
            )
            first = True
        else:
            first = False
        _tell_row(drafts[identity][1], row, first)
    for line, draft in drafts.values():
        yield line, draft.done()


def _tell_row(draft: Draft, row: dict[str, str], first: bool) -> None:
    def of(*names: str) -> list[str]:
        return [row[name] for name in names if row.get(name)]

    name = row.get("NameAlias_WholeName") or " ".join(
        of("NameAlias_FirstName", "NameAlias_MiddleName", "NameAlias_LastName")
    )
    draft.say("name" if first else "alias", name, lang=row.get("NameAlias_NameLanguage", "").lower())
    draft.say("gender", _GENDER.get(row.get("NameAlias_Gender", ""), ""))
    draft.say("position", row.get("NameAlias_Function", ""))
    draft.say("birthDate", next(iter(of("BirthDate_BirthDate", "BirthDate_Year")), ""))
    draft.say("birthPlace", ", ".join(of("BirthDate_Place", "BirthDate_City", "BirthDate_Region")))
    draft.say("birthCountry", _iso(row.get("BirthDate_CountryIso2Code", "")))
    draft.say("citizenship", _iso(row.get("Citizenship_CountryIso2Code", "")))
    draft.say("address", ", ".join(of("Address_Street", "Address_ZipCode", "Address_City", "Address_Region")))
    draft.say("country", _iso(row.get("Address_CountryIso2Code", "")))
    kind = row.get("Identification_TypeCode", "").lower()
    draft.say(_DOCUMENTS.get(kind, "idNumber"), row.get("Identification_Number", ""))
    draft.say("notes", row.get("Entity_Remark", ""))
    draft.say("programId", row.get("Entity_Regulation_Programme", ""))


def _iso(code: str) -> str:
    """The list writes `00` where a country is not known."""
    return "" if code == "00" else code
