"""Signing in by a provider of identity: by issuer and subject alone, in answer to this question (row W6)."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from comity.assemble import new_home, open_home
from comity.carriers.postman import Postman
from comity.console.app import Console
from comity.console.entrance import ASKED
from comity.control import server as _registers_verbs
from comity.control.verb import VERBS, Desk
from comity.errors import BadInput
from console.browser import ORIGIN, Answer, Browser
from console.identity import CLIENT, SECRET, Identity, other_key

assert _registers_verbs.REGISTERED


@dataclass
class Lodge:
    """A console with a provider."""

    desk: Desk
    identity: Identity
    app: Any

    def tell(self, verb: str, **parameters: Any) -> Any:
        return VERBS[verb](self.desk, parameters)

    def renew(self) -> None:
        """Begin anew, with nothing remembered of the provider."""
        self.app = Console(self.desk, ORIGIN).app

    def enter(self, handle: str) -> Browser:
        browser = Browser(self.app)
        link = self.tell("officer-link", handle=handle)["link"]
        assert browser.post(link.removeprefix(ORIGIN), {}).status == 303
        return browser


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Identity]]:
    folder = tmp_path_factory.mktemp("provider")
    identity = Identity()
    (folder / "secret").write_text(SECRET + "\n")
    new_home(folder / "home", "north.example", names={"en": "North"}, console=8201, console_origin=ORIGIN)
    settings: dict[str, Any] = {
        "oidc_issuer": identity.issuer,
        "oidc_client": CLIENT,
        "oidc_secret_file": str(folder / "secret"),
    }
    with (folder / "home" / "node.toml").open("a") as file:
        file.writelines(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())
    with open_home(folder / "home", threaded=True) as home:
        desk = Desk(home, Postman(home.node), serving=False)
        for handle in ("one", "two", "three"):
            VERBS["officer-add"](desk, {"handle": handle, "roles": ["reader"]})
        yield desk, identity
    identity.close()


@pytest.fixture
def lodge(opened: tuple[Desk, Identity]) -> Lodge:
    desk, identity = opened
    identity.change = lambda claims: claims
    identity.told = lambda _path, said: said
    identity.token = lambda token: token
    identity.published, identity.header = identity.key, {"alg": "ES256", "kid": "one"}
    return Lodge(desk, identity, Console(desk, ORIGIN).app)


def begin(browser: Browser, query: str = "") -> tuple[str, str]:
    """Give where the browser is sent, and what it must show when it comes back."""
    sent = browser.get(f"/sign-in/provider{query}")
    assert sent.status == 303, sent.text[:400]
    cookie = re.search(rf"{ASKED}=([^;]+);(.*)", sent.headers["set-cookie"])
    assert cookie is not None and "HttpOnly" in cookie[2] and "Secure" in cookie[2]
    return sent.headers["location"], cookie[1]


def back(browser: Browser, path: str, shown: str) -> Answer:
    session = f"; __Host-comity={browser.cookie}" if browser.cookie else ""
    return browser.get(path, cookie=f"{ASKED}={shown}{session}")


def bind(lodge: Lodge, handle: str, subject: str) -> Answer:
    browser = lodge.enter(handle)
    place, shown = begin(browser, "?bind=1")
    return back(browser, lodge.identity.come_back(place, subject), shown)


def sign_in(lodge: Lodge, subject: str) -> tuple[Browser, Answer]:
    browser = Browser(lodge.app)
    place, shown = begin(browser, "?next=/inbox")
    return browser, back(browser, lodge.identity.come_back(place, subject), shown)


def test_an_officer_binds_an_account_and_comes_in_by_it(lodge: Lodge) -> None:
    bound = bind(lodge, "one", "subject-1")
    assert (bound.status, bound.headers["location"]) == (303, "/me")
    browser, came = sign_in(lodge, "subject-1")
    assert (came.status, came.headers["location"]) == (303, "/inbox")
    assert browser.get("/me").status == 200 and "one" in browser.get("/me").text
    kinds = [row["kind"] for row in lodge.tell("journal-show", after=0)]
    assert kinds[-1] == "signed-in" and "credential-added" in kinds


def test_whom_nobody_invited_nobody_lets_in(lodge: Lodge) -> None:
    """An account with the administrator's e-mail address is still nobody's."""
    browser, came = sign_in(lodge, "stranger")
    assert came.status == 403 and "bound to no officer" in came.text
    assert browser.get("/me").status == 303


def test_an_account_is_one_officers_and_ends_with_them(lodge: Lodge) -> None:
    assert bind(lodge, "two", "subject-2").status == 303
    again = bind(lodge, "three", "subject-2")
    assert again.status == 403 and "another officer" in again.text
    lodge.tell("officer-suspend", handle="two")
    assert sign_in(lodge, "subject-2")[1].status == 403
    lodge.tell("officer-resume", handle="two")
    assert sign_in(lodge, "subject-2")[1].status == 303


def test_the_same_subject_of_another_issuer_is_somebody_else(lodge: Lodge) -> None:
    from comity.console.provider import bound_to
    from comity.errors import RefusedHere

    bind(lodge, "one", "subject-1")
    with pytest.raises(RefusedHere):
        lodge.desk.act(lambda node, tx: bound_to(node, tx, "https://other.example", "subject-1"))


CLAIMS: dict[str, Any] = {
    "another issuer": {"iss": "https://evil.example"},
    "an issuer with a slash more": {"iss": "+/"},
    "for another": {"aud": "somebody-else"},
    "for several, without saying for whom": {"aud": [CLIENT, "somebody-else"]},
    "for several, by another": {"aud": [CLIENT, "x"], "azp": "x"},
    "by another": {"azp": "x"},
    "another nonce": {"nonce": "x"},
    "no nonce": {"nonce": None},
    "over": {"exp": -120},
    "no end": {"exp": None},
    "an end in words": {"exp": "tomorrow"},
    "from the future": {"iat": 600},
    "from long ago": {"iat": -3600},
    "not yet": {"nbf": 600},
    "nobody": {"sub": ""},
    "no subject": {"sub": None},
    "a number": {"sub": 1},
    "a list": {"sub": ["subject-1"]},
    "long": {"sub": "x" * 256},
}


@pytest.mark.parametrize("what", sorted(CLAIMS))
def test_what_does_not_hold_lets_nobody_in(what: str, lodge: Lodge) -> None:
    bind(lodge, "one", "subject-1")

    def change(claims: dict[str, Any]) -> dict[str, Any]:
        changed = dict(claims)
        for name, value in CLAIMS[what].items():
            if value is None:
                changed.pop(name)
            elif isinstance(value, int) and name in ("exp", "iat", "nbf"):
                changed[name] = claims["iat"] + value
            else:
                changed[name] = (
                    claims[name] + value[1:] if isinstance(value, str) and value[:1] == "+" else value
                )
        return changed

    lodge.identity.change = change
    browser, came = sign_in(lodge, "subject-1")
    assert came.status == 403, came.text[:300]
    assert browser.get("/me").status == 303


def test_clocks_may_differ_a_little(lodge: Lodge) -> None:
    bind(lodge, "one", "subject-1")
    lodge.identity.change = lambda claims: {**claims, "exp": claims["iat"] - 30, "iat": claims["iat"] + 30}
    assert sign_in(lodge, "subject-1")[1].status == 303


def unsigned(token: str) -> str:
    head, body, _signature = token.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    assert head
    return f"{none}.{body}."


def by_the_tokens_own_key(token: str) -> str:
    from joserfc import jwt

    body = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    key = other_key()
    return jwt.encode({"alg": "ES256", "kid": "one", "jwk": key.as_dict(private=False)}, claims, key)


def by_a_shared_secret(token: str) -> str:
    import warnings

    from joserfc import jwt
    from joserfc.jwk import OctKey

    body = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return jwt.encode({"alg": "HS256", "kid": "one"}, claims, OctKey.import_key(SECRET * 3))


@pytest.mark.parametrize(
    "forge",
    [
        unsigned,
        by_the_tokens_own_key,
        by_a_shared_secret,
        lambda t: t[:-8] + "AAAAAAAA",
        lambda _: "x",
        lambda _: "",
    ],
    ids=["unsigned", "its-own-key", "shared-secret", "altered", "rubbish", "empty"],
)
def test_a_signature_counts_only_by_a_key_the_provider_publishes(forge: Any, lodge: Lodge) -> None:
    bind(lodge, "one", "subject-1")
    lodge.identity.token = forge
    assert sign_in(lodge, "subject-1")[1].status == 403


def test_a_new_key_is_found_once_it_is_published(lodge: Lodge) -> None:
    bind(lodge, "one", "subject-1")
    identity = lodge.identity
    before = identity.key
    try:
        identity.key = other_key("two")
        identity.header = {"alg": "ES256", "kid": "two"}
        identity.published = before
        assert sign_in(lodge, "subject-1")[1].status == 403
        identity.published = identity.key
        lodge.renew()
        assert sign_in(lodge, "subject-1")[1].status == 303
    finally:
        identity.key = identity.published = before
        identity.header = {"alg": "ES256", "kid": "one"}


@pytest.mark.parametrize(
    "change",
    [
        lambda path, said: {**said, "issuer": "https://evil.example"} if "well-known" in path else said,
        lambda path, said: (
            {**said, "jwks_uri": "https://evil.example/keys"} if "well-known" in path else said
        ),
        lambda path, said: (
            {**said, "jwks_uri": "http://169.254.169.254/keys"} if "well-known" in path else said
        ),
        lambda path, said: (
            {**said, "token_endpoint": "http://localhost:1/x"} if "well-known" in path else said
        ),
        lambda path, said: (
            {**said, "authorization_endpoint": "javascript:1"} if "well-known" in path else said
        ),
        lambda path, said: {} if "well-known" in path else said,
        lambda path, said: b"" if "well-known" in path else said,
        lambda path, said: b"[" * 100_000 if "well-known" in path else said,
        lambda path, said: b" " * 300_000 if "well-known" in path else said,
        lambda path, said: {"keys": []} if path.endswith("keys") else said,
        lambda path, said: {"keys": "x"} if path.endswith("keys") else said,
        lambda path, said: b"null" if path.endswith("token") else said,
        lambda path, said: b"{}" if path.endswith("token") else said,
        lambda path, said: {**said, "id_token": None} if path.endswith("token") else said,
    ],
)
def test_a_provider_that_says_something_else_lets_nobody_in(change: Any, lodge: Lodge) -> None:
    bind(lodge, "one", "subject-1")
    lodge.renew()
    lodge.identity.told = change
    browser = Browser(lodge.app)
    sent = browser.get("/sign-in/provider")
    if sent.status == 303:
        shown = re.search(rf"{ASKED}=([^;]+);", sent.headers["set-cookie"])
        assert shown is not None
        came = back(browser, lodge.identity.come_back(sent.headers["location"], "subject-1"), shown[1])
        assert came.status == 403
    else:
        assert sent.status == 403
    assert browser.get("/me").status == 303
    assert not [path for path in lodge.identity.asked if "169.254" in path]


def test_an_answer_serves_once_in_the_browser_that_asked(lodge: Lodge) -> None:
    bind(lodge, "one", "subject-1")
    browser = Browser(lodge.app)
    place, shown = begin(browser)
    path = lodge.identity.come_back(place, "subject-1")
    assert back(Browser(lodge.app), path, "another browser").status == 403
    assert back(browser, path, shown).status == 403, "it was used up by whoever tried"
    place, shown = begin(browser)
    path = lodge.identity.come_back(place, "subject-1")
    assert back(browser, path, shown).status == 303
    assert back(Browser(lodge.app), path, shown).status == 403


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.replace("state=", "state=x"),
        lambda path: path.replace("code=", "code=x"),
        lambda path: path.replace("iss=", "iss=https://evil.example&was="),
        lambda path: path.replace("code=", "error=access_denied&was="),
        lambda path: path.partition("?")[0],
    ],
)
def test_an_answer_that_is_not_whole_lets_nobody_in(spoil: Any, lodge: Lodge) -> None:
    bind(lodge, "one", "subject-1")
    browser = Browser(lodge.app)
    place, shown = begin(browser)
    assert back(browser, spoil(lodge.identity.come_back(place, "subject-1")), shown).status == 403


def test_nobody_binds_into_anothers_session(lodge: Lodge) -> None:
    one, three = lodge.enter("one"), lodge.enter("three")
    place, shown = begin(one, "?bind=1")
    came = back(three, lodge.identity.come_back(place, "subject-9"), shown)
    assert came.status == 403
    assert sign_in(lodge, "subject-9")[1].status == 403


def test_without_a_session_nothing_is_bound(lodge: Lodge) -> None:
    assert Browser(lodge.app).get("/sign-in/provider?bind=1").headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "https://evil.example"])
def test_nobody_is_led_elsewhere_afterwards(path: str, lodge: Lodge) -> None:
    bind(lodge, "one", "subject-1")
    browser = Browser(lodge.app)
    place, shown = begin(browser, f"?next={path}")
    came = back(browser, lodge.identity.come_back(place, "subject-1"), shown)
    assert (came.status, came.headers["location"]) == (303, "/")


def test_a_console_without_a_provider_has_no_such_page(tmp_path: Path) -> None:
    new_home(tmp_path / "home", "north.example", names={"en": "North"}, console=8201, console_origin=ORIGIN)
    with open_home(tmp_path / "home") as home:
        app = Console(Desk(home, Postman(home.node), serving=False), ORIGIN).app
        assert Browser(app).get("/sign-in/provider").status == 404
        assert Browser(app).get("/sign-in/provider/back?code=x&state=y").status == 404
        assert "provider" not in Browser(app).get("/sign-in").text


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"oidc_issuer": "http://idp.example", "oidc_client": "x"}, "only https"),
        ({"oidc_issuer": "https://idp.example"}, "oidc_client"),
        (
            {"oidc_issuer": "https://idp.example", "oidc_client": "x", "oidc_secret_file": "/no"},
            "oidc_secret_file",
        ),
    ],
)
def test_a_setting_that_cannot_be_read_is_said_at_the_start(
    more: dict[str, Any], said: str, tmp_path: Path
) -> None:
    new_home(tmp_path / "home", "north.example", names={"en": "North"}, console=8201, console_origin=ORIGIN)
    with (tmp_path / "home" / "node.toml").open("a") as file:
        file.writelines(f"{name} = {json.dumps(value)}\n" for name, value in more.items())
    with open_home(tmp_path / "home") as home, pytest.raises(BadInput, match=said):
        Console(Desk(home, Postman(home.node), serving=False), ORIGIN)
