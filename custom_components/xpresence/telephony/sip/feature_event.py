"""The event package ``as-feature-event``: forwards and do-not-disturb, read and set.

Fragments of ECMA-323 (CSTA) in SUBSCRIBE and NOTIFY, first of BroadSoft. Spoken by
FreeSWITCH (FusionPBX: the default setting *device / feature_sync*), BroadWorks,
Metaswitch and Kamailio's presence_dfks.
"""

from collections.abc import Iterator, Mapping
from email import message_from_bytes
import re
from typing import Any, Final
from xml.sax.saxutils import escape

from ...presence.line import Condition, Destination, DestinationKind
from .document import Element, NotReadable, read

EVENT: Final = "as-feature-event"
TYPE: Final = "application/x-as-feature-event+xml"
NAMESPACE: Final = "http://www.ecma-international.org/standards/ecma-323/csta/ed3"
SECONDS_A_RING: Final = 6
"""FusionPBX counts so; the others say rings and mean about that."""
MOST_RINGS: Final = 100
MOST_PARTS: Final = 20
LONGEST_ADDRESS: Final = 256

KINDS: Final = {
    Condition.UNCONDITIONAL: "forwardImmediate",
    Condition.BUSY: "forwardBusy",
    Condition.NO_REPLY: "forwardNoAns",
}
_CONDITIONS: Final = {kind.casefold(): found for found, kind in KINDS.items()}
_NUMBER: Final = re.compile(r"(?:sips?:|tel:)?([^@;>]*)", re.IGNORECASE)

type Notified = Mapping[Condition | str, Any]
"""What a notification said: a condition → where it leads (``TARGET_UNKNOWN`` and the
like where that is no number), ``None`` when off; ``DO_NOT_DISTURB`` → whether;
``RING_SECONDS`` → how long it rings before."""
DO_NOT_DISTURB: Final = "do_not_disturb"
RING_SECONDS: Final = "ring_seconds"


# Reading


def parsed(content_type: str, body: bytes) -> Notified:
    """Read a notification; parts that it does not mention are absent.

    Raises:
        NotReadable: the whole notification is discarded.
    """
    found: dict[Condition | str, Any] = {}
    for part in _parts(content_type, body):
        root = read(part)
        if root.name == "ForwardingEvent":
            found.update(_forwarding(root))
        elif root.name == "DoNotDisturbEvent":
            found[DO_NOT_DISTURB] = _truth(root.get("doNotDisturbOn"))
    return found


def _parts(content_type: str, body: bytes) -> Iterator[bytes]:
    if not body.strip():
        return
    if not content_type.strip().lower().startswith("multipart/"):
        yield body
        return
    head = f"Content-Type: {content_type}\r\n\r\n".encode(errors="replace")
    message = message_from_bytes(head + body.lstrip())
    parts = message.get_payload()
    if not isinstance(parts, list) or len(parts) > MOST_PARTS:
        raise NotReadable("parts")
    for part in parts:
        if isinstance(part, str):
            raise NotReadable("parts")
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes):
            raise NotReadable("parts of parts")
        if part.get_content_type() == TYPE:
            yield payload


def _forwarding(root: Element) -> Iterator[tuple[Condition | str, Any]]:
    condition = _CONDITIONS.get(root.get("forwardingType").casefold())
    if condition is None:
        # BroadWorks also forwards for "do not disturb" and the like.
        return
    on = _truth(root.get("forwardStatus"))
    yield condition, _destination(root.get("forwardTo")) if on else None
    rings = root.get("ringCount")
    if condition is Condition.NO_REPLY and re.fullmatch("[1-9][0-9]{0,2}", rings):
        yield RING_SECONDS, int(rings) * SECONDS_A_RING


def _truth(text: str) -> bool:
    word = text.casefold()
    if word not in ("true", "false", "1", "0"):
        raise NotReadable("neither true nor false")
    return word in ("true", "1")


def _destination(text: str) -> Destination:
    """Return where an address leads; what is no number is kept as it stands."""
    found = _NUMBER.match(text)
    number = re.sub(r"[ ()./-]", "", found[1]) if found else ""
    if re.fullmatch(r"[0-9*#+]{1,64}", number):
        return Destination(DestinationKind.NUMBER, number)
    kept = text if text.isprintable() and len(text) <= LONGEST_ADDRESS else ""
    return Destination(DestinationKind.UNKNOWN, kept)


# Writing


def set_forwarding(
    condition: Condition, number: str | None, ring_seconds: int | None = None
) -> bytes:
    """Return the document that forwards to a number, or ends that with ``None``."""
    fields = [
        ("device", ""),
        ("forwardingType", KINDS[condition]),
        ("activateForward", "false" if number is None else "true"),
        ("forwardDN", number or ""),
    ]
    if ring_seconds is not None and condition is Condition.NO_REPLY:
        fields.append(("ringCount", str(rings(ring_seconds))))
    return _document("SetForwarding", fields)


def set_do_not_disturb(*, on: bool) -> bytes:
    """Return the document that switches do-not-disturb."""
    fields = [("device", ""), ("doNotDisturbOn", "true" if on else "false")]
    return _document("SetDoNotDisturb", fields)


def rings(seconds: int) -> int:
    """Return the rings that come nearest to some seconds."""
    return min(max(round(seconds / SECONDS_A_RING), 1), MOST_RINGS)


def _document(name: str, fields: list[tuple[str, str]]) -> bytes:
    inner = "".join(f"<{field}>{escape(text)}</{field}>" for field, text in fields)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<{name} xmlns="{NAMESPACE}">{inner}</{name}>'
    ).encode()
