"""A form sent twice does its work once."""

import asyncio
import io

import pytest
from starlette.datastructures import FormData, UploadFile

from comity.console.acts import Done
from comity.console.once import Once, key_of
from comity.errors import RefusedHere


def test_what_is_sent_twice_is_done_once_and_answered_twice() -> None:
    done: list[int] = []

    async def work() -> Done:
        await asyncio.sleep(0)
        done.append(1)
        return Done("done", "/", None)

    async def play() -> list[Done]:
        once = Once()
        together = await asyncio.gather(once.run("k", work), once.run("k", work))
        return [*together, await once.run("k", work), await once.run("other", work)]

    answers = asyncio.run(play())
    assert len(done) == 2 and answers[0] is answers[1] is answers[2]


def test_what_failed_may_be_sent_again() -> None:
    tried: list[int] = []

    async def work() -> Done:
        tried.append(1)
        if len(tried) == 1:
            raise RefusedHere("not now")
        return Done("done", "/", None)

    async def play() -> Done:
        once = Once()
        with pytest.raises(RefusedHere):
            await once.run("k", work)
        return await once.run("k", work)

    assert asyncio.run(play()).words == "done" and len(tried) == 2


def test_another_file_is_another_form_though_it_has_the_name_and_size_of_the_first() -> None:
    def key(content: bytes) -> str:
        file = UploadFile(io.BytesIO(content), size=len(content), filename="agreement.en.md")
        return key_of("s", "/texts", FormData([("once", "1"), ("files", file)]))

    assert key(b"one") == key(b"one") != key(b"two")


def test_a_form_without_a_number_is_always_new() -> None:
    assert key_of("s", "/act/share", FormData({"to": "x"})) == ""


@pytest.mark.parametrize(
    ("session", "path", "fields"),
    [
        ("other", "/act/share", {"once": "1", "to": "x"}),
        ("s", "/act/withdraw", {"once": "1", "to": "x"}),
        ("s", "/act/share", {"once": "2", "to": "x"}),
        ("s", "/act/share", {"once": "1", "to": "y"}),
        ("s", "/act/share", {"once": "1", "to": "x", "more": ""}),
    ],
)
def test_another_session_act_page_or_field_is_another_form(
    session: str, path: str, fields: dict[str, str]
) -> None:
    assert key_of(session, path, FormData(fields)) != key_of(
        "s", "/act/share", FormData({"once": "1", "to": "x"})
    )
