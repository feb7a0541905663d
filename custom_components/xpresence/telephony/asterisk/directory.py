"""The extensions of an Asterisk, and their names.

FreePBX keeps its users in the AstDB; a plain Asterisk has them as SIP endpoints and
hints, and their names in the voicemail's configuration.
"""

from collections.abc import Iterable, Mapping
import contextlib
from typing import Final

from ..driver import (
    MOST_DIRECTORY_ENTRIES,
    DirectoryEntry,
    NotSupported,
    PermissionDenied,
    Rejected,
)
from . import freepbx
from .ami import Message
from .requests import Actions

NAME: Final = "cidname"
"""FreePBX's key for what is shown to whom the extension calls."""
LONGEST_NAME: Final = 60


async def directory(
    actions: Actions, hinted: Iterable[str]
) -> tuple[DirectoryEntry, ...]:
    """Read the extensions from every source; a missing source has none.

    ``hinted``: the extensions with a hint, which are known already.

    Raises:
        PhoneSystemError: as the actions raise.
    """
    users = await actions.tree(freepbx.USERS)
    endpoints: list[Message] = []
    boxes: list[Message] = []
    with contextlib.suppress(Rejected, NotSupported, PermissionDenied):
        endpoints = await actions.collect("PJSIPShowEndpoints")
    with contextlib.suppress(Rejected, NotSupported, PermissionDenied):
        boxes = await actions.collect("VoicemailUsersList")
    return entries(
        users,
        (item.get("ObjectName") for item in endpoints),
        {item.get("VoiceMailbox"): item.get("Fullname") for item in boxes},
        hinted,
    )


def entries(
    users: Mapping[str, str],
    endpoints: Iterable[str],
    boxes: Mapping[str, str],
    hinted: Iterable[str],
) -> tuple[DirectoryEntry, ...]:
    """Return the extensions in their order, each with the best name there is.

    Args:
        users: FreePBX's part of the AstDB, full key → value.
        endpoints: names of SIP endpoints; those that are no number are no extension.
        boxes: mailbox → name.
        hinted: extensions with a hint.
    """
    names: dict[str, str] = {}
    for key, value in users.items():
        family, _, rest = key.lstrip("/").partition("/")
        extension, _, field = rest.partition("/")
        if family == freepbx.USERS and freepbx.EXTENSION.fullmatch(extension):
            names.setdefault(extension, "")
            if field == NAME:
                names[extension] = value
    for extension in (*endpoints, *hinted):
        if freepbx.EXTENSION.fullmatch(extension):
            names.setdefault(extension, "")
    found = (
        DirectoryEntry(extension, _shown(name or boxes.get(extension, "")))
        for extension, name in names.items()
    )
    order = sorted(found, key=lambda entry: (len(entry.extension), entry.extension))
    return tuple(order[:MOST_DIRECTORY_ENTRIES])


def _shown(name: str) -> str:
    """Return a name on one line, of which nothing is invisible."""
    clean = "".join(mark if mark.isprintable() else " " for mark in name)
    return " ".join(clean.split())[:LONGEST_NAME].rstrip()
