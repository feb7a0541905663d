"""What a driver keeps apart from settings and journal, and how it is reached from outside.

Sign-ins at a phone system's maker change every few minutes and are secret: each person's is
in a private file of its own. So is the id of the webhook, which is all that keeps others
from sending there.
"""

from collections.abc import Callable, Mapping
import logging
from pathlib import Path
import secrets
from typing import Any, Final
from urllib.parse import parse_qsl

from aiohttp import web
from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.network import NoURLAvailableError
from homeassistant.helpers.storage import STORAGE_DIR, Store
from homeassistant.setup import async_setup_component

from ..const import CONF_EXTENSION, DOMAIN, SUBENTRY_PERSON
from ..telephony.description import Receive, Webhook

_LOGGER = logging.getLogger(__name__)
VERSION: Final = 1
LOGIN: Final = "login"
WEBHOOK: Final = "webhook"
LONGEST_FORM: Final = 16 * 1024
"""Bytes that are read of what is sent from outside."""
MOST_FIELDS: Final = 200


def _prefix(entry_id: str) -> str:
    return f"{DOMAIN}.{entry_id}.phone."


class PhoneLogins:
    """The private files of one phone system."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Read nothing yet."""
        self._hass = hass
        self._entry = entry
        self._people: dict[str, str] = {}
        """Extension → person, also of who has left and is given back what was theirs."""

    def _store(self, name: str) -> Store[dict[str, Any]]:
        key = _prefix(self._entry.entry_id) + name
        return Store(self._hass, VERSION, key, True, atomic_writes=True)

    async def load(self, extension: str) -> Mapping[str, Any] | None:
        """Return what is stored of an extension's sign-in."""
        person_id = self._person_id(extension)
        return None if person_id is None else await self.load_of(person_id)

    async def save(self, extension: str, login: Mapping[str, Any] | None) -> None:
        """Store a sign-in, or forget it; return once it is safe.

        Raises:
            OSError: it could not be stored.
        """
        person_id = self._person_id(extension)
        if person_id is not None:
            await self.save_of(person_id, login)

    async def load_of(self, person_id: str) -> Mapping[str, Any] | None:
        """Return what is stored of a person's sign-in."""
        stored = await self._store(person_id).async_load()
        found = stored.get(LOGIN) if isinstance(stored, dict) else None
        return found if isinstance(found, dict) else None

    async def save_of(self, person_id: str, login: Mapping[str, Any] | None) -> None:
        """Store a person's sign-in, or forget it; return once it is safe.

        Raises:
            OSError: it could not be stored.
        """
        if login is None:
            await self._store(person_id).async_remove()
        else:
            await self._store(person_id).async_save({LOGIN: dict(login)})

    def _person_id(self, extension: str) -> str | None:
        self._people |= {
            str(person.data.get(CONF_EXTENSION)): person.subentry_id
            for person in self._entry.get_subentries_of_type(SUBENTRY_PERSON)
        }
        return self._people.get(extension)

    async def open_webhook(self, receive: Receive) -> Webhook | None:
        """Open the entry's address; ``None``: Home Assistant has none outside.

        Home Assistant Cloud's is taken where there is one.
        """
        hass = self._hass
        if not await async_setup_component(hass, WEBHOOK, {}):
            return None
        webhook_id = await self._webhook_id()
        url = await _cloud_url(hass, webhook_id)
        if url is None:
            try:
                url = webhook.async_generate_url(
                    hass, webhook_id, allow_internal=False, prefer_external=True
                )
            except NoURLAvailableError:
                _LOGGER.info("Calls are not shown: there is no public address")
                return None

        async def take(
            _hass: HomeAssistant, _id: str, request: web.Request
        ) -> web.Response:
            return await _answered(request, receive)

        webhook.async_register(
            hass,
            DOMAIN,
            self._entry.title,
            webhook_id,
            take,
            local_only=False,
            allowed_methods=("POST",),
        )
        return Webhook(url, lambda: webhook.async_unregister(hass, webhook_id))

    async def _webhook_id(self) -> str:
        store = self._store(WEBHOOK)
        stored = await store.async_load()
        known = stored.get(WEBHOOK) if isinstance(stored, dict) else None
        if isinstance(known, str) and known:
            return known
        made = secrets.token_hex(32)
        await store.async_save({WEBHOOK: made})
        return made


async def _cloud_url(hass: HomeAssistant, webhook_id: str) -> str | None:
    """Return the address in Home Assistant Cloud; ``None``: it is not used."""
    if "cloud" not in hass.config.components:
        return None
    # Imported only where it is loaded already.
    from homeassistant.components import cloud

    if not cloud.async_active_subscription(hass):
        return None
    try:
        return await cloud.async_get_or_create_cloudhook(hass, webhook_id)
    except cloud.CloudNotAvailable:
        return None


async def _answered(request: web.Request, receive: Receive) -> web.Response:
    """Hand a form on, if it is one of a bearable size."""
    body = bytearray()
    async for chunk in request.content.iter_chunked(LONGEST_FORM):
        body += chunk
        if len(body) > LONGEST_FORM:
            return web.Response(status=413)
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS
        )
    except ValueError:
        return web.Response(status=400)
    form: dict[str, list[str]] = {}
    for key, value in pairs:
        form.setdefault(key, []).append(value)
    return web.Response(text=receive(form), content_type="application/xml")


async def async_remove_logins(
    hass: HomeAssistant, entry_id: str, stays: Callable[[str], bool]
) -> None:
    """Delete the private files of a phone system but those that stay.

    ``stays`` gets a person's id, or the name of another file.
    """
    prefix = _prefix(entry_id)
    folder = Path(hass.config.path(STORAGE_DIR))

    def find() -> list[str]:
        return [path.name for path in folder.glob(f"{prefix}*")]

    for name in await hass.async_add_executor_job(find):
        if not stays(name.removeprefix(prefix)):
            await Store[Any](hass, VERSION, name, True).async_remove()
