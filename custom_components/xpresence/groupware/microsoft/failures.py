"""Why a sign-in or a request is refused, as errors with a reason of ``refusals``."""

from collections.abc import Mapping
import re
from typing import Any, Final

from ..source import NotAllowed, SignInNeeded, SourceError, SourceUnavailable
from .refusals import ERRORS, NUMBERS, SUBERRORS, UNKNOWN, Who


class SignInRefused(SignInNeeded):
    """The sign-in does not work; ``code`` is Microsoft's number, to look it up."""

    def __init__(self, reason: str, code: str = "") -> None:
        """Keep the reason (a translation key) and the number."""
        super().__init__(reason)
        self.code = code


class PermissionMissing(NotAllowed):
    """The sign-in works, but was not given this permission; ``code`` is Graph's word."""

    reason = "permission_missing"

    def __init__(self, permission: str, code: str = "") -> None:
        """Keep the permission as the app registration calls it."""
        super().__init__(permission)
        self.permission = permission
        self.code = code


class MailboxElsewhere(NotAllowed):
    """The person's mailbox does not lie in Microsoft 365, or has no licence there."""

    reason = "mailbox_not_in_cloud"

    def __init__(self, code: str = "") -> None:
        """Keep Graph's word for it."""
        super().__init__(self.reason)
        self.code = code


class NotThere(SourceError):
    """Graph knows nothing of that name."""

    reason = "not_found"

    def __init__(self, permission: str, code: str = "") -> None:
        """Keep what was asked for, and Graph's word."""
        super().__init__(permission)
        self.code = code


class RequestRefused(SourceError):
    """Graph does not take the request; asking again is useless. ``code`` is Graph's."""

    def __init__(self, code: str, reason: str = "request_refused") -> None:
        """Keep Graph's word for it."""
        super().__init__(code)
        self.code = code
        self.reason = reason


BUSY: Final = frozenset(("temporarily_unavailable", "server_error"))
NUMBER: Final = re.compile(r"\bAADSTS(\d{4,9})\b")


def failure(answer: Mapping[str, Any]) -> SourceError:
    """Return the error that an answer of the sign-in stands for.

    The number stands in a list (the token endpoint), or only in the description (what
    the browser brings back); it is told whichever ``error`` it is wrapped in.
    """
    error = str(answer.get("error", ""))
    number = _number(answer)
    known = NUMBERS.get(number) if number is not None else None
    if error in BUSY or (known is not None and known.who is Who.TIME):
        return SourceUnavailable("throttled" if known else error)
    said = [str(answer.get(word)) for word in ("suberror", "classification")]
    reason = next(
        (SUBERRORS[word] for word in said if word in SUBERRORS),
        ERRORS.get(error, UNKNOWN),
    )
    code = "" if number is None else f"AADSTS{number}"
    return SignInRefused(known.reason if known else reason, code)


def _number(answer: Mapping[str, Any]) -> int | None:
    codes = answer.get("error_codes")
    if isinstance(codes, list) and codes and str(codes[0]).isdecimal():
        return int(codes[0])
    found = NUMBER.search(str(answer.get("error_description") or ""))
    return int(found[1]) if found else None
