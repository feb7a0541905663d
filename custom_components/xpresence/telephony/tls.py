"""Contexts for connections whose certificate is verified."""

import ssl

from .driver import CertificateRejected


def trusting(ca: str | None) -> ssl.SSLContext:
    """Return a context that verifies; reading certificates blocks.

    ``ca`` is PEM text trusted in place of the system's own.

    Raises:
        CertificateRejected: it is not.
    """
    try:
        return ssl.create_default_context(cadata=ca)
    except (ssl.SSLError, TypeError, ValueError) as error:
        raise CertificateRejected("the authority's certificate is not PEM") from error
