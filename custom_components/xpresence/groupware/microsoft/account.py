"""One person's sign-in at Microsoft, by msal.

msal blocks, already in its constructor: every call runs in an executor. Reading the
cache, asking for a new token and storing the cache are not one transaction in msal,
and refresh tokens rotate: one lock an account makes them one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
import logging
from typing import Any, Final, Protocol, Self
from urllib.parse import quote

from ..network.limits import MEBIBYTE, Limits
from ..source import SourceUnavailable
from .clouds import Cloud
from .failures import SignInRefused, failure
from .msal_calls import authority_translated, http_session, requests_translated

_LOGGER = logging.getLogger(__name__)
# msal and its parts tell of accounts and requests below this level.
logging.getLogger("msal").setLevel(logging.WARNING)

LIMITS: Final = Limits(size=MEBIBYTE)
"""The longest answer of a sign-in, its metadata, has 10 kB."""
LONGEST_NAME: Final = 320
"""Letters of the longest mail address (RFC 5321, 4.5.3.1), which a sign-in name is."""
SLOWER: Final = 5
"""Seconds by which ``slow_down`` lengthens the interval (RFC 8628, 3.5)."""


class Executor(Protocol):
    """Runs a blocking function in an executor."""

    def __call__[T](self, function: Callable[[], T], /) -> Awaitable[T]:
        """Run it and return what it returns."""


class TokenStore(Protocol):
    """Storage of a sign-in's token cache, which holds secrets and names."""

    async def load(self) -> str | None:
        """Return what was kept, if anything."""

    async def save(self, cache: str | None) -> None:
        """Keep this instead; ``None`` forgets it."""


class MemoryStore:
    """Keeps a sign-in as long as the program runs, and no longer."""

    def __init__(self) -> None:
        """Hold nothing."""
        self._cache: str | None = None

    async def load(self) -> str | None:
        """Return what was kept, if anything."""
        return self._cache

    async def save(self, cache: str | None) -> None:
        """Keep this instead; ``None`` forgets it."""
        self._cache = cache

    def hold(self, cache: str) -> None:
        """Hold this from now on."""
        self._cache = cache


@dataclass(frozen=True, slots=True)
class Registration:
    """The app registration that a sign-in belongs to, and what it is to be allowed."""

    client_id: str
    tenant: str
    cloud: Cloud
    permissions: tuple[str, ...]

    @property
    def scopes(self) -> list[str]:
        """Return the permissions as the sign-in takes them."""
        return [self.cloud.scope(one) for one in self.permissions]


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose account was signed in: Microsoft's id of it, and its sign-in name."""

    account_id: str
    name: str

    @classmethod
    def of(cls, claims: Mapping[str, Any]) -> Self | None:
        """Read the claims of an ID token; ``None``: they name nobody."""
        account_id = str(claims.get("oid") or claims.get("sub") or "")
        for claim in ("preferred_username", "upn", "email", "name"):
            name = "".join(
                letter
                for letter in str(claims.get(claim) or "")
                if letter.isprintable()
            ).strip()[:LONGEST_NAME]
            if name and account_id:
                return cls(f"{account_id}.{claims.get('tid', '')}", name)
        return None


@dataclass(slots=True)
class DeviceCode:
    """A code to be entered on a page of Microsoft's, with any browser."""

    user_code: str
    page: str
    interval: float
    expires_in: float
    flow: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Redirect:
    """A page of Microsoft's that sends the browser back when done."""

    page: str
    flow: dict[str, Any]


