"""The text of an agreement as Akoma Ntoso 3.0 (OASIS LegalDocML): articles, paragraphs, and who the Parties are.

One document for each language text. Clauses are not part of it: they are the same text for machines.
"""

import xml.etree.ElementTree as ET
from datetime import date

from comity.agreements.agreement import Agreement, Article, Text

__all__ = ["akoma_ntoso"]

NAMESPACE = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
#: ISO 639-1 to the three letters FRBRlanguage asks for; others are passed on as they are.
_LETTERS = {
    "cs": "ces",
    "de": "deu",
    "en": "eng",
    "fr": "fra",
    "hu": "hun",
    "ko": "kor",
    "pl": "pol",
    "ru": "rus",
}


def akoma_ntoso(agreement: Agreement, language: str, on: date) -> bytes:
    """Give one language text as XML.

    Args:
        agreement: the agreement.
        language: which text; `KeyError` where there is none.
        on: the day the document was made.
    """
    text = agreement.texts[language]
    root = ET.Element("akomaNtoso", {"xmlns": NAMESPACE})
    act = ET.SubElement(root, "act", {"name": "agreement", "contains": "originalVersion"})
    _meta(act, agreement, text, on)
    preface = ET.SubElement(act, "preface")
    ET.SubElement(ET.SubElement(preface, "p"), "docTitle").text = text.title
    body = ET.SubElement(act, "body")
    for number, article in enumerate(text.articles, 1):
        _article(body, article, number)
    ET.indent(root)
    written: str = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{written}\n'.encode()


def _meta(act: ET.Element, agreement: Agreement, text: Text, on: date) -> None:
    signed = agreement.term.signed if agreement.term and agreement.term.signed else on
    tongue = _LETTERS.get(text.language, text.language)
    work = f"/akn/un/act/agreement/{signed.isoformat()}/{agreement.id}"
    meta = ET.SubElement(act, "meta")
    identification = ET.SubElement(meta, "identification", {"source": "#comity"})
    levels = (
        ("FRBRWork", work, signed, "signature"),
        ("FRBRExpression", f"{work}/{tongue}@", signed, "signature"),
        ("FRBRManifestation", f"{work}/{tongue}@.xml", on, "export"),
    )
    for name, uri, day, why in levels:
        level = ET.SubElement(identification, name)
        ET.SubElement(level, "FRBRthis", {"value": f"{uri}/!main"})
        ET.SubElement(level, "FRBRuri", {"value": uri})
        ET.SubElement(level, "FRBRdate", {"date": day.isoformat(), "name": why})
        ET.SubElement(level, "FRBRauthor", {"href": "#comity"})
        if name == "FRBRWork":
            ET.SubElement(level, "FRBRcountry", {"value": "un"})
        if name == "FRBRExpression":
            ET.SubElement(level, "FRBRlanguage", {"language": tongue})
    references = ET.SubElement(meta, "references", {"source": "#comity"})
    ET.SubElement(
        references,
        "TLCOrganization",
        {"eId": "comity", "href": "/ontology/organization/comity", "showAs": "Comity"},
    )
    for index, (party, clause) in enumerate(agreement.party_clauses.items(), 1):
        shown = clause.name.get(text.language) or next(iter(clause.name.values()), party)
        place = {"eId": f"party_{index}", "href": f"/ontology/organization/{party}", "showAs": shown}
        ET.SubElement(references, "TLCOrganization", place)


def _article(body: ET.Element, article: Article, number: int) -> None:
    name = f"art_{number}"
    node = ET.SubElement(body, "article", {"eId": name})
    if article.number != article.heading:
        ET.SubElement(node, "num").text = article.number
    ET.SubElement(node, "heading").text = article.heading
    lead = article.text.split(article.paragraphs[0].text)[0].strip() if article.paragraphs else article.text
    if lead:
        target = ET.SubElement(node, "intro" if article.paragraphs else "content")
        ET.SubElement(target, "p").text = lead
    for index, paragraph in enumerate(article.paragraphs, 1):
        part = ET.SubElement(node, "paragraph", {"eId": f"{name}__para_{index}"})
        ET.SubElement(part, "num").text = paragraph.number
        content = ET.SubElement(part, "content")
        for line in paragraph.text.split("\n"):
            ET.SubElement(content, "p").text = line
