"""Files into an agreement: the whole folder at once, every mistake named, nothing but `BadInput` raised.

The order of things: caps; each text taken apart; the languages clause tells authentic texts from translations;
clauses of the decisive text lead; protocols, notices and signature files are added; then what a single text cannot
know is checked (ids, and clauses that may stand once).

Source: specs/agreement.md, "The folder", "Caps" and "Languages".
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from comity.agreements.agreement import Agreement, Notice, ProtocolText, SignatureFile, Text, identity
from comity.agreements.articles import ReadText, read_text
from comity.agreements.blocks import read_block
from comity.agreements.clauses import Clause, Languages
from comity.agreements.folder_checks import check_ids, check_single
from comity.agreements.mistakes import Mistakes, did_you_mean
from comity.agreements.notices import read_notice
from comity.agreements.parity import differences
from comity.agreements.reading import read_clause
from comity.identifiers import Digest

__all__ = ["MAX_FILES", "MAX_FOLDER_BYTES", "parse_agreement"]

#: Most files a folder may hold, and most bytes in all.
MAX_FILES: Final = 2000
MAX_FOLDER_BYTES: Final = 32 * 1024 * 1024
MAX_SIGNATURE_BYTES: Final = 256 * 1024
#: Most clauses one text may hold.
MAX_CLAUSES: Final = 5000
#: Most Parties one agreement may name: its state is one of pairs.
MAX_PARTIES: Final = 500
#: Version of the vocabulary this program reads.
VERSION: Final = 1

_LANGUAGE = r"(?P<language>[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)"
_TEXT = re.compile(rf"agreement\.{_LANGUAGE}\.md\Z")
_PROTOCOL = re.compile(rf"protocols/(?P<number>[0-9]{{1,6}})(?:-[A-Za-z0-9_-]+)?\.{_LANGUAGE}\.md\Z")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,127}\Z")
_BASE_KEYS = ("comity", "id", "title", "language")
_PROTOCOL_KEYS = (*_BASE_KEYS, "protocol_of", "number")


class _Draft(msgspec.Struct):
    """One file on its way to a `Text`."""

    path: str
    language: str
    number: int
    data: bytes
    read: ReadText


def parse_agreement(files: Mapping[str, bytes]) -> Agreement:
    """Read an agreement from its files, named relative to its folder.

    Files that are no part of an agreement (a README beside it) are left alone; a misnamed one within `protocols/`,
    `notices/` or beginning with `agreement` is a mistake.

    Raises:
        BadInput: with every mistake found, one line each: `agreement.en.md:41: art. 5: …`.
    """
    mistakes = Mistakes()
    if len(files) > MAX_FILES or sum(map(len, files.values())) > MAX_FOLDER_BYTES:
        mistakes.add("agreement", 0, f"a folder holds {MAX_FILES} files and {MAX_FOLDER_BYTES} bytes at most")
        mistakes.check()
    base, protocols = _drafts(files, mistakes)
    if not base and not mistakes:
        mistakes.add("agreement", 0, "no text: the folder should hold a file such as `agreement.en.md`")
    mistakes.check()
    agreement_id = _one_id(base, mistakes)
    texts, languages, decisive = _base_texts(base, agreement_id, mistakes)
    subordinate = _protocols(protocols, agreement_id, languages, decisive, mistakes)
    notices = _notices(files, mistakes)
    signatures = _signatures(files, mistakes)
    mistakes.check()
    lead = texts[decisive]
    agreement = Agreement(
        id=agreement_id,
        title=lead.title,
        version=VERSION,
        languages=languages,
        decisive=decisive,
        texts=texts,
        clauses=lead.clauses,
        protocols=subordinate,
        notices=notices,
        signatures=signatures,
        differences=differences(
            [lead, *(text for text in texts.values() if text.authentic and text is not lead)]
        ),
    )
    if len(agreement.parties) > MAX_PARTIES:
        mistakes.add(lead.path, 0, f"{len(agreement.parties)} Parties are too many; {MAX_PARTIES} at most")
        mistakes.check()
    check_ids(agreement, mistakes)
    check_single(agreement, mistakes)
    mistakes.check()
    return agreement


def _drafts(files: Mapping[str, bytes], mistakes: Mistakes) -> tuple[list[_Draft], list[_Draft]]:
    base: list[_Draft] = []
    protocols: list[_Draft] = []
    for path in sorted(files):
        named = _TEXT.match(path) or _PROTOCOL.match(path)
        if named is None:
            if re.match(r"agreement[^/]*\.md\Z", path):
                mistakes.add(path, 0, "the name should give the language, such as `agreement.en.md`")
            elif path.startswith("protocols/"):
                mistakes.add(path, 0, "a protocol is a file such as `protocols/0001-new-category.en.md`")
            continue
        read = read_text(path, files[path], mistakes)
        if read is None:
            continue
        of_protocol = path.startswith("protocols/")
        number = int(named["number"]) if of_protocol else 0
        draft = _Draft(path, named["language"], number, files[path], read)
        _check_front(draft, mistakes)
        (protocols if of_protocol else base).append(draft)
    return base, protocols


def _check_front(draft: _Draft, mistakes: Mistakes) -> None:
    front, path = draft.read.front, draft.path
    keys = _PROTOCOL_KEYS if draft.number or path.startswith("protocols/") else _BASE_KEYS
    for key in front:
        if key not in keys:
            mistakes.add(path, 1, f"`{key[:60]}` is not a key of the front matter{did_you_mean(key, keys)}")
    for key in keys:
        if key not in front:
            mistakes.add(path, 1, f"the front matter needs `{key}`")
    should = {
        "comity": f"{VERSION}, the version of the vocabulary",
        "id": "lower-case letters, digits and hyphens, such as `north-south-2026`",
        "title": "the title, in quotes",
        "language": f"`{draft.language}`, as in the file's name",
        "protocol_of": "the id of the agreement",
        "number": f"{draft.number}, as in the file's name",
    }
    for key in keys:
        if key in front and not _front_is_right(key, front[key], draft):
            mistakes.add(path, 1, f"{key} should be {should[key]}")


def _front_is_right(key: str, value: object, draft: _Draft) -> bool:
    if key in ("comity", "number"):
        return type(value) is int and value == (VERSION if key == "comity" else draft.number)
    if not isinstance(value, str):
        return False
    if key == "language":
        return value == draft.language
    return 0 < len(value.strip()) <= 500 if key == "title" else bool(_ID.match(value))


def _one_id(base: Sequence[_Draft], mistakes: Mistakes) -> str:
    found = {str(draft.read.front.get("id", "")): draft.path for draft in base}
    first = str(base[0].read.front.get("id", ""))
    for other, path in found.items():
        if other != first:
            said = f"id `{other[:60]}` should be `{first[:60]}` as in {base[0].path}; it is the same in every language"
            mistakes.add(path, 1, said)
    return first


def _clauses_of(draft: _Draft, agreement: str, mistakes: Mistakes) -> tuple[Clause, ...]:
    found: list[Clause] = []
    for block in draft.read.blocks:
        for raw in read_block(draft.path, block, mistakes):
            clause = read_clause(raw, draft.path, agreement, draft.number, mistakes)
            if clause is not None:
                found.append(clause)
    if len(found) > MAX_CLAUSES:
        mistakes.add(draft.path, 0, f"{len(found)} clauses are too many; {MAX_CLAUSES} at most")
    return tuple(found)


def _text(draft: _Draft, authentic: bool, clauses: tuple[Clause, ...]) -> Text:
    return Text(
        path=draft.path,
        language=draft.language,
        title=str(draft.read.front.get("title", "")).strip(),
        sha256=Digest(hashlib.sha256(draft.data).hexdigest()),
        articles=draft.read.articles,
        authentic=authentic,
        clauses=clauses,
    )


def _base_texts(
    drafts: Sequence[_Draft], agreement: str, mistakes: Mistakes
) -> tuple[Mapping[str, Text], tuple[str, ...], str]:
    """Tell authentic texts from translations, and read the clauses of the authentic ones.

    A text that names its own language among the authentic ones speaks for the agreement; one that does not is a
    translation, whose mistakes are not ours to report. Without a languages clause every text is authentic.
    """
    read: dict[str, tuple[_Draft, tuple[Clause, ...], Mistakes]] = {}
    for draft in drafts:
        own = Mistakes()
        read[draft.language] = draft, _clauses_of(draft, agreement, own), own
    said = {tag: _languages_of(clauses) for tag, (_, clauses, _) in read.items()}
    speaking = {tag: found for tag, found in said.items() if found and tag in found.authentic}
    if speaking:
        lead = next(iter(speaking.values()))
        for found in speaking.values():
            if (found.authentic, found.decisive) != (lead.authentic, lead.decisive):
                said_so = f"the languages clause differs from {lead.path}:{lead.line}; all texts should name the same"
                mistakes.add(found.path, found.line, said_so, found.ref.article)
        languages, decisive = lead.authentic, lead.decisive
    elif any(said.values()):
        found = next(found for found in said.values() if found)
        named = ", ".join(found.authentic)
        mistakes.add(
            found.path, found.line, f"no text in an authentic language ({named}) is here", found.ref.article
        )
        languages, decisive = tuple(read), None
    else:
        languages, decisive = tuple(read), None
    texts: dict[str, Text] = {}
    for tag in [*(tag for tag in languages if tag in read), *(tag for tag in read if tag not in languages)]:
        draft, clauses, own = read[tag]
        authentic = tag in languages
        if authentic:
            mistakes.take(own)
        texts[tag] = _text(draft, authentic, clauses if authentic else ())
    if decisive is not None and decisive not in languages and speaking:
        mistakes.add(lead.path, lead.line, f"decisive `{decisive}` should be one of the authentic languages")
    first = next(tag for tag in texts)
    return texts, languages, decisive if decisive in texts else first


def _languages_of(clauses: Iterable[Clause]) -> Languages | None:
    return next((clause for clause in clauses if isinstance(clause, Languages)), None)


def _protocols(
    drafts: Sequence[_Draft], agreement: str, languages: Sequence[str], decisive: str, mistakes: Mistakes
) -> tuple[ProtocolText, ...]:
    groups: dict[int, list[_Draft]] = defaultdict(list)
    for draft in drafts:
        front = draft.read.front
        if front.get("protocol_of") not in (None, agreement):
            mistakes.add(draft.path, 1, f"protocol_of should be `{agreement}`")
        same = next((each for each in groups[draft.number] if each.language == draft.language), None)
        if same is not None:
            mistakes.add(draft.path, 0, f"protocol {draft.number} stands already in {same.path}")
            continue
        groups[draft.number].append(draft)
    return tuple(
        _protocol(number, groups[number], agreement, languages, decisive, mistakes)
        for number in sorted(groups)
    )


def _protocol(
    number: int,
    drafts: Sequence[_Draft],
    agreement: str,
    languages: Sequence[str],
    decisive: str,
    mistakes: Mistakes,
) -> ProtocolText:
    if number == 0:
        mistakes.add(drafts[0].path, 0, "protocols are numbered from 1")
    authentic = [draft for draft in drafts if draft.language in languages]
    if not authentic:
        mistakes.add(
            drafts[0].path, 0, f"a protocol needs a text in an authentic language ({', '.join(languages)})"
        )
        authentic = list(drafts)
    authentic.sort(key=lambda draft: (draft.language != decisive, draft.language))
    texts = {
        draft.language: _text(draft, True, _clauses_of(draft, agreement, mistakes)) for draft in authentic
    }
    lead = next(iter(texts.values()))
    said = identity(f"{agreement} prot. {number}", VERSION, {tag: text.sha256 for tag, text in texts.items()})
    shown = {draft.language: _text(draft, False, ()) for draft in drafts if draft.language not in texts}
    return ProtocolText(
        number=number,
        texts={**texts, **shown},
        clauses=lead.clauses,
        digest=Digest(hashlib.sha256(said).hexdigest()),
        differences=differences(list(texts.values())),
    )


def _notices(files: Mapping[str, bytes], mistakes: Mistakes) -> tuple[Notice, ...]:
    found: dict[int, Notice] = {}
    for path in sorted(files):
        if not path.startswith("notices/"):
            continue
        notice = read_notice(path, files[path], mistakes)
        if notice is None:
            continue
        if notice.number in found:
            mistakes.add(path, 0, f"notice {notice.number} stands already in {found[notice.number].path}")
        found[notice.number] = notice
    return tuple(found[number] for number in sorted(found))


#: One name below `signatures/`: what came from others is written to folders under these names.
_SIGNATURE = re.compile(r"signatures/[^./\\\x00-\x1f][^/\\\x00-\x1f]*\.(?:dsse|card)\Z")


def _signatures(files: Mapping[str, bytes], mistakes: Mistakes) -> tuple[SignatureFile, ...]:
    found = []
    for path in sorted(files):
        if not path.startswith("signatures/"):
            continue
        if not _SIGNATURE.match(path):
            mistakes.add(path, 0, "a signature ends in `.dsse`, a card in `.card`")
        elif len(files[path]) > MAX_SIGNATURE_BYTES:
            mistakes.add(path, 0, f"{len(files[path])} bytes are too many; {MAX_SIGNATURE_BYTES} at most")
        else:
            found.append(SignatureFile(path, files[path]))
    return tuple(found)
