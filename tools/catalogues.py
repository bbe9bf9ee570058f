"""Gathers what Comity says, and compiles its translations.

```
python tools/catalogues.py extract          adds what is new to every catalogue, takes out what is no longer said
python tools/catalogues.py missing [AREA]   prints what is not translated yet, as JSON: {message: {tag: ""}}
python tools/catalogues.py fill FILE        takes such a file back, filled in; a message that counts has a list of forms
python tools/catalogues.py compile          writes the compiled catalogue beside every .po
```

A language has one catalogue for each area of the code (`AREAS`), so that two people who work apart seldom meet in one
file. A message stands in the area where it is found first; what moves takes its translation along.

Gathered is, without anybody having to think of it:

- what is marked with `_`, `ngettext` or `N_`, anywhere;
- what `--help` prints: docstrings of commands and the `help` of their options, paragraph by paragraph;
- what any error of ours says (`comity.errors`) with its hint, in every module that `ENGLISH` does not except;
- every sentence of the modules in `SENTENCES`: those that put mistakes, reasons and answers together.

The last two are taken from f-strings with a placeholder for each value, because those modules know no language
(`comity.languages.said` recognises them). A sentence without any letter of its own is left out, and so is a hint that
is nothing but a command to type. `ENGLISH` names what stays English, each with the reason.
"""

import ast
import io
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "src" / "comity"
LANGUAGES = SOURCES / "languages"
TAGS = ("cs", "pl", "ru", "ko", "hu")

