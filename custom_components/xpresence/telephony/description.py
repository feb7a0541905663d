"""The registry's description of a phone system, and a driver's parameters."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ..presence.redirect.parts import RedirectCapabilities
from .driver import Capability, Freshness, PhoneSystem
from .fields import Field

if TYPE_CHECKING:
    import aiohttp

type Action = str | list[dict[str, Any]]
"""An action's name, or a sequence of Home Assistant's actions."""
type RunAction = Callable[[Action, Mapping[str, Any]], Awaitable[None]]
"""Run an action to its end with variables.

Raises:
    PhoneSystemError: it failed; the message holds nothing personal.
"""
type ReadState = Callable[[str], str | None]
"""An entity's state; ``None`` while the entity has nothing to say."""
type TrackState = Callable[[str, Callable[[], None]], Callable[[], None]]
"""Call back on every change of an entity; returns the unsubscriber."""
type SaveMemory = Callable[[Mapping[str, Mapping[str, Any]]], Awaitable[None]]
"""Store what the driver has to remember, by extension; return once it is safe."""


type LoadLogin = Callable[[str], Awaitable[Mapping[str, Any] | None]]
"""What was stored of an extension's sign-in in a browser."""
type SaveLogin = Callable[[str, Mapping[str, Any] | None], Awaitable[None]]
"""Store it, apart from settings and memory; return once it is safe.

Raises:
    OSError: it could not be stored.
"""
type Receive = Callable[[Mapping[str, Sequence[str]]], str]
"""Take the fields of a form that was sent from outside, and return what is answered."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address at which the phone system reaches us; whoever knows it may send.

    ``close`` ends it.
    """

    url: str
    close: Callable[[], None]


type OpenWebhook = Callable[[Receive], Awaitable[Webhook | None]]
"""Open the address of this phone system; ``None``: nothing outside can reach us."""


async def _no_login(_extension: str) -> Mapping[str, Any] | None:
    return None


async def _keep_no_login(_extension: str, _login: Mapping[str, Any] | None) -> None:
    """Store nothing."""


async def _no_webhook(_receive: Receive) -> Webhook | None:
    return None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The host functions that a driver may use."""

    run_action: RunAction
    read_state: ReadState
    track_state: TrackState
    save_memory: SaveMemory
    http_session: Callable[[], aiohttp.ClientSession]
    """The shared HTTP session, which nobody closes and which verifies certificates."""
    load_login: LoadLogin = _no_login
    save_login: SaveLogin = _keep_no_login
    open_webhook: OpenWebhook = _no_webhook


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a driver is built from.

    ``settings``: what was entered in the fields of its row. ``memory``: what it last
    saved by ``surroundings.save_memory``.
    """

    settings: Mapping[str, Any]
    surroundings: Surroundings
    memory: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


type Build = Callable[[Parameters], PhoneSystem]
"""Make a driver; nothing is connected yet."""


@dataclass(frozen=True, slots=True)
class Discovered:
    """A device discovered in the network, independent of the protocol.

    ``properties``: SSDP's description or zeroconf's TXT record.
    """

    protocol: str
    host: str
    properties: Mapping[str, Any]


def _nothing(_settings: Mapping[str, Any]) -> dict[str, str]:
    return {}


def host_and_port(settings: Mapping[str, Any]) -> str | None:
    """Return what makes a phone system one of its kind that is reached by HTTPS."""
    host = str(settings.get("host", "")).casefold()
    return f"{host}:{settings.get('port') or 443}" if host else None


def _no_id(_settings: Mapping[str, Any]) -> str | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth:
    """How a person signs in at the phone system's maker in a browser.

    ``client_id`` and ``client_secret`` name the fields of the settings page that hold
    the office's own client there; without an answer to both nobody can sign in.
    """

    authorize_url: Callable[[], str]
    token_url: Callable[[], str]
    scopes: tuple[str, ...]
    client_id: str = "client_id"
    client_secret: str = "client_secret"  # noqa: S105

    def is_set_up(self, settings: Mapping[str, Any]) -> bool:
        """Return whether there is a client to sign in with."""
        return bool(settings.get(self.client_id) and settings.get(self.client_secret))


SIGN_IN: Final = "sign_in"
"""In what is configured of an extension: that, and which time, somebody has signed in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneSystemType:
    """One kind of phone system: a row of the registry.

    Args:
        key: how config entries name it; also the step of its settings page.
        name: what it is called in documents; forms have translations.
        module: the module with ``build(parameters)``, relative to ``telephony``.
        fields: what its settings page asks for.
        person_fields: what it needs to know of each person beside the extension.
        docs: its page under ``docs/phone-systems``, without ``.md``.
        redirect: the most that a line of it can do.
        capabilities: the most that it can do beside redirects.
        freshness: how changes arrive, if its configuration allows no better.
        needs: the licence or edition that it takes, in English, for the documents.
        problems: check settings without connecting: field → translation key.
        unique_id: what makes a phone system one of its kind, from its settings;
            ``None``: the driver tells once it is connected.
        title: the title of a new entry, from its settings; ``None``: the driver or
            the translations tell.
        discovered: settings to suggest for a discovered device; ``None``: another's.
        core_domain: the integration of Home Assistant whose entries know its host and
            user name.
        memory_fields: the fields of what the driver remembers of an extension.
        read_memory: read that; it raises ``Malformed`` if it is damaged.
        default_names: language → name, where a phone system of this kind is told from
            another by a name that is asked for.
        tries_redirect: whether the settings page offers, for these settings, to set and
            end a redirect before anything is saved.
        repairs: keys of its own errors whose repair issue offers to try again.
        oauth: how people sign in there in a browser, where they can.
    """

    key: str
    name: str
    module: str
    fields: tuple[Field, ...]
    docs: str
    redirect: RedirectCapabilities
    capabilities: Capability
    freshness: Freshness
    person_fields: tuple[Field, ...] = ()
    needs: str = ""
    problems: Callable[[Mapping[str, Any]], dict[str, str]] = _nothing
    unique_id: Callable[[Mapping[str, Any]], str | None] = _no_id
    title: Callable[[Mapping[str, Any]], str | None] = _no_id
    discovered: Callable[[Discovered], dict[str, Any] | None] = lambda _found: None
    core_domain: str | None = None
    memory_fields: frozenset[str] = frozenset()
    read_memory: Callable[[Any], object] | None = None
    default_names: Mapping[str, str] = field(default_factory=dict)
    tries_redirect: Callable[[Mapping[str, Any]], bool] = lambda _settings: False
    repairs: tuple[str, ...] = ()
    oauth: OAuth | None = None

    @property
    def own_fields(self) -> tuple[Field, ...]:
        """What a person may enter themself: their own login."""
        return tuple(one for one in self.person_fields if one.own)
