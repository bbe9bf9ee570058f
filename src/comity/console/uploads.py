"""Files up to 1 GiB, streamed both ways: never more than one part in memory, never shown or run by a browser.

`POST /files` takes a form whose last field is the file, as any browser sends it; `PUT /api/v1/files` takes the bytes
alone, with what is said of them in the query. A file that fits one part becomes a plain item; a larger one is taken in
by parts (`comity.node.large_files`). Where the line breaks, what has come in is erased.
"""

import base64
import hashlib
import mimetypes
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import structlog
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from comity.console.visit import Caller
from comity.errors import BadInput, ComityError, NotFound
from comity.interop.files import describe
from comity.interop.stix import is_stix
from comity.languages import _
from comity.node.large_files import LIST, MAX_FILE_BYTES, PART_BYTES, Part, part_content

log = structlog.get_logger("comity.console")

#: What may be said of a file.
SAID = ("title", "category", "marking", "label", "pap", "retention", "caveat", "judicial", "media_type")
#: What is said of the whole alone.
_OF_THE_WHOLE = ("label", "media_type", "made_from")
#: Bytes of all fields of a form that are no file: a long text that was typed or pasted among them.
_MOST_SAID = 1024 * 1024


def type_of(name: str) -> str:
    """Give what a file is by the end of its name; nobody believes it, and no browser is told it."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


class Intake:
    """Takes one file in, part by part.

    Args:
        caller: in whose name.
        said: what is said of the file; `title`, `category` and `marking` at the least.
        otherwise: gives the content where none comes, and what it would be called as a file.
    """

    def __init__(
        self, caller: Caller, said: dict[str, Any], otherwise: Callable[[], tuple[bytes, str]] | None = None
    ) -> None:
        missing = [name for name in ("title", "category", "marking") if not said.get(name)]
        if missing:
            raise BadInput(*(_("{name} is missing", name=name) for name in missing))
        caller.check("item-add")
        self._caller = caller
        self._said = {name: value for name, value in said.items() if value}
        self._otherwise = otherwise
        self._held = bytearray()
        self._parts: list[str] = []
        self._running = hashlib.sha256()
        self._size = 0
        self._name = ""

    @property
    def digest(self) -> str:
        """The SHA-256 of what has come in so far."""
        return self._running.hexdigest()

    def called(self, name: str) -> None:
        """Note the name of the file, which tells its type where that was not said."""
        self._name = name
        if not self._said.get("media_type"):
            self._said["media_type"] = type_of(name)

    async def take(self, chunk: bytes) -> None:
        """Take a chunk.

        Raises:
            BadInput: the file is larger than one may be.
            RefusedHere: the door refuses it.
        """
        self._size += len(chunk)
        if self._size > MAX_FILE_BYTES:
            raise BadInput(_("at most {most} bytes", most=MAX_FILE_BYTES))
        self._running.update(chunk)
        self._held += chunk
        while len(self._held) > PART_BYTES:
            part = bytes(self._held[:PART_BYTES])
            del self._held[:PART_BYTES]
            await self._put(part)

    async def close(self) -> Any:
        """Finish: from here on the file is here; give its item.

        Raises:
            RefusedHere: the door refuses it.
        """
        if not self._size and self._otherwise is not None:
            content, self._name = await run_in_threadpool(self._otherwise)
            self._said["media_type"] = type_of(self._name)
            await self.take(content)
        last = bytes(self._held)
        self._held.clear()
        if not self._parts:
            return await run_in_threadpool(self._add, last)
        if last:
            await self._put(last)
        made = {**self._said, "parts": list(self._parts), "sha256": self._running.hexdigest()}
        return await run_in_threadpool(self._caller.do, "file-close", made)

    def _add(self, content: bytes) -> Any:
        """Take a file of one part in; a STIX bundle marked more strictly than was said keeps its own marking."""
        said = self._said
        if is_stix(content):
            described = describe(Path(self._name), content, said["title"], said["marking"])
            said = {**said, "marking": described.marking, "media_type": described.media_type}
        return self._caller.do("item-add", {**said, "content": content})

    async def give_up(self) -> None:
        """Erase what has come in."""
        if self._parts:
            await run_in_threadpool(self._caller.do, "file-drop", {"parts": list(self._parts)})

    async def _put(self, part: bytes) -> None:
        said = {name: value for name, value in self._said.items() if name not in _OF_THE_WHOLE}
        given = {**said, "content": part, "number": len(self._parts) + 1}
        row: Any = await run_in_threadpool(self._caller.ask, "file-part", **given)
        self._parts.append(row["id"])


async def take_stream(caller: Caller, said: dict[str, Any], chunks: AsyncIterator[bytes]) -> Any:
    """Take a file in from a stream of bytes; give its item.

    Raises:
        ComityError: it cannot be taken; then nothing of it is left.
    """
    intake = Intake(caller, said)
    try:
        async for chunk in chunks:
            await intake.take(chunk)
        return await intake.close()
    except (ComityError, ClientDisconnect):
        await intake.give_up()
        raise


class _Form:
    """Reads a form as it comes: small fields first, then the file, which is handed on in chunks."""

    def __init__(self, boundary: bytes) -> None:
        self.said: dict[str, str] = {}
        self.chunks: list[bytes] = []
        self.in_file = False
        self.file = ""
        self.ended = False
        self._name = ""
        self._value = bytearray()
        self._header: tuple[bytearray, bytearray] = (bytearray(), bytearray())
        self._read = 0
        self.parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
                "on_header_end": self._header_end,
                "on_part_data": self._data,
                "on_part_end": self._end,
                "on_end": self._whole,
            },
        )

    def _begin(self) -> None:
        if self.in_file:
            raise BadInput(_("the file is the last field of its form"))
        self._name, self._value, self._header = "", bytearray(), (bytearray(), bytearray())

    def _header_end(self) -> None:
        if bytes(self._header[0]).lower() == b"content-disposition":
            _kind, options = parse_options_header(bytes(self._header[1]))
            self._name = options.get(b"name", b"").decode(errors="replace")[:80]
            self.in_file = b"filename" in options
            self.file = options.get(b"filename", b"").decode(errors="replace")[:200]
        self._header = (bytearray(), bytearray())

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self.in_file:
            self.chunks.append(bytes(data[start:end]))
            return
        self._read += end - start
        if self._read > _MOST_SAID:
            raise BadInput(
                _(
                    "what was typed is longer than {most} bytes; keep the text in a file and choose that",
                    most=_MOST_SAID,
                )
            )
        self._value += data[start:end]

    def _end(self) -> None:
        if not self.in_file:
            self.said[self._name] = self._value.decode(errors="replace").strip()

    def _whole(self) -> None:
        self.ended = True


async def read_form(
    request: Request,
    begin: Callable[[dict[str, str]], Intake],
    end: Callable[[Intake], Awaitable[Any]] = Intake.close,
) -> Any:
    """Take a file in from a form; give its item, or what `end` gives.

    Args:
        begin: looks at the fields before the file and lets it in. `end`: finishes once all of it has come.

    Raises:
        ComityError: it cannot be taken; then nothing of it is left.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 1 <= len(boundary) <= 70:
        raise BadInput(_("the request cannot be read"))
    form = _Form(boundary)
    intake: Intake | None = None
    try:
        async for data in request.stream():
            form.parser.write(data)
            if form.in_file and intake is None:
                intake = begin(form.said)
                if form.file:
                    intake.called(form.file)
            for chunk in form.chunks:
                if intake is not None:
                    await intake.take(chunk)
            form.chunks.clear()
        form.parser.finalize()
        if intake is None or not form.ended:
            raise BadInput(_("the form ends before its file does"))
        return await end(intake)
    except FormParserError:
        if intake is not None:
            await intake.give_up()
        raise BadInput(_("the request cannot be read")) from None
    except (ComityError, ClientDisconnect):
        if intake is not None:
            await intake.give_up()
        raise


