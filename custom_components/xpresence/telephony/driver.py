"""The interface of every phone system driver.

What differs between phone systems is data: :class:`Capability` for the phone system,
:class:`~..presence.redirect.parts.RedirectCapabilities` for a line, :class:`Freshness`
for how changes arrive, and the row of the registry (:mod:`.description`) for what is
asked of a person. Rules, forms, cards and documents obey them; nothing asks which
phone system it is.

Every driver keeps to this, and ``tests/telephony/conformance.py`` tries it:

* It never destroys what it does not know: read before each write, write only what
  differs, read again, compare everything that the write could have touched.
* It never repeats a write by itself. Where no answer came, :class:`OutcomeUnknown`.
* It never repeats a login that was refused: :class:`AuthenticationFailed` again,
  without asking, until it is built or configured anew.
* Everything that it reads is bounded in time, size and count.
* No number, name, secret or subject is in an error, a log message or a ``repr``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Flag, auto
from functools import lru_cache
from typing import Any, ClassVar, Final, Protocol, override

from ..presence.line import AgentState, ForwardingState, Line, Status
from ..presence.redirect.parts import RedirectCapabilities

RINGS_FOR: Final = 15
"""Seconds after which a call that only tries a redirect ends by itself."""

DIALS_FOR: Final = 30
"""Seconds that a telephone rings whose owner asked for a call to somebody else."""


class Capability(Flag):
    """What a phone system can do with the rights it was given."""

    UNCONDITIONAL = auto()
    BUSY = auto()
    NO_REPLY = auto()
    RING_SECONDS = auto()
    VOICEMAIL = auto()
    DO_NOT_DISTURB = auto()
    FOLLOW_ME = auto()
    AGENT = auto()
    PRESENCE_TEXT = auto()
    CALL_STATE = auto()
    READ_BACK = auto()
    PUSH = auto()
    WRITE_NUMBER = auto()
    """It keeps a number for each extension (:meth:`PhoneSystem.note`)."""
    RING = auto()
    DIAL = auto()
    """It can place a call from an extension's own telephone."""
    DIRECTORY = auto()


class PhoneSystemError(Exception):
    """Something went wrong between xpresence and the phone system.

    ``key`` names its words: ``redirect_<key>`` among the exceptions,
    ``redirect_failing_<key>`` among the issues, and ``<key>`` among the errors of the
    settings pages. A driver may derive classes with a key of its own where a person
    has to do something that only this phone system needs; ``placeholders`` fill
    blanks of those words, and hold nothing personal.
    """

    key: ClassVar[str] = "unreachable"
    needs_person: ClassVar[bool] = False
    """Whether it stays as it is until a person has done something."""
    try_again: ClassVar[bool] = False
    """Whether that is done in the phone system, and its repair issue offers to try
    again."""

    @property
    def placeholders(self) -> dict[str, str]:
        """Return the translation placeholders."""
        return {}


class AuthenticationFailed(PhoneSystemError):
    """The login was refused; trying again would only lock the account.

    ``extension``: whose login it is, where each person has their own.
    """

    key = "auth_failed"
    needs_person = True

    def __init__(self, message: str = "", *, extension: str | None = None) -> None:
        """Keep whose login was refused; ``None``: the phone system's."""
        super().__init__(message)
        self.extension = extension


class CertificateRejected(PhoneSystemError):
    """TLS was asked for and the certificate cannot be trusted."""

    key = "certificate_rejected"
    needs_person = True
    try_again = True


class PermissionDenied(PhoneSystemError):
    """The login works but lacks a right; ``permission`` names it."""

    key = "permission_denied"
    needs_person = True
    try_again = True

    def __init__(self, permission: str) -> None:
        """Keep the permission's name as the phone system spells it."""
        super().__init__(permission)
        self.permission = permission

    @property
    @override
    def placeholders(self) -> dict[str, str]:
        """Return the permission."""
        return {"permission": self.permission}


class LicenceMissing(PhoneSystemError):
    """The phone system's licence or edition does not include this.

    ``licence`` names what is needed as the vendor calls it.
    """

    key = "licence_missing"
    needs_person = True
    try_again = True

    def __init__(self, licence: str) -> None:
        """Keep the licence's name."""
        super().__init__(licence)
        self.licence = licence

    @property
    @override
    def placeholders(self) -> dict[str, str]:
        """Return the licence."""
        return {"licence": self.licence}


