"""Written acts under an agreement, one TOML file each: `notices/0001-denunciation.toml`.

```
kind = "denunciation"
by = "cert.north.example"
dated = 2030-01-10
received = 2030-01-12        # written in by the node that receives it; a signature does not cover this line
text = "…"
```

Source: specs/agreement.md, "Notices"; VCLT art. 65 to 68, 78.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

from comity.agreements.agreement import NOTICE_KINDS, Notice
from comity.agreements.articles import decode
from comity.agreements.clauses.values import (
    Reader,
    choice,
    day,
    day_or_instant,
    fingerprint,
    list_of,
    one_of,
    party,
    text,
    word,
)
from comity.agreements.mistakes import Mistakes, did_you_mean
from comity.identifiers import Digest
from comity.strict import NotToml, read_toml

__all__ = ["FIELDS", "HIGHEST", "act_of", "read_notice"]

#: The highest number a notice may have: six digits.
HIGHEST: Final = 999_999
#: Largest notice, in bytes.
MAX_NOTICE_BYTES: Final = 64 * 1024
_MAX_FIELDS: Final = 100
_KEY: Final = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")

_NAME = re.compile(r"notices/(?P<number>[0-9]{1,6})(?:-[A-Za-z0-9_-]+)?\.toml\Z")
_FILE = re.compile(r"(?:notices/)?[0-9]{1,6}(?:-[A-Za-z0-9_-]+)?(?:\.toml)?\Z")


def _file(value: Any) -> str:
    if isinstance(value, str) and _FILE.match(value):
        return value
    raise ValueError("should name a file such as `0001-denunciation.toml`, or in a succession a Party")


#: Field -> its reader. `root` and `signs` serve a newcomer that no article names yet.
FIELDS: Final[Mapping[str, Reader]] = {
    "kind": choice(*NOTICE_KINDS),
    "by": party,
    "dated": day,
    "received": day_or_instant,
    "of": one_of(party, _file),
    "from": day,
    "until": day_or_instant,
    "ground": text,
    "function": word,
    "text": text,
    "root": fingerprint,
    "signs": list_of(word),
}


def read_notice(path: str, data: bytes, mistakes: Mistakes) -> Notice | None:
    """Read one notice; None where it cannot be read (noted in `mistakes`)."""
    named = _NAME.match(path)
    if not named:
        mistakes.add(path, 0, "a notice is a file such as `notices/0001-denunciation.toml`")
        return None
    if len(data) > MAX_NOTICE_BYTES:
        mistakes.add(path, 0, f"{len(data)} bytes are too many; a notice holds {MAX_NOTICE_BYTES} at most")
        return None
    content = decode(path, data, mistakes)
    if content is None:
        return None
    try:
        table = read_toml(content)
    except NotToml as error:
        mistakes.add(path, 0, f"not TOML: {str(error)[:160].lower()}")
        return None
    if not all(map(_is_plain, table.values())):  # a line written in at the end would stand in the last table
        mistakes.add(path, 0, "a notice holds plain keys and values only")
        return None
    if len(table) > _MAX_FIELDS:
        mistakes.add(path, 0, f"{len(table)} fields are too many; a notice holds {_MAX_FIELDS} at most")
        return None
    return _notice(path, int(named["number"]), table, content, mistakes)


def _notice(path: str, number: int, table: dict[str, Any], content: str, mistakes: Mistakes) -> Notice | None:
    given: dict[str, Any] = {}
    whole = True
    lines: dict[str, int] = {}
    for at, said in enumerate(content.split("\n"), 1):
        if key := _KEY.match(said):
            lines.setdefault(key[1], at)
    for field, value in table.items():
        line = lines.get(field, 0)
        if field.startswith("x_"):
            continue
        if field not in FIELDS:
            mistakes.add(
                path, line, f"`{field[:60]}` is not a field of a notice{did_you_mean(field, FIELDS)}"
            )
            continue
        try:
            given["from_" if field == "from" else field] = FIELDS[field](value)
        except (ValueError, OverflowError) as error:
            whole = False
            mistakes.add(path, line, f"{field}: {error}")
    for field in ("kind", "by", "dated"):
        if field not in table:
            whole = False
            mistakes.add(path, 0, f"a notice needs `{field}`")
    if not whole:
        return None
    digest = hashlib.sha256(act_of(content.encode())).hexdigest()
    return Notice(number=number, path=path, digest=Digest(digest), **given)


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return not any(isinstance(each, list | dict) for each in value)
    return not isinstance(value, dict)


def act_of(data: bytes) -> bytes:
    """Give what a signature on a notice covers: the file without the line `received`, which the recipient writes.

    Only a line of the form `received = <date or time>` is left out, so nothing else can hide behind it.
    """
    received = re.compile(rb"received[ \t]*=[ \t]*[0-9][0-9TtZz:.+ -]*(?:#.*)?\Z")
    return b"\n".join(
        line for line in data.replace(b"\r\n", b"\n").split(b"\n") if not received.match(line.strip())
    )