async def content_of(caller: Caller, item: str) -> Response:
    """Give an item's content to be kept, never to be shown by a browser; a file in parts as a whole, streamed.

    Raises:
        NotFound: it is not here, or some of its parts are not.
        RefusedHere: it may not be opened yet.
    """
    shown: Any = await run_in_threadpool(caller.ask, "item-show", item=item)
    if shown["media_type"] != LIST:
        given: Any = await run_in_threadpool(caller.ask, "item-content", item=item)
        content = given["content"]
        data = base64.b64decode(content) if isinstance(content, str) else content
        return Response(data, media_type="application/octet-stream", headers=kept_as(_named(shown)))
    caller.check("item-content")
    said: Any = await run_in_threadpool(caller.ask, "file-show", item=item)
    if said["missing"]:
        raise NotFound(
            _(
                "parts {numbers} of {count} are not here",
                numbers=", ".join(str(each) for each in said["missing"][:20]),
                count=len(said["parts"]),
            ),
            hint=_("they may be under way; look again later"),
        )
    store = caller.desk.node.store

    async def parts() -> AsyncIterator[bytes]:
        for each in said["parts"]:
            part = Part(each["item"], each["size"])
            yield await run_in_threadpool(
                store.read, lambda transaction, part=part: part_content(transaction, part)
            )

    headers = {**kept_as(said["name"]), "content-length": str(said["size"])}
    return StreamingResponse(parts(), media_type="application/octet-stream", headers=headers)


#: Types whose files are known by the end of their name and run nothing by being opened -> that end.
_ENDS = {
    "application/json": ".json",
    "application/pdf": ".pdf",
    "application/stix+json;version=2.1": ".json",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/zip": ".zip",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "text/csv": ".csv",
    "text/plain": ".txt",
}


def _named(item: dict[str, Any]) -> str:
    """Name the file that an item's content is kept as: what people call it, with the end of its type or a dull one."""
    name: str = item["title"] or item["id"][:12]
    end = _ENDS.get(item["media_type"], ".bin")
    return name[: 100 - len(end)].removesuffix(end) + end


def kept_as(name: str) -> dict[str, str]:
    """Give the headers of what a browser keeps and never shows; its name is what the file system bears (RFC 6266)."""
    plain = "".join(c if c.isalnum() or c in " .-_()" else "_" for c in name).strip(". ")[:100] or "file"
    ascii_ = "".join(c if c.isascii() else "_" for c in plain)
    return {
        "content-disposition": f"attachment; filename=\"{ascii_}\"; filename*=UTF-8''{quote(plain, safe='')}",
        "content-security-policy": "default-src 'none'; sandbox",
    }
