"""An extension that is set by dialling codes, and read by lamps or by asking."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
import logging
from typing import Final, override

from ...presence.line import (
    TARGET_UNKNOWN,
    UNKNOWN,
    Destination,
    ForwardingState,
    Known,
)
from ...presence.redirect.parts import (
    Part,
    RedirectCapabilities,
    RingTime,
    Value,
    changed,
    known,
)
from ..driver import NotSupported, PermissionDenied, Rejected, Unavailable
from .agent import Account, CallResult, UserAgent
from .codes import Code, CodeTable, NotDiallable, filled, places
from .errors import refusal, translating
from .lamp import Lamp
from .line import ABOUT_RING, SipLine, Waits

_LOGGER = logging.getLogger(__name__)

OFF_STATUSES: Final = frozenset({404, 480, 486, 487, 600, 603, 604})
"""Final statuses of a query that mean *off*."""


@dataclass(slots=True)
class _Feature:
    """One part that has codes, and what is known of it."""

    part: Part
    code: Code
    lamp: Lamp | None = None
    target: Destination | None = None
    """Where it leads, as far as we set it and it has been on since."""
    answered: bool | None = None
    """What the query said last."""
    ended: bool = False
    """Whether we ended it, and its lamp tells of one target alone."""

    @property
    def lit(self) -> bool | None:
        """Whether it is on; ``None``: not known."""
        if self.code.lamp:
            return self.lamp.lit if self.lamp is not None else None
        return self.answered


def parts_of(table: CodeTable) -> Iterator[tuple[Part, Code]]:
    """Yield the parts that a table has codes for."""
    for condition, code in table.forwards.items():
        yield Part(condition.value), code
    if table.do_not_disturb is not None:
        yield Part.DO_NOT_DISTURB, table.do_not_disturb


def capabilities(table: CodeTable, *, voicemail: bool) -> RedirectCapabilities:
    """Return what a line of a phone system with these codes can do."""
    parts = dict(parts_of(table))
    return RedirectCapabilities(
        frozenset(parts),
        frozenset(part for part, code in parts.items() if code.readable),
        voicemail,
        ring_time=RingTime(about=ABOUT_RING),
    )


class CodeLine(SipLine):
    """A lamp shows whether a redirect is on, never its target.

    A target is shown as long as it was set here and the lamp has been on since: the
    phone system reports no other change.
    """

    def __init__(
        self,
        agent: UserAgent,
        account: Account,
        extension: str,
        table: CodeTable,
        *,
        line: str = "",
        voicemail: str,
        waits: Waits,
        on_change: Callable[[], None],
    ) -> None:
        """Prepare; ``line`` is put into the codes that have a place for it."""
        super().__init__(
            agent,
            account,
            extension,
            voicemail=voicemail,
            waits=waits,
            on_change=on_change,
        )
        self._table = table
        self._line = line
        self._features = {part: _Feature(part, code) for part, code in parts_of(table)}

    @override
    def start(self) -> None:
        super().start()
        for feature in self._features.values():
            if feature.code.lamp and not _of_target(feature.code):
                feature.lamp = self._lamp(feature, "")

    def _lamp(self, feature: _Feature, target: str) -> Lamp:
        def on_change() -> None:
            if feature.lit is False:
                feature.target = None
            self._notify()

        user = self._filled(feature.code.lamp, target)
        return Lamp(self._agent, self.account, user, on_change)

    @override
    async def close(self) -> None:
        await super().close()
        for feature in self._features.values():
            lamp, feature.lamp = feature.lamp, None
            if lamp is not None:
                await lamp.close()

    @property
    @override
    def capabilities(self) -> RedirectCapabilities:
        found = capabilities(self._table, voicemail=bool(self._voicemail))
        refused = {
            part
            for part, feature in self._features.items()
            if feature.lamp is not None and feature.lamp.refused is not None
        }
        return replace(found, readable=found.readable - refused)

    @override
    def state(self) -> ForwardingState:
        return changed(
            ForwardingState(),
            {part: self._value(feature) for part, feature in self._features.items()},
        )

    def _value(self, feature: _Feature) -> Known[Value]:
        lit = feature.lit
        if lit is None:
            return UNKNOWN
        if feature.part is Part.DO_NOT_DISTURB:
            return lit
        if lit:
            return TARGET_UNKNOWN if feature.target is None else feature.target
        if _of_target(feature.code) and not feature.ended:
            # It is not that target; it may be another one.
            return UNKNOWN
        return None

    # Reading

    @override
    async def _read(self) -> None:
        for feature in self._features.values():
            if feature.code.lamp:
                await self._read_lamp(feature)
            elif feature.code.query:
                await self._ask(feature)

    async def _read_lamp(self, feature: _Feature) -> None:
        if feature.lamp is None:
            return
        try:
            with translating():
                await feature.lamp.read(self._waits.notify)
        except NotSupported, PermissionDenied, Rejected:
            # There is no such lamp, or not for us: nothing is read back then.
            _LOGGER.debug("A lamp was refused")
        else:
            if feature.lit is None and feature.lamp.refused is None:
                raise Unavailable("the lamp says nothing")

    async def _ask(self, feature: _Feature) -> None:
        result = await self._dial(self._filled(feature.code.query), writing=False)
        if result.answered:
            feature.answered = True
        elif result.status in OFF_STATUSES:
            feature.answered, feature.target = False, None
        else:
            feature.answered = None

    # Writing

    @override
    def _check(self, desired: ForwardingState) -> None:
        for part, wanted in known(desired):
            if part not in self._features:
                raise NotSupported(part.value)
            self._code(part, wanted)

    def _code(self, part: Part, wanted: Value) -> str:
        """Return what is dialled for a part.

        Raises:
            Rejected, NotSupported.
        """
        code = self._features[part].code
        try:
            if isinstance(wanted, Destination):
                target = self._dialled(wanted.kind, wanted.number)
                return self._filled(code.on, target)
            return self._filled(code.on if wanted is True else code.off)
        except NotDiallable as error:
            raise Rejected("number") from error

    def _filled(self, template: str, target: str = "") -> str:
        values = {"extension": self.extension, "line": self._line}
        if target:
            values["target"] = target
        return filled(template, **values)

    @override
    async def _write(self, desired: ForwardingState) -> None:
        for part, wanted in known(desired):
            feature = self._features[part]
            if feature.code.readable and self._value(feature) == wanted:
                continue
            result = await self._dial(self._code(part, wanted), writing=True)
            if not result.answered:
                raise refusal(result.status, result.retry_after)
            await self._confirm(feature, wanted)

    async def _confirm(self, feature: _Feature, wanted: Value) -> None:
        """Read back what was dialled."""
        on = wanted not in (None, False)
        if isinstance(wanted, Destination):
            await self._watch_target(feature, wanted)
        feature.ended = not on
        if feature.lamp is not None:
            lamp = feature.lamp
            await lamp.wait(lambda: lamp.lit is on, self._waits.notify)
        elif feature.code.query:
            await self._ask(feature)
        if isinstance(wanted, Destination) and feature.lit:
            feature.target = wanted

    async def _watch_target(self, feature: _Feature, wanted: Destination) -> None:
        """Change over to the lamp of another target, where each has its own."""
        if not _of_target(feature.code):
            return
        lamp, feature.lamp = feature.lamp, None
        if lamp is not None:
            await lamp.close()
        number = self._dialled(wanted.kind, wanted.number)
        feature.lamp = self._lamp(feature, number)

    async def _dial(self, code: str, *, writing: bool) -> CallResult:
        """Dial a code and wait until the phone system hangs up.

        One that never hangs up had time enough for what it was told.
        """
        self._freeze()
        try:
            with translating(writing=writing):
                return await self._agent.call(
                    self.account, code, ring=self._waits.ring, hold=self._waits.hold
                )
        finally:
            self._unfreeze()


def _of_target(code: Code) -> bool:
    """Tell whether a feature's lamp tells of one target alone."""
    return bool(code.lamp) and "target" in places(code.lamp)