#: Modules whose every sentence people may read.
SENTENCES = (
    *(
        f"agreements/{name}.py"
        for name in (
            *(
                "acts",
                "amendments",
                "articles",
                "blocks",
                "clauses/values",
                "comparison",
                "conclusion",
                "days",
            ),
            *("durations", "folder", "folder_checks", "happenings", "leaks", "life", "loading", "mistakes"),
            *("notices", "parity", "reading", "signatures"),
            *("rules/contents", "rules/dates", "rules/overlaps", "rules/references"),
        )
    ),
    "cli/doctor.py",
    "decisions/gate.py",
    "decisions/layout.py",
    "decisions/rules/lineage.py",
    "decisions/rules/r01_safeguards.py",
    "decisions/rules/r02_in_force.py",
    "decisions/rules/r03_parties_and_offices.py",
    "decisions/rules/r04_category.py",
    "decisions/rules/r05_purpose.py",
    "decisions/rules/r06_marking.py",
    "decisions/rules/r07_third_party.py",
    "decisions/rules/r08_retention.py",
    "decisions/rules/r09_transport.py",
    "decisions/rules/r10_necessity.py",
    "handling/custody.py",
    "handling/safeguards.py",
    "journal/verify.py",
    "node/consent_impact.py",
    "node/consequences.py",
    "node/decide_again.py",
    "node/due_work.py",
    "node/known_time.py",
    "node/ledger.py",
    "node/stopped_channels.py",
    "node/take_disclosure.py",
    "node/watch_objects.py",
    "node/what_is_due.py",
    "node/why_not.py",
    "register/explaining.py",
    "strict.py",
)
_BYTES = (
    "what a program finds in bytes another program made; it travels in receipts and journals as it stands"
)
#: Modules whose grounds and stories people read: the texts of grounds, and how events are told; nothing else of them.
WORKING = (
    *(
        f"cooperation/{name}.py"
        for name in (
            *("charges", "contacts", "continuity", "currencies", "deliveries", "expense", "kind"),
            *(
                "materials",
                "matter",
                "measures",
                "meetings",
                "missions",
                "passages",
                "places",
                "plans",
                "protocol_draft",
            ),
            *("requests", "shared", "summaries"),
        )
    ),
    "node/cooperate.py",
    "node/stands_already.py",
    "node/matter_links.py",
    "node/matter_log.py",
    "node/take_matter.py",
)
_SHOWN_AT_WORK = "run by those who work on Comity itself, who read its code"
#: What stays English, and why: how the names of files begin.
ENGLISH = {
    "agreements/clauses/reference.py": "prints pages of the documentation, which are English",
    "agreements/reference_pages.py": "prints pages of the documentation, which are English",
    "carriers/framing.py": _BYTES,
    "cli/reference.py": "prints pages of the documentation, which are English",
    "journal/append.py": _BYTES,
    "journal/checkpoint.py": _BYTES,
    "journal/entries.py": _BYTES,
    "journal/merkle.py": _BYTES,
    "journal/proofs.py": _BYTES,
    "journal/reconcile.py": _BYTES,
    "federation/messages.py": _BYTES,
    "federation/statements.py": _BYTES,
    "federation/statement_forms.py": _BYTES,
    "sealing/": _BYTES,
    "storage/migrations/": _SHOWN_AT_WORK,
    "testing/": _SHOWN_AT_WORK,
}
#: area -> how the names of its files begin, below `src/comity`; what no other area names belongs to `house`.
AREAS = {
    "agreements": (
        "agreements/",
        "cli/agreement",
        "interop/agreement",
        *(f"node/{name}" for name in ("accede", "certify", "conclude", "decline", "propose", "simulate")),
    ),
    "gate": (
        "decisions/",
        "handling/",
        *(f"cli/{name}" for name in ("consent", "decide", "file", "necessity", "redress", "withdraw")),
        *(
            f"node/{name}"
            for name in ("confirm", "consent", "correct", "erase", "give_", "necessity", "obtain", "redress")
        ),
        *(f"node/{name}" for name in ("why_not", "withdraw")),
    ),
    "exchange": (
        "carriers/",
        "federation/",
        "relay/",
        *(f"cli/{name}" for name in ("peer", "pouch", "relay")),
        *(f"node/{name}" for name in ("carry", "deliver")),
    ),
    "keys": (
        "cards",
        "journal/",
        "keys",
        "storage/",
        *(f"cli/{name}" for name in ("card", "journal", "verify")),
    ),
    "register": (
        *(f"cli/register{name}" for name in (".", "_terms", "_asking", "_answering", "_keeping")),
        "control/verbs_register",
        "languages/register",
        *(
            f"node/{name}"
            for name in (
                *(
                    "answer_check",
                    "ask_check",
                    "check_own",
                    "contribute",
                    "flag_record",
                    "follow_up",
                    "tell_found",
                ),
                *("hit_thresholds", "host_register", "import_records", "merge_records", "pass_record"),
                *("questions_asked", "register", "show_record", "take_answer"),
            )
        ),
    ),
    "work": (
        "cooperation/",
        "languages/work",
        "node/cooperate",
        "node/stands_already",
        "node/matter",
        "node/take_matter",
        *(
            f"node/{name}"
            for name in (
                *("claim_costs", "consequences", "draw_summary", "due_work", "ledger", "reciprocity"),
                *("summarise", "watch_objects", "what_is_due"),
            )
        ),
        "cli/asking",
        "cli/duties",
        *(f"interop/{name}" for name in ("due_", "parquet", "summary_")),
        "cli/matters",
        "cli/working",
    ),
    "matching": ("cli/desk", "cli/register_", "interop/", "register/"),
    "console": ("console/", "languages/console"),
    "house": ("",),
}
#: Where the exceptions are that people read; those that derive from them are found.
_ERRORS = "errors.py"
#: A hint that is a command, or several: nothing in it is said in any language.
_COMMAND = re.compile(
    r"(?:comity|\{\w+\}(?= --help)|chmod \d+|pip install 'comity\[[a-z]+\]'|--[a-z]+)"
    r"(?: (?:[a-z-]+(?:=[a-z]+)?|[A-Z…]+|--[a-z-]+|(?:https://NAME:)?\{\w+\}|\d+))*(?: > \{\w+\}\.card)?"
)
_CITATION = re.compile(
    r"rule \d+ .*|safeguard \d|prot\. .*|.*\bart\. \{.*|.* prot\. \{\w+\}|VCLT .*|\{\w+\} notice \{\w+\}"
)
#: Calls whose words nobody reads: patterns, and faults of Comity's own.
_UNREAD = (
    "re.compile",
    "ValueError",
    "TypeError",
    "LookupError",
    "RuntimeError",
    "TypeVar",
    "cast",
    "NewType",
)
_Key = str | tuple[str, str]
_Nodes = Sequence[ast.AST]


