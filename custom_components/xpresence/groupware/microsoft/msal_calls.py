"""What every use of msal needs: bounded requests, and errors of this package."""

from collections.abc import Iterator
import contextlib
import json
from typing import Any

from ..source import CertificateRejected, SourceUnavailable
from .failures import SignInRefused


def http_session(watch: Any) -> Any:
    """Return what msal sends its requests with, within the bounds of ``watch``."""
    import requests

    from ..network.adapter import BoundedAdapter

    session = requests.Session()
    session.mount("https://", BoundedAdapter(None, watch))
    session.mount("http://", BoundedAdapter(None, watch))
    return session


@contextlib.contextmanager
def requests_translated() -> Iterator[None]:
    """Raise what a request of msal fails with as an error of ``source``."""
    try:
        yield
    except OSError as error:
        # requests' errors are OSErrors.
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            raise CertificateRejected("certificate") from error
        raise SourceUnavailable("sign_in_unreachable") from error
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise SourceUnavailable("sign_in_rubbish") from error


@contextlib.contextmanager
def authority_translated() -> Iterator[None]:
    """Raise what msal's constructor says of the tenant as an error of ``source``."""
    try:
        yield
    except json.JSONDecodeError:
        raise
    except ValueError as error:
        if isinstance(error.__context__, json.JSONDecodeError):
            raise SourceUnavailable("sign_in_rubbish") from error
        raise SignInRefused("tenant_unknown") from error
