"""TLS trust for groupware servers, and why a certificate is rejected."""

import ssl
from typing import Final

import certifi

PROBLEMS: Final = {
    10: "certificate_expired",
    62: "certificate_other_host",
    64: "certificate_other_host",
}
"""OpenSSL's verification code → translation key; others: an unknown authority."""


def trust(authority: str = "") -> ssl.SSLContext:
    """Return the TLS context that verifies certificates; reads files, so it blocks.

    ``authority`` is the PEM text of an office's own authority (or of a certificate
    that signed itself), which then is the only one trusted.

    Raises:
        ValueError: that is no certificate.
    """
    if not authority:
        return ssl.create_default_context(cafile=certifi.where())
    try:
        context = ssl.create_default_context(cadata=authority)
    except ssl.SSLError as error:
        raise ValueError(str(error)) from error
    # An office's own authority is often older than the strict reading of RFC 5280.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def certificate_problem(error: BaseException | None) -> str | None:
    """Return why a certificate was rejected, as a translation key.

    Libraries wrap the error in their own, several layers deep; ``None`` if there is
    none in there.
    """
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        found = waiting.pop()
        if not isinstance(found, BaseException) or id(found) in seen:
            continue
        seen.add(id(found))
        if isinstance(found, ssl.SSLCertVerificationError):
            return PROBLEMS.get(found.verify_code, "certificate_unknown")
        waiting += [found.__cause__, found.__context__, getattr(found, "reason", None)]
        waiting += [part for part in found.args if isinstance(part, BaseException)]
    return None