def messages() -> dict[_Key, str]:
    """Give every message that is to be translated, with the file it stands in; one that counts as its two forms."""
    found, unmarked = gathered()
    return {**unmarked, **found}


@cache
def gathered() -> tuple[dict[_Key, str], dict[_Key, str]]:
    """Give what is marked or stands in `SENTENCES`; and besides it what is gathered from help and errors.

    Each module is walked once: all that is looked for is looked for among its nodes.
    """
    trees = {
        str(file.relative_to(SOURCES)): nodes_of(file.read_text()) for file in sorted(SOURCES.rglob("*.py"))
    }
    errors = _errors(trees.values(), trees[_ERRORS])
    found: dict[_Key, str] = {}
    unmarked: dict[_Key, str] = {}
    for name, tree in trees.items():
        if not name.startswith(tuple(ENGLISH)):
            for key in _marked(tree):
                found.setdefault(key, name)
            for key in (*_helped(tree), *_raised(tree, errors)):
                unmarked.setdefault(key, name)
    for file in sorted(SOURCES.rglob("*.html")):
        for key in _in_template(file.read_text()):
            found.setdefault(key, str(file.relative_to(SOURCES)))
    for name in SENTENCES:
        for sentence in _sentences(trees[name]):
            found.setdefault(sentence, name)
    for name in WORKING:
        for sentence in _worked(trees[name]):
            found.setdefault(sentence, name)
    return found, {key: name for key, name in unmarked.items() if key not in found}


def nodes_of(source: str) -> list[ast.AST]:
    """Give every node of a module, in the order of `ast.walk`."""
    return list(ast.walk(ast.parse(source)))


def _errors(trees: Iterable[_Nodes], nodes: _Nodes) -> frozenset[str]:
    """Give the names of the exceptions that people read."""
    known = {node.name for node in nodes if isinstance(node, ast.ClassDef)}
    classes = [node for each in trees for node in each if isinstance(node, ast.ClassDef)]
    grown = True
    while grown:
        more = {each.name for each in classes if any(ast.unparse(base) in known for base in each.bases)}
        grown = not more <= known
        known |= more
    return frozenset(known)


def _marked(module: _Nodes) -> Iterator[_Key]:
    for node in module:
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        words = [
            each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)
        ]
        if node.func.id in ("_", "N_") and words:
            yield words[0]
        elif node.func.id == "ngettext" and len(words) > 1:
            yield words[0], words[1]


def _helped(module: _Nodes) -> Iterator[str]:
    """Give what `--help` prints, paragraph by paragraph as it is looked up."""
    for node in module:
        if isinstance(node, ast.FunctionDef) and any(map(_makes_a_command, node.decorator_list)):
            yield from paragraphs(ast.get_docstring(node) or "")
        elif isinstance(node, ast.keyword) and node.arg == "help" and isinstance(node.value, ast.Constant):
            yield from paragraphs(str(node.value.value))
        elif isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "COMMANDS":
            lines = (each.elts[1] for each in ast.walk(node) if isinstance(each, ast.Tuple))
            yield from (str(each.value) for each in lines if isinstance(each, ast.Constant))


