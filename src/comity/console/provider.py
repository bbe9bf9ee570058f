"""Signing in by a provider of identity: OpenID Connect 1.0, authorization code with PKCE (RFC 7636).

An officer is known by issuer and subject, and by nothing else a provider says: not by an e-mail address, not by a name.
They are bound by the officer, who has come in another way; so a provider lets nobody in who was not invited here. What
a provider says counts only if it is signed with a key it publishes, for this node, in answer to this question, now.

The provider is asked only at addresses the operator has named (`comity.carriers.egress`). Source: OpenID Connect Core,
section 3.1; RFC 9700 (security of OAuth 2.0); RFC 9207 (issuer in the answer); row W6 of the fault catalogue.
"""

import base64
import hashlib
import hmac
import secrets
import ssl
import threading
from collections import OrderedDict
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from comity.carriers.egress import NotThrough, exchange, place_of, trusting
from comity.clock import Instant
from comity.errors import BadInput, ComityError, RefusedHere
from comity.languages import _
from comity.node import officers
from comity.node.node import Node
from comity.ports import CredentialRow, OfficerRow, Transaction
from comity.storage.home import Settings
from comity.strict import read_json

#: Where the provider sends the browser back to.
BACK = "/sign-in/provider/back"
#: Signatures that count. Never `none`, never one with a shared secret.
_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
#: Seconds by which both clocks may differ, and how old an answer may be.
LEEWAY, _OLDEST = 60, timedelta(minutes=10)
#: How long a question may be answered, and how many are kept at the most.
_ANSWER_WITHIN = timedelta(minutes=10)
_MOST = 4096
#: How long what a provider publishes counts, and how soon it is read again for a key that is not in it.
_FRESH, _AGAIN = timedelta(minutes=10), timedelta(minutes=1)
_LARGEST = 256 * 1024


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question put to a provider, until its answer comes back.

    Attributes:
        browser: what the browser that put it must show.
        nonce: what the answer must bear. `verifier`: what the code must be redeemed with.
        next: where the officer wanted to go.
        binding: the officer whom the answer is to be bound to; empty for signing in.
    """

    browser: str
    nonce: str
    verifier: str
    next: str
    binding: str
    at: Instant


class _Published(msgspec.Struct, frozen=True):
    """What a provider publishes."""

    authorization_endpoint: str
    token_endpoint: str
    keys: KeySet
    at: Instant


class Provider:
    """The provider of identity that node.toml names.

    Args:
        settings: what node.toml says.
        origin: the console's address.

    Raises:
        BadInput: what it says cannot be read.
    """

    def __init__(self, settings: Settings, origin: str) -> None:
        self.issuer = settings.oidc_issuer
        self._client = settings.oidc_client
        self._back = f"{origin}{BACK}"
        self._named = (settings.oidc_issuer, *settings.oidc_also)
        self._secret = _secret_of(settings.oidc_secret_file)
        if not self._client:
            raise BadInput("oidc_client is missing: the name of this node at the provider")
        for each in self._named:
            place_of(each)
        self._context: ssl.SSLContext = trusting(settings.trust_file)
        self._published: _Published | None = None
        self._questions: OrderedDict[str, Question] = OrderedDict()
        self._guard = threading.Lock()

    # -- asking -------------------------------------------------------------------------------------------------
    def ask(self, at: Instant, *, next: str, binding: str = "") -> tuple[str, str]:
        """Put a question; give where the browser is to go, and what it must show when it comes back.

        Raises:
            RefusedHere: the provider is not reached, or publishes something else than it should.
        """
        published = self._publishes(at)
        state, browser, nonce, verifier = (secrets.token_urlsafe(32) for _each in range(4))
        question = Question(
            browser=hashlib.sha256(browser.encode()).hexdigest(),
            nonce=nonce,
            verifier=verifier,
            next=next,
            binding=binding,
            at=at,
        )
        with self._guard:
            self._questions[state] = question
            while len(self._questions) > _MOST:
                self._questions.popitem(last=False)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._client,
            "redirect_uri": self._back,
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        joint = "&" if "?" in published.authorization_endpoint else "?"
        return f"{published.authorization_endpoint}{joint}{urlencode(asked)}", browser

    def answer(self, at: Instant, given: dict[str, str], browser: str) -> tuple[Question, str]:
        """Take an answer; give the question it answers, and the subject.

        Raises:
            RefusedHere: it answers nothing that was asked by this browser, or does not hold.
        """
        with self._guard:
            question = self._questions.pop(given.get("state", ""), None)
        shown = hashlib.sha256(browser.encode()).hexdigest()
        if question is None or at - question.at > _ANSWER_WITHIN:
            raise RefusedHere(_("this took too long: try again"))
        if not hmac.compare_digest(question.browser, shown):
            raise RefusedHere(_("this answer belongs to another browser"))
        if given.get("iss", self.issuer) != self.issuer:
            raise _wrong("iss")
        if not given.get("code") or given.get("error"):
            raise RefusedHere(_("the provider let nobody in: {reason}", reason=given.get("error", "")[:60]))
        return question, self._subject(at, question, given["code"])

    def _subject(self, at: Instant, question: Question, code: str) -> str:
        token = self._redeem(at, question, code)
        claims = self._read(token, at)
        audience = claims.get("aud")
        meant = audience if isinstance(audience, list) else [audience]
        if self._client not in meant:
            raise _wrong("aud")
        if claims.get("azp", self._client) != self._client or (len(meant) > 1 and "azp" not in claims):
            raise _wrong("azp")
        if claims.get("iss") != self.issuer:
            raise _wrong("iss")
        nonce = claims.get("nonce")
        if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), question.nonce.encode()):
            raise _wrong("nonce")
        now = at.timestamp()
        if _seconds(claims, "exp") + LEEWAY <= now:
            raise _wrong("exp")
        if not now - _OLDEST.total_seconds() <= _seconds(claims, "iat") <= now + LEEWAY:
            raise _wrong("iat")
        if "nbf" in claims and _seconds(claims, "nbf") > now + LEEWAY:
            raise _wrong("nbf")
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 1 <= len(subject) <= 255 or not subject.isascii():
            raise _wrong("sub")
        return subject

    def _redeem(self, at: Instant, question: Question, code: str) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back,
            "code_verifier": question.verifier,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if self._secret:
            pair = f"{quote(self._client, safe='')}:{quote(self._secret, safe='')}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        else:
            form["client_id"] = self._client
        found = self._fetch("POST", self._publishes(at).token_endpoint, urlencode(form).encode(), headers)
        token = found.get("id_token")
        if not isinstance(token, str) or len(token) > _LARGEST:
            raise _wrong("id_token")
        return token

    def _read(self, token: str, at: Instant) -> dict[str, Any]:
        """Check a token's signature by the keys that the provider publishes, and give what it says."""
        for again in (False, True):  # a new key may have been published since
            keys = self._publishes(at, again=again).keys
            try:
                return dict(jwt.decode(token, keys, algorithms=list(_ALGORITHMS)).claims)
            except (JoseError, ValueError, TypeError, KeyError):
                continue
        raise _wrong("signature")

    # -- what the provider publishes ----------------------------------------------------------------------------
    def _publishes(self, at: Instant, *, again: bool = False) -> _Published:
        held = self._published
        if held is not None and timedelta(0) <= at - held.at <= (_AGAIN if again else _FRESH):
            return held
        place = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        said = self._fetch("GET", place)
        if said.get("issuer") != self.issuer:
            raise _wrong("issuer")
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        places = [said.get(name) for name in names]
        for name, each in zip(names, places, strict=True):
            try:
                place_of(str(each))
            except BadInput:
                raise _wrong(name) from None
        keys = self._fetch("GET", str(places[2]))
        try:
            found = KeySet.import_key_set(
                {"keys": [each for each in keys["keys"] if each.get("kty") != "oct"]}
            )
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            raise _wrong("jwks_uri") from None
        self._published = _Published(str(places[0]), str(places[1]), found, at)
        return self._published

    def _fetch(
        self, method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        try:
            status, data = exchange(
                method,
                url,
                named=self._named,
                context=self._context,
                body=body,
                headers=headers,
                most=_LARGEST,
            )
            said = read_json(data, max_bytes=_LARGEST, floats=True, what="answer") if status == 200 else None
        except (NotThrough, BadInput) as error:
            raise RefusedHere(
                _("the provider cannot be asked: {reason}", reason=error.message[:200]),
                hint=_("come in another way, or by a link"),
            ) from None
        if not isinstance(said, dict):
            raise RefusedHere(
                _("the provider cannot be asked: {reason}", reason=f"{status}"),
                hint=_("come in another way, or by a link"),
            )
        return said


def _seconds(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(name)
    return float(value)


def _wrong(what: str) -> ComityError:
    return RefusedHere(_("what the provider answered does not hold: {what}", what=what))


def provider_of(settings: Settings, origin: str) -> Provider | None:
    """Give the provider that node.toml names; None where it names none.

    Raises:
        BadInput: what it says cannot be read.
    """
    return Provider(settings, origin) if settings.oidc_issuer else None


def name_of(issuer: str, subject: str) -> str:
    """Give the name under which an account at a provider is bound."""
    return "oidc-" + hashlib.sha256(f"{issuer}\0{subject}".encode()).hexdigest()


def bind(node: Node, transaction: Transaction, officer: OfficerRow, issuer: str, subject: str) -> None:
    """Bind an account at a provider to an officer, who has come in another way.

    Raises:
        RefusedHere: it is another officer's.
    """
    id = name_of(issuer, subject)
    held = transaction.credential(id)
    if held is not None and held.officer != officer.id:
        raise RefusedHere(_("this account at the provider is bound to another officer"))
    row = CredentialRow(
        id=id,
        officer=officer.id,
        kind="oidc",
        secret=b"",
        label=issuer[:120],
        created_at=node.clock.now(),
    )
    officers.keep_credential(node, transaction, officer, row)


def bound_to(node: Node, transaction: Transaction, issuer: str, subject: str) -> OfficerRow:
    """Give the officer whom an account at a provider is bound to.

    Raises:
        RefusedHere: nobody, or somebody who is suspended; which of both is not said.
    """
    held = transaction.credential(name_of(issuer, subject))
    officer = transaction.officer(held.officer) if held is not None and held.kind == "oidc" else None
    if held is None or officer is None or officer.state != "active":
        raise RefusedHere(
            _("this account at the provider is bound to no officer here"),
            hint=_("come in by a link, and bind it on your page"),
        )
    transaction.put_credential(msgspec.structs.replace(held, used_at=node.clock.now()))
    return officer


def _secret_of(file: str) -> str:
    if not file:
        return ""
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadInput(f"oidc_secret_file `{file}`: {error.strerror or error}") from None


__all__ = ["BACK", "Provider", "bind", "bound_to", "provider_of"]
