"""The phone systems that xpresence knows, one row each.

Whoever adds one writes a folder beside this file with ``description.py`` (the row) and a
driver, names the row here, and adds its words and its page under
``docs/phone-systems/``. Nothing else asks which phone system it is.

A row imports nothing heavy: the driver's module is imported by :func:`load`, outside
the event loop.
"""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final, cast

from ..presence.stored import Malformed
from .asterisk.description import ASTERISK
from .description import Build, PhoneSystemType
from .fritzbox.description import FRITZBOX
from .home_assistant_actions.description import HOME_ASSISTANT_ACTIONS
from .sip.description import SIP
from .sipgate.description import SIPGATE
from .starface.description import STARFACE
from .threecx.description import THREECX

ROWS: Final = (
    ASTERISK,
    FRITZBOX,
    SIP,
    SIPGATE,
    THREECX,
    STARFACE,
    HOME_ASSISTANT_ACTIONS,
)
"""In the order in which they are offered."""
PHONE_SYSTEMS: Final[Mapping[str, PhoneSystemType]] = MappingProxyType(
    {row.key: row for row in ROWS}
)
"""Key, as a config entry stores it → row."""


class UnknownPhoneSystem(LookupError):
    """A config entry names a phone system that this version does not have."""


def described(key: object) -> PhoneSystemType:
    """Return a row by its key.

    Raises:
        UnknownPhoneSystem: a later version may know it.
    """
    if isinstance(key, str) and key in PHONE_SYSTEMS:
        return PHONE_SYSTEMS[key]
    raise UnknownPhoneSystem(key)


MEMORY_FIELDS: Final = frozenset[str]().union(*(row.memory_fields for row in ROWS))
"""The fields of what drivers remember of an extension."""


def read_memory(record: Any) -> object:
    """Read what a driver remembers of an extension, whichever driver it is.

    Raises:
        Malformed: it is damaged.
    """
    for row in ROWS:
        if row.read_memory is not None:
            try:
                return row.read_memory(record)
            except Malformed:
                continue
    raise Malformed


def load(row: PhoneSystemType) -> Build:
    """Import a driver and return the function that builds it; importing blocks."""
    module = import_module(row.module, __package__)
    return cast("Build", module.build)