class SecondFactorRequired(PhoneSystemError):
    """Somebody has to confirm this at the phone system itself, or by a code."""

    key = "second_factor"
    needs_person = True
    try_again = True


class RuleMissing(PhoneSystemError):
    """The phone system can only switch rules that exist, and this one does not.

    ``rule`` says which is to be made, in the phone system's own terms and without
    a number: ``unconditional``, ``busy`` or ``no_reply``, or a key of the driver's.
    """

    key = "rule_missing"
    needs_person = True
    try_again = True

    def __init__(self, rule: str) -> None:
        """Keep which rule it is."""
        super().__init__(rule)
        self.rule = rule

    @property
    @override
    def placeholders(self) -> dict[str, str]:
        """Return which rule is to be made."""
        return {"rule": self.rule}


class Unavailable(PhoneSystemError):
    """No connection, or not ready yet; nothing was written."""


class RetryLater(Unavailable):
    """The phone system limits the request rate; nothing was written."""

    key = "retry_later"

    def __init__(self, retry_after: float) -> None:
        """Keep the seconds to wait."""
        super().__init__(f"{retry_after:.0f} s")
        self.retry_after = retry_after


class OutcomeUnknown(PhoneSystemError):
    """A write was sent and no answer came: read before any retry."""


class Rejected(PhoneSystemError):
    """The phone system, or the driver for it, refused this very value."""

    key = "rejected"


class NoTelephone(Rejected):
    """The extension has no telephone that could ring now."""


class NotSupported(PhoneSystemError):
    """This phone system cannot do that at all."""

    key = "not_supported"
    needs_person = True


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """The phone system became ready or was lost."""

    ready: bool
    error: PhoneSystemError | None = None


@dataclass(frozen=True, slots=True)
class LineChanged:
    """A watched extension was read anew.

    A driver that polls sends it after every reading, changed or not: so it is known
    how old the last one is.
    """

    line: Line


type DriverEvent = ConnectionChanged | LineChanged
type Listener = Callable[[DriverEvent], None]


@dataclass(frozen=True, slots=True)
class Freshness:
    """How changes at the phone system arrive.

    ``poll_every``: seconds between readings; ``None``: changes are pushed, and a
    reading is as good as new. ``oldest``: seconds after which a reading says nothing
    any more.
    """

    poll_every: float | None = None
    oldest: float | None = None


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """One extension of the phone system, for import as a person.

    ``settings``: what of the row's ``person_fields`` is known.
    """

    extension: str
    name: str = ""
    voicemail: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Identity:
    """What a driver found out about the phone system while it connected.

    ``unique_id``: what makes it one of its kind. ``title``: what it calls itself.
    ``settings``: what the config entry has to store beside what was entered, such as
    the fingerprint of a certificate that was seen for the first time.
    """

    unique_id: str | None = None
    title: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


MOST_DIRECTORY_ENTRIES = 5000
"""So many extensions are read at most."""


@lru_cache(maxsize=64)
def _redirect_capabilities(capabilities: Capability) -> RedirectCapabilities:
    return RedirectCapabilities.named(
        flag.name for flag in capabilities if flag.name is not None
    )


