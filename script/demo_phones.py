"""The phone systems that the demo can be started with, one row each.

Whoever adds a driver adds a row: how a test phone system is started, how it is set up
in Home Assistant, and what is said of its telephones.
"""

from collections.abc import Awaitable, Callable, Mapping
import contextlib
from dataclasses import dataclass
from typing import Any, Final

from custom_components.xpresence.telephony.sipgate.description import TEST
from tests.e2e.home import Home
from tests.pbx.asterisk import Asterisk, NoAsterisk, running
from tests.telephony.fritzbox import running as fritzbox
from tests.telephony.sipgate import running as sipgate
from tests.telephony.starface import running as starface
from tests.telephony.threecx import running as threecx


@dataclass(frozen=True, slots=True)
class DemoPhones:
    """One phone system of the demo.

    ``start`` yields what ``add`` and ``told`` get; it raises :class:`LookupError` or
    :class:`NoAsterisk` where this machine has none. ``add`` sets it up and returns the
    config entry's id. ``extensions``: those of the demo's people, in their order.
    ``log_in`` tells a person's own login, by entry, extension and name. ``environment``:
    what makes Home Assistant take the test phone system for the maker's own.
    """

    start: Callable[[], contextlib.AbstractContextManager[Any]]
    add: Callable[[Home, Any], Awaitable[str]]
    told: Callable[[Any], str]
    extensions: tuple[str, ...] = ("100", "101", "102", "103")
    log_in: Callable[[Home, Any, str, str, str], Awaitable[None]] | None = None
    environment: Callable[[Any], Mapping[str, str]] = lambda _system: {}


async def _tell_password(
    home: Home, pbx: Asterisk, entry: str, extension: str, name: str
) -> None:
    await home.give_password(entry, name, pbx.sip_passwords[extension])


async def _log_in_at_sipgate(
    home: Home, _system: Any, entry: str, extension: str, name: str
) -> None:
    people = await home.people(entry)
    async with home.connection() as socket:
        await socket.ask(
            "xpresence/set_phone_login",
            person_id=people[name],
            login=sipgate.login_of(extension),
        )


SIP_PEOPLE: Final = ("110", "111", "112", "113")
"""Extensions of the test PBX that authenticate."""
NONE: Final = DemoPhones(
    contextlib.nullcontext,
    lambda home, _system: home.add_embedded(),
    lambda _system: "none here: xpresence keeps the redirects itself",
)
PHONES: Final = {
    "asterisk": DemoPhones(
        running,
        lambda home, pbx: home.add_asterisk(pbx),
        lambda pbx: f"a real Asterisk, SIP on 127.0.0.1:{pbx.sip_port}",
    ),
    "sip": DemoPhones(
        running,
        lambda home, pbx: home.add_sip(pbx),
        lambda pbx: (
            f"a real Asterisk by feature codes, SIP on 127.0.0.1:{pbx.sip_port}; "
            + ", ".join(
                f"{extension}: {pbx.sip_passwords[extension]}"
                for extension in SIP_PEOPLE
            )
        ),
        SIP_PEOPLE,
        _tell_password,
    ),
    "fritzbox": DemoPhones(
        fritzbox.running,
        lambda home, box: home.add_fritzbox(box),
        lambda box: (
            f"a double of a FRITZ!Box, TR-064 on 127.0.0.1:{box.port}; each person"
            " has an answering machine that answers at once"
        ),
    ),
    "sipgate": DemoPhones(
        sipgate.running,
        lambda home, system: home.add_phone_system("sipgate", system.settings),
        lambda system: (
            f"a double of sipgate, its interface by HTTP on 127.0.0.1:{system.port};"
            " each person has a token, and can sign in in the browser instead"
        ),
        log_in=_log_in_at_sipgate,
        environment=lambda system: {TEST: system.base},
    ),
    "threecx": DemoPhones(
        threecx.running,
        lambda home, pbx: home.add_phone_system("threecx", pbx.settings),
        lambda pbx: (
            f"a double of a 3CX, its interface by HTTPS on 127.0.0.1:{pbx.port}; a"
            " profile switches the status of a user"
        ),
    ),
    "starface": DemoPhones(
        starface.running,
        lambda home, pbx: home.add_phone_system("starface", pbx.settings),
        lambda pbx: (
            f"a double of a STARFACE, its interface by HTTPS on 127.0.0.1:{pbx.port}"
        ),
    ),
    "none": NONE,
}
"""What stands behind ``--phone`` → how it is started; the first is the usual one."""
MISSING: Final = (NoAsterisk, LookupError)
"""What a row raises where its phone system cannot be had."""
