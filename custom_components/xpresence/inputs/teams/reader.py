"""Reading one person's Teams: by their own sign-in, or in the office's batch."""

from collections.abc import Callable
from datetime import datetime

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.util import dt as dt_util

from ...groupware.microsoft.teams import READ_ALL
from ...groupware.source import NotAllowed, SignInNeeded, SourceError, SourceUnavailable
from ...microsoft.application import OfficeAccess
from ...microsoft.presence_batch import PresenceBatch, Subscriber
from ...presence.teams.mapping import DesiredTeams, TeamsReading
from ...presence.teams.readings import after_reading
from ...presence.teams.writes import reading_due
from .access import TeamsAccess


class TeamsReader:
    """Asks Graph for one person's Teams presence when a reading is due.

    ``on_reading`` is called after each reading, whoever asked for it: the state is the
    one after it, ``last`` is the reading itself. ``wake`` asks for a turn soon.
    """

    def __init__(
        self,
        access: TeamsAccess,
        batch: PresenceBatch,
        on_reading: Callable[[TeamsReading], None],
        wake: CALLBACK_TYPE,
    ) -> None:
        """Prepare; nothing is asked yet."""
        self._access = access
        self._batch = batch
        self._on_reading = on_reading
        self._wake = wake
        self._leave: CALLBACK_TYPE | None = None
        self.not_allowed_until: datetime | None = None
        """While Graph refuses the permission to read."""
        self.last: TeamsReading | None = None
        """What Teams showed last."""

    @callback
    def start(self) -> None:
        """Join the batch where the settings say who the person is in Entra."""
        if (object_id := self._access.object_id) is not None:
            self._subscribe(object_id)

    @callback
    def stop(self) -> None:
        """Leave the batch."""
        if self._leave is not None:
            self._leave()
            self._leave = None

    @callback
    def link_changed(self) -> None:
        """Try again: somebody signed in, or needs to."""
        self.not_allowed_until = None
        if isinstance(self._access.link, OfficeAccess):
            self._batch.forget_failure()
        if self._access.settings.reads_all:
            self._batch.wake()

    @property
    def is_configured(self) -> bool:
        """Return whether Teams is read for this person, by them or by somebody."""
        access = self._access
        somehow = access.link is not None or access.object_id is not None
        return access.policy.read and somehow

    @property
    def is_possible(self) -> bool:
        """Return whether there is a sign-in that may read the person."""
        in_batch = self._batch.reads(self._access.input_context.person_id)
        return self._access.policy.read and (self._access.works or in_batch)

    def is_refused(self, now: datetime) -> bool:
        """Return whether Graph refused the permission a short while ago."""
        return self.not_allowed_until is not None and now < self.not_allowed_until

    async def async_read(self, desired: DesiredTeams) -> None:
        """Read if a reading is due and possible; what fails is tried again later."""
        access, now = self._access, dt_util.utcnow()
        due = reading_due(access.state, desired, access.policy, now)
        if due is None or due > now or not access.delay.is_over(now):
            return
        if not self.is_possible or self.is_refused(now):
            return
        try:
            await self.async_ask()
        except NotAllowed:
            self.not_allowed_until = now + access.policy.refused_for
            if access.client is not None:
                access.set_permission_issue(access.client.reads_with, there=True)
        except SourceError as error:
            access.delay.failed(error)
        else:
            read_at = access.state.read_at
            if read_at is None or read_at < now:
                # Nobody of that id is known there.
                access.delay.failed(SourceError())

    async def async_ask(self) -> None:
        """Read now, with everybody's in one request where that is possible.

        Raises:
            SourceError: it could not be read.
        """
        access, batch = self._access, self._batch
        person_id = access.input_context.person_id
        client = access.client if access.works else None
        in_batch = batch.could_read or access.settings.reads_all
        if client and in_batch and not batch.has_subscriber(person_id):
            self._subscribe(await client.user_id())
        if batch.reads(person_id):
            try:
                await batch.async_read()
            except (NotAllowed, SignInNeeded) as error:
                if access.settings.reads_all and isinstance(error, NotAllowed):
                    access.set_permission_issue(READ_ALL, there=True)
                if client is None:
                    # Another person's permission: nothing that this person can repair.
                    raise SourceUnavailable("not_allowed") from error
            else:
                access.set_permission_issue(READ_ALL, there=False)
                return
        if client is not None:
            self._take(await client.read())
            access.set_permission_issue(client.reads_with, there=False)

    @callback
    def _subscribe(self, object_id: str) -> None:
        access = self._access
        self.stop()
        self._leave = self._batch.subscribe(
            access.input_context.person_id,
            Subscriber(
                object_id.lower(),
                self._take,
                self._wake,
                lambda: (
                    access.client
                    if access.settings.reads_all and access.works
                    else None
                ),
            ),
        )

    @callback
    def _take(self, reading: TeamsReading) -> None:
        """Take one reading, whoever asked for it."""
        access = self._access
        access.delay.succeeded()
        before, self.last = self.last, reading
        access.state = after_reading(
            access.state, reading, access.policy, dt_util.utcnow()
        )
        if before is None or before.shown != reading.shown:
            access.input_context.show()
        self._on_reading(reading)
