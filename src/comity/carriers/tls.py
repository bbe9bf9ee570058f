"""Connections between nodes: TLS 1.3, both ends held against the keys that cards list, and no authority above them.

A node shows a certificate that its own key signed; nothing in it is believed but the key. What OpenSSL is told to trust
is a certificate made here for each key that counts: the name is the key's fingerprint, the public half is the one from
the card, and its own signature is nobody's business, because a trust anchor's is never looked at (RFC 5280, 6.1). So
the handshake itself proves possession of a listed key and fails for any other; days, revocation and whose key it is are
the card's word and judged afterwards, once, in `peer_key`. There is one version and no renegotiation: an older one is
refused in the handshake.

Source: `specs/federation.md` §6; RFC 8446; for pinning raw keys without an authority compare RFC 7250.
"""

import os
import ssl
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from comity.errors import VerificationFailed
from comity.keys import SigningKey, VerifyKey

__all__ = ["client_context", "peer_key", "reason_of", "server_context"]

#: No days of their own: the card says from when until when a key counts (RFC 5280, 4.1.2.5).
_ALWAYS = (datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))
#: What a common name takes (RFC 5280, ub-common-name).
_NAME_LENGTH = 64

#: What an alert of OpenSSL means between two nodes, as the end that got it says it.
_ALERTS = {
    "TLSV1_ALERT_UNKNOWN_CA": "the other end does not know this node's key of connections: has it the present card?",
    "SSLV3_ALERT_BAD_CERTIFICATE": "the other end does not take this node's certificate",
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": "the other end asks for a certificate, and none was shown",
    "TLSV1_ALERT_PROTOCOL_VERSION": "the other end speaks another version of TLS than 1.3",
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "the other end showed no certificate",
    "UNSUPPORTED_PROTOCOL": "the other end speaks an older TLS than 1.3",
    "WRONG_VERSION_NUMBER": "the other end does not speak TLS",
    "HTTP_REQUEST": "the other end speaks plain HTTP where TLS belongs",
    "NO_SHARED_CIPHER": "the other end and this one have no cipher in common",
}


def server_context(own: SigningKey, trusted: Iterable[VerifyKey], *, callers: bool = True) -> ssl.SSLContext:
    """Make the answering end.

    Args:
        own: the key shown to callers.
        trusted: the keys a caller may have; any other fails in the handshake.
        callers: whether callers must show a key at all; those of a relay do not.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    return _arm(context, own, trusted, ssl.CERT_REQUIRED if callers else ssl.CERT_NONE)


def client_context(own: SigningKey | None, trusted: Iterable[VerifyKey]) -> ssl.SSLContext:
    """Make the calling end: `own` is shown where asked for, and the other end must have one of the `trusted` keys."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # the key decides, not the name it is reached by
    return _arm(context, own, trusted, ssl.CERT_REQUIRED)


def peer_key(connection: ssl.SSLObject | ssl.SSLSocket) -> VerifyKey:
    """Give the key the other end proved to have.

    Raises:
        VerificationFailed: it showed no certificate, or one for another kind of key.
    """
    shown = connection.getpeercert(binary_form=True)
    if not shown:
        raise VerificationFailed("the other end showed no certificate")
    try:
        key = x509.load_der_x509_certificate(shown).public_key()
    except ValueError:
        raise VerificationFailed("the other end showed a certificate that cannot be read") from None
    if not isinstance(key, Ed25519PublicKey):
        raise VerificationFailed("the other end showed a key that is not Ed25519")
    return VerifyKey(key.public_bytes_raw())


def reason_of(error: Exception) -> str:
    """Say in one line why a handshake failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "the other end shows a key of connections that no accepted card lists for it"
    if isinstance(error, ssl.SSLError):
        known = _ALERTS.get(error.reason or "")
        return known or f"TLS failed: {(error.reason or 'the connection ended').lower().replace('_', ' ')}"
    return ""


def _arm(
    context: ssl.SSLContext, own: SigningKey | None, trusted: Iterable[VerifyKey], mode: ssl.VerifyMode
) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = mode
    if own is not None:
        _show(context, own)
    anchors = b"".join(_anchor(key) for key in trusted)
    if anchors:
        context.load_verify_locations(cadata=anchors)
    return context


def _show(context: ssl.SSLContext, own: SigningKey) -> None:
    """Load key and certificate; OpenSSL reads them from a file only, so they pass through one without a name."""
    key = Ed25519PrivateKey.from_private_bytes(own.raw)
    name = _name(own.public.fingerprint)
    certificate = (
        _builder(key.public_key(), subject=_name("comity"), issuer=name, ca=False)
        .sign(key, None)
        .public_bytes(Encoding.PEM)
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    if hasattr(os, "memfd_create"):
        handle = os.memfd_create("comity", os.MFD_CLOEXEC)
    else:  # pragma: no cover - where there is no memory without a disk: a file that has no name
        with tempfile.TemporaryFile() as file:
            handle = os.dup(file.fileno())
    try:
        os.write(handle, certificate + secret)
        context.load_cert_chain(f"/dev/fd/{handle}")
        os.truncate(handle, 0)
    finally:
        os.close(handle)


def _anchor(key: VerifyKey) -> bytes:
    name = _name(key.fingerprint)
    made = _builder(Ed25519PublicKey.from_public_bytes(key.raw), subject=name, issuer=name, ca=True)
    return made.sign(Ed25519PrivateKey.generate(), None).public_bytes(Encoding.DER)


def _builder(
    key: Ed25519PublicKey, *, subject: x509.Name, issuer: x509.Name, ca: bool
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_ALWAYS[0])
        .not_valid_after(_ALWAYS[1])
        .add_extension(x509.BasicConstraints(ca=ca, path_length=0 if ca else None), critical=True)
    )


def _name(text: str) -> x509.Name:
    """Name a certificate after a key: the fingerprint's last 64 characters are its whole digest."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[-_NAME_LENGTH:])])
