"""A small provider of identity on loopback, which can be made to answer wrongly."""

import base64
import hashlib
import http.server
import json
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

CLIENT, SECRET = "comity-north", "s3cret of north"


class Identity:
    """A provider: discovery, keys, token endpoint; `come_back` plays the browser's part at its page."""

    def __init__(self) -> None:
        self.key: Any = ECKey.generate_key("P-256", {"kid": "one", "alg": "ES256", "use": "sig"})
        self.published: Any = self.key
        self.change: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
        self.told: Callable[[str, Any], Any] = lambda _path, said: said
        self.token: Callable[[str], str] = lambda token: token
        self.header: dict[str, Any] = {"alg": "ES256", "kid": "one"}
        self.asked: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer._get(self)

            def do_POST(self) -> None:
                outer._post(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://localhost:{self._server.server_address[1]}/realm"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def come_back(self, place: str, subject: str) -> str:
        """Let somebody in at the page a browser was sent to; give where the browser is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(place).query).items()}
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
        assert asked["scope"] == "openid" and asked["client_id"] == CLIENT
        code = base64.urlsafe_b64encode(hashlib.sha256(place.encode()).digest()).decode()
        self._codes[code] = {**asked, "sub": subject}
        back = urlsplit(asked["redirect_uri"])
        return f"{back.path}?code={code}&state={asked['state']}&iss={self.issuer}"

    def _get(self, handler: Any) -> None:
        path = handler.path
        self.asked.append(path)
        if path == "/realm/.well-known/openid-configuration":
            said: Any = {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
        elif path == "/realm/keys":
            said = KeySet([self.published]).as_dict(private=False)
        else:
            handler.send_error(404)
            return
        self._answer(handler, self.told(path, said))

    def _post(self, handler: Any) -> None:
        self.asked.append(handler.path)
        form = {
            name: values[0]
            for name, values in parse_qs(
                handler.rfile.read(int(handler.headers["content-length"])).decode()
            ).items()
        }
        held = self._codes.pop(form.get("code", ""), None)
        pair = base64.b64decode(handler.headers["authorization"].removeprefix("Basic ")).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        good = (
            held is not None
            and pair == f"{CLIENT}:{SECRET.replace(' ', '%20')}"
            and form["redirect_uri"] == held["redirect_uri"]
            and challenge.rstrip(b"=").decode() == held["code_challenge"]
        )
        if not good:
            handler.send_error(400)
            return
        assert held is not None
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": held["sub"],
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": held["nonce"],
            "email": "administrator@north.example",
        }
        token = jwt.encode(self.header, self.change(claims), self.key)
        self._answer(
            handler, self.told(handler.path, {"id_token": self.token(token), "token_type": "Bearer"})
        )

    @staticmethod
    def _answer(handler: Any, said: Any) -> None:
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        handler.send_response(200)
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


def other_key(kid: str = "one") -> Any:
    return ECKey.generate_key("P-256", {"kid": kid, "alg": "ES256", "use": "sig"})
