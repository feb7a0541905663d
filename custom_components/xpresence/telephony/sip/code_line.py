"""An extension that is set by dialling codes, and read by lamps or by asking."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
import logging
from typing import Final, override

from ...presence.line import (
    UNKNOWN,
    Destination,
    ForwardingState,
    Known,
)
from ...presence.redirect.parts import Part, Value, changed, known
from ..driver import NotSupported, Rejected
from .agent import Account, Refused, UserAgent
from .codes import Code, CodeTable, NotDiallable, filled, places
from .errors import refusal, translating
from .lamp import Lamp
from .line import SipLine, Waits

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


class CodeLine(SipLine):
    """What a lamp tells is whether, never whereto.

    A target is shown as long as it was set here and the lamp has been on since: the
    phone system tells of no other change.
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
        self._features = {feature.part: feature for feature in self._features_of(table)}

    @staticmethod
    def _features_of(table: CodeTable) -> Iterator[_Feature]:
        for condition, code in table.forwards.items():
            yield _Feature(Part(condition.value), code)
        if table.do_not_disturb is not None:
            yield _Feature(Part.DO_NOT_DISTURB, table.do_not_disturb)

    @override
    def start(self) -> None:
        super().start()
        for feature in self._features.values():
            if feature.code.lamp and "target" not in places(feature.code.lamp):
                feature.lamp = self._lamp(feature, "")

    def _lamp(self, feature: _Feature, target: str) -> Lamp:
        def on_change() -> None:
            if feature.lit is False:
                feature.target = None
            self._tell()

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
    def readable(self) -> frozenset[Part]:
        return frozenset(
            part
            for part, feature in self._features.items()
            if feature.code.readable
            and (feature.lamp is None or feature.lamp.refused is None)
        )

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
            return feature.target if feature.target is not None else UNKNOWN
        if "target" in places(feature.code.lamp or "1") and not feature.ended:
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
        with translating():
            try:
                await feature.lamp.read(self._waits.notify)
            except Refused as error:
                # There is no such lamp, or not for us: nothing is read back then.
                _LOGGER.debug("A lamp was refused: %s", error)

    async def _ask(self, feature: _Feature) -> None:
        status = await self._dial(self._filled(feature.code.query), writing=False)
        if status < 300:
            feature.answered = True
        elif status in OFF_STATUSES:
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
            status = await self._dial(self._code(part, wanted), writing=True)
            if status >= 300:
                raise refusal(status)
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
        if "target" not in places(feature.code.lamp or "1"):
            return
        lamp, feature.lamp = feature.lamp, None
        if lamp is not None:
            await lamp.close()
        number = self._dialled(wanted.kind, wanted.number)
        feature.lamp = self._lamp(feature, number)

    async def _dial(self, code: str, *, writing: bool) -> int:
        """Dial a code, wait until the phone system hangs up, and return the status.

        One that never hangs up had time enough for what it was told.
        """
        self._freeze()
        try:
            with translating(writing=writing):
                result = await self._agent.call(
                    self.account, code, ring=self._waits.ring, hold=self._waits.hold
                )
        finally:
            self._unfreeze()
        return result.status
