"""What groupware is read with: threads and HTTP clients, shared by all phone systems."""

from collections.abc import Callable
from typing import Final

from aiohttp import ClientSession, DefaultResolver, DummyCookieJar, TCPConnector
from homeassistant.const import EVENT_HOMEASSISTANT_CLOSE
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.util.hass_dict import HassKey

from ..groupware.network.addresses import CheckedResolver, public
from ..groupware.network.threads import Threads
from ..groupware.source import Execute
from .requirements import Feature, async_require

CONNECTIONS: Final = 8
"""Connections at once to servers that ordinary users named."""
CONNECTIONS_OF_A_HOST: Final = 2
THREADS: HassKey[Threads] = HassKey("xpresence_threads")
HTTP: HassKey[ClientSession] = HassKey("xpresence_http")
PUBLIC_HTTP: HassKey[ClientSession] = HassKey("xpresence_public_http")


def executor(hass: HomeAssistant, needs: Feature, owner: str = "") -> Execute:
    """Return what runs blocking jobs, once the libraries they need are there.

    ``owner`` takes no more than some threads. Home Assistant's own executor is
    everybody's: slow servers would fill it.
    """
    if THREADS not in hass.data:
        hass.data[THREADS] = Threads()
    threads = hass.data[THREADS]

    async def run[T](
        job: Callable[[], T], /, *, give_up: Callable[[], None] | None = None
    ) -> T:
        await async_require(hass, needs)
        return await threads.run(job, owner=owner, give_up=give_up)

    return run


def http_client(hass: HomeAssistant, *, public_only: bool = False) -> ClientSession:
    """Return a client that keeps no cookies, which are one person's.

    ``public_only``: it connects to no address of the office's network.
    """
    key = PUBLIC_HTTP if public_only else HTTP
    if key not in hass.data:
        made = hass.data[key] = _public() if public_only else _usual(hass)

        async def end(_event: Event) -> None:
            if public_only:
                await made.close()
            else:
                made.detach()  # The connections are Home Assistant's.

        hass.bus.async_listen_once(EVENT_HOMEASSISTANT_CLOSE, end)
    return hass.data[key]


def _usual(hass: HomeAssistant) -> ClientSession:
    # Not cleaned up with the entry that happens to be set up now.
    return async_create_clientsession(
        hass, auto_cleanup=False, cookie_jar=DummyCookieJar()
    )


def _public() -> ClientSession:
    connector = TCPConnector(
        resolver=CheckedResolver(DefaultResolver(), public),
        limit=CONNECTIONS,
        limit_per_host=CONNECTIONS_OF_A_HOST,
    )
    return ClientSession(connector=connector, cookie_jar=DummyCookieJar())
