"""A form sent twice does its work once: a double click, a reload, a way back and forth again.

Every page gives its forms a number of its own. The same form of the same page with the same fields, from the same
session, is answered as it was the first time; while the first is under way the second waits for it. What failed may be
sent again. Kept in memory: after a restart, and with scripts that send forms of their own, a form is a new one.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable

from starlette.datastructures import FormData, UploadFile

from comity.console.acts import Done

#: The hidden field that holds a page's number.
FIELD = "once"
#: Answers kept, the newest.
_MOST = 4000
#: Bytes of a file read at once.
_BLOCK = 64 * 1024


class Once:
    """Answers to the forms sent lately."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, asyncio.Future[Done]] = OrderedDict()

    async def run(self, key: str, do: Callable[[], Awaitable[Done]]) -> Done:
        """Do what a form wants, or give what it came to before; an empty key is always new."""
        if not key:
            return await do()
        if key in self._kept:
            return await asyncio.shield(self._kept[key])
        future: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        self._kept[key] = future
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        try:
            done = await do()
        except BaseException as error:
            self._kept.pop(key, None)
            future.set_exception(error)
            future.exception()  # told to whoever waits; nobody need
            raise
        future.set_result(done)
        return done


def key_of(session: str, path: str, form: FormData) -> str:
    """Name a form as it was sent; empty where it has no number."""
    if not form.get(FIELD):
        return ""
    return key_from(session, path, [(name, _text(value)) for name, value in form.multi_items()])


def key_from(session: str, path: str, fields: Iterable[tuple[str, str]]) -> str:
    """Name a form by its fields and by what stands for its files."""
    digest = hashlib.sha256()
    for part in (session, path, *(f"{name}={text}" for name, text in fields)):
        digest.update(len(part).to_bytes(8, "big") + part.encode())
    return digest.hexdigest()


def _text(value: object) -> str:
    if isinstance(value, UploadFile):
        content = hashlib.sha256()
        value.file.seek(0)
        while block := value.file.read(_BLOCK):
            content.update(block)
        return f"{value.filename} {content.hexdigest()}"
    return str(value)
