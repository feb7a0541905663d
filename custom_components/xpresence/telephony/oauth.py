"""Access tokens of somebody who has signed in in a browser.

They live for minutes; the refresh token that they are taken with may be another each time,
and the one before be worth nothing then. So it is stored before an access token is used,
and a request for one is never broken off halfway.
"""

import asyncio
from collections.abc import Mapping
import logging
from typing import Any, Final

from .description import OAuth, Surroundings
from .driver import AuthenticationFailed, Unavailable
from .http_client import HttpClient, Token, life_of, token_of

_LOGGER = logging.getLogger(__name__)
REFRESH_TOKEN: Final = "refresh_token"  # noqa: S105
OVER: Final = "invalid_grant"
"""Error of a refresh token that is not valid any more."""


class RefreshTokens:
    """The refresh tokens of one extension."""

    def __init__(
        self,
        oauth: OAuth,
        settings: Mapping[str, Any],
        surroundings: Surroundings,
        extension: str,
    ) -> None:
        """Read nothing yet; ``settings`` hold the office's client."""
        self._url = oauth.token_url()
        self._client = {
            "client_id": str(settings.get(oauth.client_id, "")),
            "client_secret": str(settings.get(oauth.client_secret, "")),
        }
        self._around = surroundings
        self._extension = extension
        self._latest: str | None = None
        self._taking: asyncio.Task[Token] | None = None

    async def access_token(self, client: HttpClient) -> Token:
        """Take an access token by a request of the client.

        Raises:
            AuthenticationFailed: the sign-in is over, or the office's client is refused
                (then without an extension).
            PhoneSystemError: there is none now.
        """
        if self._taking is None or self._taking.done():
            self._taking = asyncio.create_task(self._take(client))
        return await asyncio.shield(self._taking)

    async def _take(self, client: HttpClient) -> Token:
        refresh = self._latest
        if refresh is None:
            stored = await self._around.load_login(self._extension)
            found = (stored or {}).get(REFRESH_TOKEN)
            if not isinstance(found, str) or not found:
                raise client.refuse()
            refresh = found
        answer = await client.send(
            "POST",
            self._url,
            data={**self._client, "grant_type": REFRESH_TOKEN, REFRESH_TOKEN: refresh},
        )
        if answer.status in (400, 401):
            if OVER in answer.text:
                raise client.refuse()
            client.refuse()
            raise AuthenticationFailed("client refused")
        if answer.status != 200:
            raise client.error(answer, writes=False)
        said = client.decoded(answer)
        token = Token(token_of(said, "access_token"), life_of(said))
        await self._keep(said, refresh)
        return token

    async def _keep(self, said: Mapping[str, Any], before: str) -> None:
        try:
            self._latest = token_of(said, REFRESH_TOKEN)
        except Unavailable:
            self._latest = before
            return
        if self._latest == before:
            return
        try:
            await self._around.save_login(
                self._extension, {REFRESH_TOKEN: self._latest}
            )
        except OSError:
            _LOGGER.warning("A sign-in could not be stored; after a restart it is over")