class MicrosoftAccount:
    """One person's sign-in; no request is sent before it is needed."""

    def __init__(
        self, registration: Registration, store: TokenStore, run: Executor
    ) -> None:
        """Keep the parts: the store may hold a sign-in already."""
        self.registration = registration
        self.identity: Identity | None = None
        """Who has just signed in with this object."""
        self._store = store
        self._run = run
        self._lock = asyncio.Lock()
        self._cache: Any = None
        self._app: Any = None
        self._watch: Any = None

    # Signing in

    async def begin_device_code(self) -> DeviceCode:
        """Ask for a code.

        Raises:
            SignInRefused: the registration or the tenant does not allow it.
            SourceUnavailable: the sign-in cannot be reached.
        """
        scopes = self.registration.scopes
        async with self._lock:
            flow = await self._call(lambda app: app.initiate_device_flow(scopes=scopes))
        if "user_code" not in flow:
            raise failure(flow)
        return DeviceCode(
            user_code=str(flow["user_code"]),
            page=str(flow["verification_uri"]),
            interval=float(flow.get("interval", 5)),
            expires_in=float(flow.get("expires_in", 900)),
            flow=flow,
        )

    async def poll_device_code(self, code: DeviceCode) -> bool:
        """Ask once whether the code was entered; to be repeated every ``interval``.

        Raises:
            SignInRefused: the code was declined, has expired, or is not allowed.
            SourceUnavailable: the sign-in cannot be reached; the code stays good.
        """
        # Without the condition msal would sleep in the executor for 15 minutes.
        async with self._lock:
            answer = await self._call(
                lambda app: app.acquire_token_by_device_flow(
                    code.flow, exit_condition=lambda _flow: True
                )
            )
            if answer.get("error") == "authorization_pending":
                return False
            if answer.get("error") == "slow_down":
                code.interval += SLOWER
                return False
            await self._accept(answer)
        return True

    async def begin_redirect(self, back_to: str, state: str) -> Redirect:
        """Return the page to sign in on; the browser comes back with ``state``.

        Raises:
            SignInRefused: the registration or the tenant does not allow it.
            SourceUnavailable: the sign-in cannot be reached.
        """
        scopes = self.registration.scopes
        async with self._lock:
            flow = await self._call(
                lambda app: app.initiate_auth_code_flow(
                    scopes, redirect_uri=back_to, state=state, prompt="select_account"
                )
            )
        if "auth_uri" not in flow:
            raise failure(flow)
        return Redirect(str(flow["auth_uri"]), flow)

    async def finish_redirect(
        self, redirect: Redirect, answer: Mapping[str, str]
    ) -> None:
        """Sign in with what the browser came back with.

        Raises:
            SignInRefused: refused, or the answer belongs to another page.
            SourceUnavailable: the sign-in cannot be reached.
        """

        def exchange(app: Any) -> Any:
            try:
                return app.acquire_token_by_auth_code_flow(redirect.flow, dict(answer))
            except ValueError as error:
                # msal's word for another state than the one that was sent.
                raise SignInRefused("answer_unexpected") from error

        async with self._lock:
            await self._accept(await self._call(exchange))

    async def take_over(self, cache: str) -> None:
        """Take over the sign-in that another account object stored."""
        async with self._lock:
            self._app = self._cache = None
            await self._store.save(cache)

    async def forget(self) -> None:
        """Sign out here: nothing is kept of the account."""
        async with self._lock:
            self._app = self._cache = None
            await self._store.save(None)

    # Being signed in

    async def token(self, claims: str | None = None, *, fresh: bool = False) -> str:
        """Return an access token, renewed where that is needed.

        ``claims`` is what Graph asked for when it refused the last token; ``fresh``
        asks for another one where it asked for nothing.

        Raises:
            SignInRefused: only the person can renew the sign-in.
            SourceUnavailable: the sign-in cannot be reached; try again later.
        """
        scopes = self.registration.scopes

        def ask(app: Any) -> Any:
            accounts = app.get_accounts()
            if not accounts:
                return {"error": "not_signed_in"}
            return app.acquire_token_silent_with_error(
                scopes, accounts[0], claims_challenge=claims, force_refresh=fresh
            )

        async with self._lock:
            answer = await self._call(ask)
            # msal says nothing at all where it finds no refresh token.
            if answer is None or answer.get("error") == "not_signed_in":
                raise SignInRefused("not_signed_in")
            if "access_token" not in answer:
                raise failure(answer)
            await self._keep()
            return str(answer["access_token"])

    async def _accept(self, answer: Mapping[str, Any]) -> None:
        if "access_token" not in answer:
            raise failure(answer)
        claims = answer.get("id_token_claims", {})
        if (identity := Identity.of(claims)) is None:
            raise SourceUnavailable("sign_in_rubbish")
        self.identity = identity
        await self._keep(only=claims.get("oid"))

    async def _keep(self, only: str | None = None) -> None:
        """Store the sign-in if it changed; ``only`` this account stays."""
        cache, app = self._cache, self._app

        def serialized() -> str | None:
            for account in app.get_accounts() if only else ():
                if account.get("local_account_id") != only:
                    app.remove_account(account)
            return str(cache.serialize()) if cache.has_state_changed else None

        if (fresh := await self._run(serialized)) is not None:
            await self._store.save(fresh)

    async def _call(self, function: Callable[[Any], Any]) -> Any:
        """Run an msal call in the executor, and translate its errors."""
        kept = await self._store.load() if self._app is None else None

        def call() -> Any:
            from msal.exceptions import MsalServiceError

            from ..network.adapter import Watch

            if self._watch is None:
                self._watch = Watch(LIMITS)
            self._watch.begin()
            try:
                if self._app is None:
                    self._app = self._application(kept)
                return function(self._app)
            except MsalServiceError as error:
                raise SourceUnavailable("sign_in_failing") from error

        with requests_translated():
            return await self._run(call)

    def _application(self, kept: str | None) -> Any:
        """Make msal's client; it asks the tenant's address for its configuration."""
        import msal

        registration = self.registration
        cache = msal.SerializableTokenCache()
        if kept:
            try:
                cache.deserialize(kept)
            except ValueError:
                _LOGGER.warning("A stored sign-in could not be read; it is forgotten")
        tenant = quote(registration.tenant, safe="")
        with authority_translated():
            app = msal.PublicClientApplication(
                registration.client_id,
                authority=f"{registration.cloud.login}/{tenant}",
                token_cache=cache,
                http_client=http_session(self._watch),
                # The hosts come from our own table: there is nobody to ask.
                instance_discovery=False,
                # We answer claims challenges, so Graph may end a token at once.
                client_capabilities=["CP1"],
            )
        self._cache = cache
        return app
