"""An office's application at Microsoft and who people are there, as it is stored.

The application stands with the other logins of the office, in the entry's data: it holds
a secret or a private key. A person's address and id stand under ``microsoft`` in their
data; only administrators write them, for with them somebody's calendar is read.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_CLIENT_ID

from ..const import (
    CONF_ACCOUNTS,
    CONF_CLOUD,
    CONF_CONNECTED,
    CONF_EXPECTED_ACCOUNT,
    CONF_MICROSOFT,
    CONF_TENANT,
    CONF_USER_ID,
)
from ..groupware.microsoft.application import Application, Certificate
from ..groupware.microsoft.clouds import GLOBAL, clouds

CONF_CERTIFICATE: Final = "certificate"
CONF_PRIVATE_KEY: Final = "private_key"
CONF_SECRET: Final = "client_secret"  # noqa: S105 (a field)
CONF_PENDING: Final = "microsoft_pending"
"""Beside the logins: a certificate that does not count before Microsoft knows it."""


def stored_application(entry: ConfigEntry[Any]) -> Mapping[str, Any] | None:
    """Return the office's application as it is stored; ``None``: it has none."""
    found: Mapping[str, Any] | None = entry.data.get(CONF_ACCOUNTS, {}).get(
        CONF_MICROSOFT
    )
    return found


def application_from(stored: Mapping[str, Any]) -> Application | None:
    """Read an application; ``None``: its cloud or its proof is not there (any more)."""
    cloud = clouds().get(stored.get(CONF_CLOUD) or GLOBAL)
    proof: str | Certificate | None = stored.get(CONF_SECRET) or certificate_from(
        stored
    )
    client_id, tenant = stored.get(CONF_CLIENT_ID), stored.get(CONF_TENANT)
    if cloud is None or not proof or not client_id or not tenant:
        return None
    return Application(client_id, tenant, cloud, proof)


def certificate_from(stored: Mapping[str, Any]) -> Certificate | None:
    """Read a certificate with its key; ``None``: there is none."""
    key, public = stored.get(CONF_PRIVATE_KEY), stored.get(CONF_CERTIFICATE)
    return Certificate(key, public) if key and public else None


def certificate_record(certificate: Certificate) -> dict[str, str]:
    """Return a certificate as it is stored."""
    return {
        CONF_PRIVATE_KEY: certificate.private_key,
        CONF_CERTIFICATE: certificate.public,
    }


def user_of(person_settings: Mapping[str, Any]) -> str | None:
    """Return who a person is at Microsoft for the office's application.

    ``None``: nobody said, or they have a sign-in of their own.
    """
    said: Mapping[str, Any] = person_settings.get(CONF_MICROSOFT, {})
    if said.get(CONF_CONNECTED):
        return None
    return said.get(CONF_USER_ID) or None


def address_of(person_settings: Mapping[str, Any]) -> str:
    """Return a person's address at Microsoft; empty: nobody said."""
    return str(person_settings.get(CONF_MICROSOFT, {}).get(CONF_EXPECTED_ACCOUNT) or "")