def _makes_a_command(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name in ("command", "group")


def paragraphs(text: str) -> Iterator[str]:
    """Give the paragraphs of a help text, each on one line."""
    for each in text.split("\n\n"):
        if each.strip():
            yield " ".join(each.split())


def _in_template(text: str) -> Iterator[_Key]:
    """Give what a page's template marks."""
    for node in Environment(autoescape=True).parse(text).find_all(nodes.Call):
        if not isinstance(node.node, nodes.Name) or node.node.name not in ("_", "ngettext"):
            continue
        words = [each.value for each in node.args if isinstance(each, nodes.Const)]
        if node.node.name == "ngettext":
            yield words[0], words[1]
        elif words:
            yield words[0]


def _sentences(module: _Nodes) -> Iterator[str]:
    """Give the sentences of a module of the core, with placeholders."""
    yield from _said_within(module, set(_not_said(module)))


def _raised(module: _Nodes, errors: frozenset[str]) -> Iterator[str]:
    """Give what a module's errors say and hint at, with placeholders; commands to type are left out."""
    left_out = set(_not_said(module))
    for node in module:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in errors:
            for argument in (*node.args, *(each.value for each in node.keywords)):
                yield from _said_within(ast.walk(argument), left_out)


def _said_within(within: Iterable[ast.AST], left_out: set[int]) -> Iterator[str]:
    for node in within:
        if id(node) in left_out:
            continue
        text = template(node).strip()
        own = re.sub(r"\{\w+\}", "", text)
        if " " not in text or not re.search(r"[^\W\d_]{2}", own):
            continue
        if not _CITATION.fullmatch(text) and not all(map(_COMMAND.fullmatch, text.split(", "))):
            yield text


def _worked(module: _Nodes) -> Iterator[str]:
    """Give what people read of a kind of matter.

    That is the texts of grounds (`Ground`, `against`, and what is called `text`); how events are told and what they
    are for (`EventForm`); what fields mean (`means`); and what a kind is (`what=` of a `Kind`).
    """
    places = {"Ground": (1,), "against": (1,), "EventForm": (1, 2, 3), "means": (0,)}
    for node in module:
        told: list[ast.AST] = []
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in places:
            told = [node.args[place] for place in places[node.func.id] if len(node.args) > place]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Kind":
            told = [each.value for each in node.keywords if each.arg == "what"]
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "text":
            told = [node.value]
        for text in map(template, told):
            if re.search(r"[^\W\d_]{2}", re.sub(r"\{\w+\}", "", text)):
                yield text


def _not_said(module: _Nodes) -> Iterator[int]:
    """Give the nodes that nobody reads.

    Those are docstrings, decorators (the reason and source of a rule of lint), patterns, types, parts of an f-string,
    and what is raised of a fault of Comity's own.
    """
    for node in module:
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr):
                yield id(first.value)
        if isinstance(node, ast.FunctionDef):
            yield from (id(part) for each in node.decorator_list for part in ast.walk(each))
        if isinstance(node, ast.JoinedStr):
            yield from (id(part) for part in ast.walk(node) if part is not node)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in _UNREAD:
            yield from (id(part) for each in node.args for part in ast.walk(each))
        if isinstance(node, ast.AnnAssign | ast.arg) and node.annotation is not None:
            yield from (id(part) for part in ast.walk(node.annotation))


def template(node: ast.AST) -> str:
    """Give a string or f-string with `{placeholders}` for its values; empty for anything else."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if not isinstance(node, ast.JoinedStr):
        return ""
    parts = []
    names: list[str] = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value).replace("{", "{{").replace("}", "}}"))
        elif isinstance(part, ast.FormattedValue):
            name = re.sub(r"\W+", "_", ast.unparse(part.value)).strip("_")[:30].rstrip("_")
            names.append(name)
            parts.append(f"{{{name}}}" if names.count(name) == 1 else f"{{{name}{names.count(name)}}}")
    return "".join(parts)


class Reviewable(Catalog):
    """A catalogue that says in its header whether a native reader has gone through it, and bears no dates."""

    reviewed = "no"

    @property
    def mime_headers(self) -> list[tuple[str, str]]:  # type: ignore[override]
        """Give the header: what gettext needs, and `X-Reviewed`."""
        kept = (
            "Project-Id-Version",
            "Language",
            "Plural-Forms",
            "MIME-Version",
            "Content-Type",
            "Content-Transfer-Encoding",
        )
        given = [(name, value) for name, value in Catalog.mime_headers.fget(self) if name in kept]  # type: ignore[attr-defined]
        return [*given, ("X-Reviewed", self.reviewed)]


def area_of(place: str) -> str:
    """Give the area a file belongs to."""
    return next(area for area, begins in AREAS.items() if place.startswith(begins))


def file_of(tag: str, area: str) -> Path:
    """Give where an area's catalogue of a language stands."""
    return LANGUAGES / tag / "LC_MESSAGES" / f"{area}.po"


