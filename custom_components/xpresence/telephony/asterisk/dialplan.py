"""What a number means in Asterisk's dialplan, as far as it is asked.

FreePBX writes its feature codes into the dialplan and tells them nowhere else that a
manager login may read: the code that leads to a mailbox (*directdialvoicemail*) is
``ext-local``'s ``<code><mailbox>``, and older releases keep it in the global variable
``VM_PREFIX`` as well (module voicemail). A context of a feature code, ``app-…``, may
come before it: with the speed dials' ``*0`` the mailbox 012 is never reached.
"""

from collections.abc import Iterable
import logging
import re
from typing import Final

from ..driver import NotSupported, PermissionDenied, Rejected
from .ami import Message
from .errors import VoicemailNotReached
from .freepbx import ANY_MAILBOX_CODE, EXTENSION, Voicemail
from .requests import Actions

_LOGGER = logging.getLogger(__name__)

CODE: Final = re.compile(r"[0-9*#]{1,8}")
GLOBAL: Final = "VM_PREFIX"
DIALLED_IN: Final = "from-internal"
"""The context in which a forward is dialled."""
EXTENSIONS_IN: Final = "ext-local"
FEATURES: Final = re.compile(r"app-.*", re.IGNORECASE)
"""Contexts of feature codes."""
LEAVES_A_MESSAGE: Final = "VoiceMail"
DIRECTLY: Final = "DIRECTDIAL"
"""FreePBX's word for a mailbox that is dialled, an argument of its ``macro-vm``."""
TRIED: Final = 3
"""Extensions whose mailboxes are looked for, to find out the code."""
REFUSALS: Final = (Rejected, NotSupported, PermissionDenied)


class Dialplan:
    """Numbers of the dialplan that were looked up since it was loaded."""

    def __init__(self, actions: Actions, code: str = "") -> None:
        """Start with nothing looked up; ``code``: what leads to a mailbox, if set."""
        self._actions = actions
        self._configured = code
        self._reached: set[str] = set()

    def forget(self) -> None:
        """Discard what was looked up: the dialplan may be another one."""
        self._reached.clear()

    async def find_voicemail(self, extensions: Iterable[str]) -> None:
        """Find out by which code a mailbox is dialled.

        ``extensions``: those that are known to exist.

        Raises:
            PhoneSystemError: there was no answer.
        """
        known = frozenset(extensions)
        code = self._configured or await self._found(known)
        self._actions.voicemail = Voicemail(code, known)

    async def check_voicemail(self, mailbox: str) -> None:
        """Return if a mailbox's code leads there, or if that cannot be told.

        Raises:
            VoicemailNotReached: it leads elsewhere, or nowhere.
            PhoneSystemError: there was no answer.
        """
        number = self._actions.voicemail.dialled(mailbox)
        if number in self._reached:
            return
        if not await self._is_reached(number, mailbox):
            # Asked again the next time: somebody may have repaired it.
            raise VoicemailNotReached(self._actions.voicemail.code)
        self._reached.add(number)

    async def exists(self, context: str, extension: str) -> bool:
        """Tell whether a context has an extension; where it is not told: yes."""
        try:
            return bool(await self._first(context, extension))
        except PermissionDenied, NotSupported:
            return True

    async def _is_reached(self, number: str, mailbox: str) -> bool:
        try:
            steps = await self._first(DIALLED_IN, number)
        except PermissionDenied, NotSupported:
            return True
        if not steps:
            # Only FreePBX's own dialplan is known well enough to miss something in it.
            return not (
                await self._first(DIALLED_IN, mailbox)
                and await self._first(EXTENSIONS_IN, mailbox)
            )
        if any(map(_leaves_a_message, steps)):
            return True
        return not FEATURES.fullmatch(steps[0].get("Context"))

    async def _global(self) -> str:
        try:
            answer = await self._actions.action("Getvar", ("Variable", GLOBAL))
        except REFUSALS:
            return ""
        found = answer.get("Value").strip()
        return found if CODE.fullmatch(found) else ""

    async def _found(self, extensions: frozenset[str]) -> str:
        """Return the code that the dialplan has, else the most likely one.

        A global variable outlives a reload: it is believed where the dialplan agrees.
        """
        told = await self._global()
        likely = [told, ANY_MAILBOX_CODE] if told else [ANY_MAILBOX_CODE]
        tried = sorted(extensions)[:TRIED]
        try:
            for code in likely:
                for extension in tried:
                    steps = await self._first(DIALLED_IN, code + extension)
                    if any(map(_leaves_a_message, steps)):
                        return code
            for step in await self._steps(EXTENSIONS_IN) if tried else ():
                if code := _code_of(step):
                    return code
        except PermissionDenied, NotSupported:
            _LOGGER.debug("The login may not read the dialplan")
        return likely[0]

    async def _first(self, context: str, extension: str) -> list[Message]:
        """Return the steps of what is dialled first of all that matches."""
        steps = await self._steps(context, extension)
        if not steps:
            return []
        first = (steps[0].get("Context"), steps[0].get("Extension"))
        return [
            one for one in steps if (one.get("Context"), one.get("Extension")) == first
        ]

    async def _steps(self, context: str, extension: str = "") -> list[Message]:
        fields = [("Context", context)]
        if extension:
            fields.append(("Extension", extension))
        try:
            found = await self._actions.collect("ShowDialPlan", *fields)
        except Rejected:
            # Neither an extension nor a context that is not there is answered by none.
            return []
        return [one for one in found if one.get("Application")]


def _leaves_a_message(step: Message) -> bool:
    """Tell whether a step records a message; ``VoiceMailMain`` plays messages."""
    recorder = step.get("Application").casefold() == LEAVES_A_MESSAGE.casefold()
    return recorder or DIRECTLY in step.get("AppData")


def _code_of(step: Message) -> str:
    """Return the code in front of a mailbox that a step of ``ext-local`` names."""
    if DIRECTLY not in step.get("AppData"):
        return ""
    dialled = step.get("Extension")
    for mailbox in re.findall(r"[0-9]+", step.get("AppData")):
        code = dialled.removesuffix(mailbox)
        if code != dialled and EXTENSION.fullmatch(mailbox) and CODE.fullmatch(code):
            return code
    return ""
