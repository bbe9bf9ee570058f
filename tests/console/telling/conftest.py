"""A certificate for this machine, a mail server and a program with a hook on loopback."""

import asyncio
import datetime
import http.server
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass
class Paper:
    """A certificate of this machine."""

    certificate: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.certificate, self.key)
        return made


def certificate_for(folder: Path, *names: str) -> Paper:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(each) for each in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paper = Paper(folder / f"{names[0]}.pem", folder / f"{names[0]}.key")
    paper.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    paper.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, *form))
    return paper


@pytest.fixture(scope="session")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    return certificate_for(tmp_path_factory.mktemp("paper"), "localhost")


@dataclass
class Called:
    """A call that came to a hook."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Listener:
    """A program that listens for calls."""

    url: str
    calls: list[Called] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)


@pytest.fixture
def listening(paper: Paper) -> Iterator[Callable[[], Listener]]:
    """Open programs that listen, over TLS."""
    opened: list[Any] = []

    def listen() -> Listener:
        listener = Listener("")

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                listener.calls.append(
                    Called(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
                )
                status, headers = listener.answers.pop(0) if listener.answers else (204, {})
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.socket = paper.context().wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        opened.append(server)
        listener.url = f"https://localhost:{server.server_address[1]}/hooks/"
        return listener

    yield listen
    for server in opened:
        server.shutdown()
        server.server_close()


@dataclass
class Letterbox:
    """A mail server that keeps what it is handed."""

    url: str
    mails: list[Message] = field(default_factory=list)
    secured: list[bool] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    refuses: str = ""


@pytest.fixture
def mailing(paper: Paper) -> Iterator[Callable[..., Letterbox]]:
    """Open mail servers: `smtps`, `starttls` or in clear."""
    from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

    opened: list[Any] = []
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def open_box(kind: str, password: str = "") -> Letterbox:
        box = Letterbox("")

        class Handler:
            async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
                if box.refuses and box.refuses in address:
                    return "550 no such mailbox"
                envelope.rcpt_tos.append(address)
                return "250 OK"

            async def handle_DATA(self, server, session, envelope):  # noqa: N802
                box.mails.append(message_from_bytes(envelope.content))
                box.secured.append(kind == "smtps" or session.ssl is not None)
                return "250 OK"

        def authenticate(server, session, envelope, mechanism, given):
            good = isinstance(given, LoginPassword) and given.password.decode() == password
            if good:
                box.users.append(given.login.decode())
            return AuthResult(success=good)

        more: dict[str, Any] = {"hostname": "localhost", "loop": loop}
        if password:
            more |= {
                "authenticator": authenticate,
                "auth_required": True,
                "auth_require_tls": kind == "starttls",
            }
        if kind == "starttls":
            more |= {"tls_context": paper.context(), "require_starttls": True}
        secured = paper.context() if kind == "smtps" else None
        serving = loop.create_server(lambda: SMTP(Handler(), **more), "127.0.0.1", 0, ssl=secured)
        server = asyncio.run_coroutine_threadsafe(serving, loop).result(10)
        opened.append(server)
        port = server.sockets[0].getsockname()[1]
        box.url = f"{'smtps' if kind == 'smtps' else 'smtp'}://localhost:{port}"
        return box

    yield open_box

    async def end() -> None:
        for server in opened:
            server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    asyncio.run_coroutine_threadsafe(end(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()