def catalogue_of(tag: str, area: str) -> Reviewable:
    """Read an area's catalogue of a language; an empty one where there is none yet."""
    file = file_of(tag, area)
    made = Reviewable(
        locale=tag,
        domain="comity",
        project="Comity",
        version="1",
        charset="utf-8",
        fuzzy=False,
        header_comment=f"# Comity's messages in `{tag}`. X-Reviewed: by which native reader, or no.\n#",
    )
    if file.exists():
        with file.open("rb") as stream:
            read = read_po(stream, locale=tag, domain="comity")
        said = re.search(r'^"X-Reviewed: (.*?)\\n"$', file.read_text(), re.MULTILINE)
        made.reviewed = said[1] if said else "no"
        for message in read:
            if message.id:
                made.add(message.id, message.string, locations=message.locations)
    return made


def compiled(tag: str, area: str) -> bytes:
    """Compile a catalogue."""
    out = io.BytesIO()
    write_mo(out, catalogue_of(tag, area))
    return out.getvalue()


def translations(tag: str) -> dict[_Key, str | tuple[str, ...]]:
    """Give everything a language says, from all its catalogues."""
    return {
        message.id: message.string
        for area in AREAS
        for message in catalogue_of(tag, area)
        if message.id and all([message.string] if isinstance(message.string, str) else message.string)
    }


def extract() -> None:
    """Put every message into its area's catalogues, with what is known of its translation."""
    found = messages()
    for tag in TAGS:
        _put(tag, found, translations(tag))
    print(f"{len(found)} messages")


def missing(area: str = "") -> None:
    """Print what is not translated yet."""
    wanted: dict[str, dict[str, str | list[str]]] = {}
    found = messages()
    for tag in TAGS:
        held = translations(tag)
        forms = catalogue_of(tag, "house").num_plurals
        for key, place in found.items():
            if key not in held and area in ("", area_of(place)):
                name = key if isinstance(key, str) else json.dumps(key)
                wanted.setdefault(name, {})[tag] = "" if isinstance(key, str) else [""] * forms
    print(json.dumps(wanted, ensure_ascii=False, indent=1))


def fill(file: Path) -> None:
    """Take translations from a file that `missing` began; what is still empty stays untranslated."""
    given = json.loads(file.read_text())
    found = messages()
    keys = {key if isinstance(key, str) else json.dumps(key): key for key in found}
    unknown = [name for name in given if name not in keys]
    for tag in TAGS:
        held = translations(tag)
        for name, said in given.items():
            if name in keys and said.get(tag):
                text = said[tag]
                held[keys[name]] = text if isinstance(text, str) else tuple(text)
        _put(tag, found, held)
    for name in unknown:
        print(f"said nowhere: {name}")


def _put(tag: str, found: dict[_Key, str], held: dict[_Key, str | tuple[str, ...]]) -> None:
    for area in AREAS:
        catalogue = catalogue_of(tag, area)
        for message in list(catalogue):
            if message.id:
                catalogue.delete(message.id if isinstance(message.id, str) else message.id[0])
        for key, place in found.items():
            if area_of(place) == area:
                catalogue.add(key, held.get(key, ""), locations=[(place, 0)])
        _write(file_of(tag, area), catalogue)


def _write(file: Path, catalogue: Catalog) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as stream:
        write_po(stream, catalogue, width=110, omit_header=False, include_lineno=False, sort_output=True)


def compile_all() -> None:
    """Write every compiled catalogue."""
    for tag in TAGS:
        sizes = [file_of(tag, area).with_suffix(".mo").write_bytes(compiled(tag, area)) for area in AREAS]
        print(f"{tag}: {sum(sizes)} bytes")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["extract"]:
            extract()
        case ["missing", *area]:
            missing(*area)
        case ["fill", name]:
            fill(Path(name))
        case ["compile"]:
            compile_all()
        case _:
            sys.exit(__doc__)
