"""The Consolidated List of the United Nations Security Council, as its XML."""

from collections.abc import Iterator

from comity.interop.lists.draft import Draft, Found
from comity.interop.lists.files import Bounded
from comity.interop.lists.xml_records import Element, records

__all__ = ["read_un"]

_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
_DOCUMENTS = (("passport", "passportNumber"), ("tax", "taxNumber"), ("registration", "registrationNumber"))
_ADDRESS = ("STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY")


def read_un(file: Bounded) -> Iterator[Found]:
    """Give the individuals and entities; aliases of low quality as `weakAlias`, which is not searched."""
    for record in records(file, ("INDIVIDUAL", "ENTITY")):
        person = record.name == "INDIVIDUAL"
        draft = Draft(
            f"un-sc-{record.value('DATAID')}" if record.value("DATAID") else "",
            "Person" if person else "Organization",
            f"{file.name}:{record.line}",
            "un-sc",
        )
        draft.say("name", " ".join(filter(None, (record.value(part) for part in _PARTS))))
        draft.say("alias", record.value("NAME_ORIGINAL_SCRIPT"))
        for alias in record.all("INDIVIDUAL_ALIAS" if person else "ENTITY_ALIAS"):
            _alias(draft, alias.value("QUALITY").lower(), alias.value("ALIAS_NAME"))
        _tell(draft, record, person)
        yield record.line, draft.done()


def _alias(draft: Draft, quality: str, name: str) -> None:
    prop = "weakAlias" if quality == "low" else "previousName" if "f.k.a" in quality else "alias"
    for each in name.split(";"):
        draft.say(prop, each)


def _tell(draft: Draft, record: Element, person: bool) -> None:
    if person:
        draft.say("gender", record.value("GENDER").lower())
        for born in record.all("INDIVIDUAL_DATE_OF_BIRTH"):
            for part in ("DATE", "YEAR", "FROM_YEAR", "TO_YEAR"):
                draft.say("birthDate", born.value(part))
        for place in record.all("INDIVIDUAL_PLACE_OF_BIRTH"):
            draft.say("birthPlace", ", ".join(filter(None, (place.value(p) for p in _ADDRESS))))
            draft.say("birthCountry", place.value("COUNTRY"))
        for nation in record.all("NATIONALITY", "VALUE"):
            draft.say("nationality", nation.text)
        for document in record.all("INDIVIDUAL_DOCUMENT"):
            kind = document.value("TYPE_OF_DOCUMENT").lower()
            prop = next((prop for word, prop in _DOCUMENTS if word in kind), "idNumber")
            draft.say(prop, document.value("NUMBER"))
        for office in record.all("DESIGNATION", "VALUE"):
            draft.say("position", office.text)
    for address in record.all("INDIVIDUAL_ADDRESS" if person else "ENTITY_ADDRESS"):
        draft.say("address", ", ".join(filter(None, (address.value(part) for part in _ADDRESS))))
        draft.say("country", address.value("COUNTRY"))
    draft.say("notes", record.value("COMMENTS1"))
    draft.say("programId", record.value("REFERENCE_NUMBER"))
    draft.say("createdAt", record.value("LISTED_ON"))
    for day in record.all("LAST_DAY_UPDATED", "VALUE"):
        draft.say("modifiedAt", day.text)
