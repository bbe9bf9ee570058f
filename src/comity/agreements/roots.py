"""Writing root keys into a draft: `root = "ed25519:…"` in each `[[party]]` clause of every language text.

>>> files = {"agreement.en.md": b'+++\\n```toml clause\\n[[party]]\\nid = "a.example"\\n```\\n'}
>>> b'root = "ed25519:' in with_roots(files, {"a.example": "ed25519:" + "0" * 64})["agreement.en.md"]
True

Nothing else of a text changes, so that people can compare what they had read with what they sign.
"""

import re
from collections.abc import Mapping

from comity.errors import BadInput

__all__ = ["with_roots"]

_ID = re.compile(r"""(?P<indent>[ \t]*)id[ \t]*=[ \t]*(?P<quote>["'])(?P<party>[^"']+)(?P=quote)""")
_ROOT = re.compile(r"[ \t]*root[ \t]*=")
_PARTY = re.compile(r"[ \t]*\[\[[ \t]*party[ \t]*\]\]")
_TABLE = re.compile(r"[ \t]*(\[|```)")


def with_roots(files: Mapping[str, bytes], roots: Mapping[str, str]) -> Mapping[str, bytes]:
    """Give the files with the root of each Party written in, replacing one that stands there.

    Args:
        files: an agreement's files, named relative to its folder.
        roots: Party -> fingerprint of its root key.

    Raises:
        BadInput: a Party has no clause in some language text.
    """
    written = dict(files)
    for path, data in files.items():
        if not re.fullmatch(r"agreement\.[A-Za-z0-9-]+\.md", path):
            continue
        lines, seen = _rewrite(data.decode("utf-8", errors="surrogateescape").split("\n"), roots)
        missing = sorted(roots.keys() - seen)
        if missing:
            raise BadInput(*(f"{path}: no [[party]] clause of {party}" for party in missing))
        written[path] = "\n".join(lines).encode("utf-8", errors="surrogateescape")
    return written


def _rewrite(lines: list[str], roots: Mapping[str, str]) -> tuple[list[str], set[str]]:
    written: list[str] = []
    seen: set[str] = set()
    index = 0
    while index < len(lines):
        end = index + 1
        if _PARTY.match(lines[index]):
            while end < len(lines) and not _TABLE.match(lines[end]):
                end += 1
            written += _with_root(lines[index:end], roots, seen)
        else:
            written.append(lines[index])
        index = end
    return written, seen


def _with_root(clause: list[str], roots: Mapping[str, str], seen: set[str]) -> list[str]:
    """Write the root into the lines of one `[[party]]` clause, after its id."""
    named = next((found for line in clause if (found := _ID.match(line))), None)
    if named is None or named["party"] not in roots:
        return clause
    seen.add(named["party"])
    written: list[str] = []
    for line in clause:
        if _ROOT.match(line):
            continue
        written.append(line)
        if _ID.match(line):
            carriage = "\r" if line.endswith("\r") else ""
            written.append(f'{named["indent"]}root = "{roots[named["party"]]}"{carriage}')
    return written
