"""Sending mail by SMTP: over TLS from the first byte (`smtps`), or before anything else (`smtp`, STARTTLS).

Without TLS only to this machine. A password stands in a file of its own. What is sent says that it came by itself
(RFC 3834), so that nobody's absence is answered to it.
"""

import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from comity.carriers.egress import PATIENCE, NotThrough, address_of, is_this_machine
from comity.errors import BadInput
from comity.ports import OutgoingRow


class MailServer(msgspec.Struct, frozen=True, kw_only=True):
    """A mail server, as node.toml names it.

    Attributes:
        host, port: where it is.
        secure: whether TLS stands from the first byte; else it is begun before anything else.
        sender: what mail comes from.
        user, password: how the node comes in; empty where it need not.
    """

    host: str
    port: int
    secure: bool
    sender: str
    user: str = ""
    password: str = ""


def mail_server(url: str, sender: str, user: str, password_file: str) -> MailServer | None:
    """Read what node.toml says of mail; None where it says nothing.

    Raises:
        BadInput: it cannot be read.
    """
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if (
        parts.scheme not in ("smtp", "smtps")
        or not parts.hostname
        or parts.username is not None
        or parts.path
    ):
        raise BadInput(f"mail_server `{url[:80]}` is not of the form smtps://HOST:PORT or smtp://HOST:PORT")
    if not is_address(sender):
        raise BadInput(f"mail_from `{sender[:80]}` is no address")
    password = ""
    if user:
        try:
            password = Path(password_file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise BadInput(f"mail_password_file `{password_file}`: {error.strerror or error}") from None
    secure = parts.scheme == "smtps"
    return MailServer(
        host=parts.hostname,
        port=port or (465 if secure else 587),
        secure=secure,
        sender=sender,
        user=user,
        password=password,
    )


def is_address(text: str) -> bool:
    """Tell whether a text is an e-mail address of the plain kind: one `@`, printable ASCII, no blanks."""
    local, at, domain = text.partition("@")
    plain = text.isascii() and text.isprintable() and not set(text) & set(' "(),:;<>[]\\')
    return bool(plain and local and at and "." in domain and "@" not in domain and len(text) <= 254)


def send(server: MailServer, rows: Sequence[OutgoingRow], context: ssl.SSLContext) -> dict[str, str]:
    """Send mails over one connection; give why, for each that did not go.

    Raises:
        NotThrough: the server is not reached, shows no key that is trusted, or lets the node not in.
    """
    failed: dict[str, str] = {}
    try:
        with _connect(server, context) as link:
            for row in rows:
                try:
                    link.send_message(_message(server, row))
                except smtplib.SMTPRecipientsRefused as error:
                    code, said = next(iter(error.recipients.values()))
                    failed[row.id] = _told(code, said)
                except smtplib.SMTPResponseException as error:
                    failed[row.id] = _told(error.smtp_code, error.smtp_error)
    except smtplib.SMTPResponseException as error:
        raise NotThrough(_told(error.smtp_code, error.smtp_error)) from None
    except smtplib.SMTPNotSupportedError:
        raise NotThrough(f"{server.host} offers no TLS: nothing is sent in clear") from None
    except (OSError, smtplib.SMTPException) as error:
        reason = (
            getattr(error, "verify_message", "") or getattr(error, "strerror", "") or type(error).__name__
        )
        raise NotThrough(f"{server.host}: {str(reason).lower()}") from None
    return failed


def _connect(server: MailServer, context: ssl.SSLContext) -> smtplib.SMTP:
    address, port = address_of(server.host, server.port)
    link: smtplib.SMTP
    if server.secure:
        link = _Secure(server.host, context)
    else:
        link = smtplib.SMTP(timeout=PATIENCE)
        link._host = server.host  # type: ignore[attr-defined]  # the name its certificate must have
    try:
        link.connect(address, port)
        link.ehlo()
        if not server.secure and (link.has_extn("starttls") or not is_this_machine(server.host)):
            link.starttls(context=context)
            link.ehlo()
        if server.user:
            link.login(server.user, server.password)
    except BaseException:
        link.close()
        raise
    return link


class _Secure(smtplib.SMTP_SSL):
    """A connection to an address that was looked at, under the name that its certificate must have."""

    def __init__(self, name: str, context: ssl.SSLContext) -> None:
        super().__init__(timeout=PATIENCE, context=context)
        self._name = name

    def _get_socket(self, host: str, port: int, timeout: float) -> ssl.SSLSocket:
        import socket

        plain = socket.create_connection((host, port), timeout)
        return self.context.wrap_socket(plain, server_hostname=self._name)


def _message(server: MailServer, row: OutgoingRow) -> EmailMessage:
    message = EmailMessage()
    message["From"] = server.sender
    message["To"] = row.to
    message["Subject"] = row.subject
    message["Date"] = format_datetime(row.made_at)
    message["Message-ID"] = f"<{row.id}@{server.sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(row.body.decode())
    return message


def _told(code: int, said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return f"answered {code} {''.join(c for c in text if c.isprintable())[:120]}".strip()
