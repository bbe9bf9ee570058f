"""Calling hooks: CloudEvents (1.0, structured JSON) by POST, signed as Standard Webhooks has it.

The signature is an HMAC-SHA-256 over id, time and body, so that whoever holds the secret can tell that the call is the
node's, whole, and not an old one. Source: https://www.standardwebhooks.com, version 1; decision 0133.
"""

import base64
import hashlib
import hmac
import ssl

from comity.carriers.egress import NotThrough, exchange
from comity.clock import Instant
from comity.ports import HookRow, OutgoingRow

MEDIA_TYPE = "application/cloudevents+json; charset=utf-8"
GONE = 410


class Gone(NotThrough):
    """The other side says that nobody is to be called there any more."""


def sign(secret: bytes, id: str, at: int, body: bytes) -> str:
    """Sign a call: `v1,` and the code in base64.

    Args:
        at: seconds since 1970.
    """
    code = hmac.digest(secret, f"{id}.{at}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(code).decode()}"


def call(
    hook: HookRow, row: OutgoingRow, at: Instant, named: tuple[str, ...], context: ssl.SSLContext
) -> None:
    """Call a hook.

    Raises:
        Gone: it answers that nobody is to be called there.
        NotThrough: anything but a 2xx came back, or nothing.
        BadInput: the operator names it no longer.
    """
    seconds = int(at.timestamp())
    headers = {
        "Content-Type": MEDIA_TYPE,
        "User-Agent": "comity",
        "webhook-id": row.id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": sign(hook.secret, row.id, seconds, row.body),
    }
    status, _body = exchange("POST", hook.url, named=named, context=context, body=row.body, headers=headers)
    if status == GONE:
        raise Gone("answered 410: nobody is to be called there")
    if not 200 <= status < 300:
        raise NotThrough(f"answered {status}")