class PhoneSystem(Protocol):
    """One phone system. All methods run in the event loop and never block it.

    A driver derives from this class; what it leaves out has the meaning that stands
    here.
    """

    @property
    def capabilities(self) -> Capability:
        """What it can do; known once :meth:`start` has returned."""

    def redirect_capabilities(self, extension: str) -> RedirectCapabilities:
        """Return which parts of an extension's redirect can be set and read.

        ``""``: of any line. Known once :meth:`start` has returned. It may change with what is set up in
        the phone system; :class:`LineChanged` follows then.
        """
        return _redirect_capabilities(self.capabilities)

    @property
    def freshness(self) -> Freshness:
        """How changes arrive."""
        return Freshness()

    @property
    def ready(self) -> bool:
        """Whether it can be read and written now."""

    @property
    def version(self) -> str | None:
        """What the phone system calls itself, for diagnostics."""

    @property
    def identity(self) -> Identity:
        """What it found out about the phone system while it connected."""
        return Identity()

    @property
    def webhook_url(self) -> str | None:
        """The secret address that is to be entered in the phone system, if there is one."""
        return None

    @property
    def extensions(self) -> frozenset[str]:
        """The extensions that it is known to have; empty: it does not tell.

        They stay known while the connection is lost.
        """
        return frozenset()

    def check(self, desired: ForwardingState) -> None:
        """Return if :meth:`apply` would try to write this; nothing is sent.

        Raises:
            Rejected: it never would, whatever state the phone system is in.
        """
        return None  # noqa: RET501 (not abstract: most take whatever is a number)

    async def start(self) -> None:
        """Connect, log in, wait until it is ready, and find its capabilities.

        Afterwards the driver reconnects by itself until :meth:`close`.

        Raises:
            AuthenticationFailed, CertificateRejected, PermissionDenied,
            LicenceMissing, SecondFactorRequired, NotSupported, Unavailable: nothing
            keeps running then.
        """

    async def close(self) -> None:
        """End the connection for good; what was set stays set.

        Afterwards no event comes any more and nothing can be started again.
        """

    def configure(self, extension: str, settings: Mapping[str, Any]) -> None:
        """Take what the row's ``person_fields`` say of an extension.

        It is called before the extension is watched and whenever they change.
        """
        return

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with every event; return the unsubscriber."""

    def watch(self, extension: str) -> Callable[[], None]:
        """Watch an extension: changes arrive as :class:`LineChanged`."""

    async def read(self, extension: str) -> Line:
        """Read an extension now.

        Raises:
            AuthenticationFailed, PermissionDenied, LicenceMissing, RetryLater,
            Unavailable, OutcomeUnknown, Rejected.
        """

    async def apply(self, extension: str, desired: ForwardingState) -> Line:
        """Write the known parts of ``desired`` and return what is read back.

        Safe to run again; writes only what differs. Everything is checked before
        anything is written.

        Raises:
            PhoneSystemError: any of them.
        """

    def check_rules(self, extension: str, desired: ForwardingState) -> None:
        """Return if the phone system has, as read last, the rules that this takes.

        Raises:
            RuleMissing: it has not.
            Rejected, NotSupported: it is refused for another reason.
        """
        return

    def choices(self, field: str) -> Mapping[str, str]:
        """Return what there is in the phone system for a person's field: value → name.

        Empty: what the row's ``person_fields`` say.
        """
        return {}

    def keep_numbers_as(self, name: str) -> None:
        """Name whose numbers :meth:`note` keeps, before :meth:`start`."""
        return None  # noqa: RET501 (not abstract)

    async def note(self, extension: str, number: int) -> int | None:
        """Keep the number of the last write, and return the one that is read back.

        It is part of every :class:`Line` that is read from then on. Only where
        :attr:`Capability.WRITE_NUMBER` is declared.

        Raises:
            PhoneSystemError: as :meth:`apply`.
        """
        raise NotSupported("note")

    async def set_agent(self, extension: str, queue: str, state: AgentState) -> None:
        """Set the extension's state in a queue; a repeat is no error."""
        raise NotSupported("agent")

    async def forget(self, extension: str) -> None:
        """Drop the driver's stored data of an extension that no person has any more.

        Most drivers keep nothing: the phone system does.

        Raises:
            OSError: it could not be stored; nothing was dropped.
        """
        del extension

    async def publish(self, extension: str, status: Status, text: str) -> None:
        """Show status and info text on the phones, where they can show it."""
        raise NotSupported("presence_text")

    async def clear(self, extension: str) -> None:
        """Show nothing on the phones any more of what :meth:`publish` showed there.

        What else was noted in the phone system about the extension goes as well.
        One that shows nothing has nothing to do.
        """
        return None  # noqa: RET501 (not abstract)

    async def ring(self, extension: str) -> None:
        """Call ``extension`` as if it called itself, to try its redirect.

        The call rings for :data:`RINGS_FOR` seconds at most.
        """
        raise NotSupported("ring")

    async def dial(self, extension: str, number: str) -> None:
        """Ring an extension's own telephone and, once it is answered, call ``number``.

        Redirects of the extension do not count for it: the call is its own. The
        telephone rings for :data:`DIALS_FOR` seconds at most. It returns when the phone
        system has taken the request.

        Raises:
            NoTelephone: the extension has none that could ring.
            Rejected: the number cannot be dialled.
            PhoneSystemError: as :meth:`read`; nothing rings, or it is not known.
        """
        raise NotSupported("dial")

    async def directory(self) -> tuple[DirectoryEntry, ...]:
        """Return the extensions that there are, in their order.

        At most :data:`MOST_DIRECTORY_ENTRIES`.

        Raises:
            NotSupported: it cannot tell.
            PhoneSystemError: as :meth:`read`.
        """
        raise NotSupported("directory")
