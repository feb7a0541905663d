"""Session descriptions without audio (RFC 3264, RFC 8866)."""

import random
import socket
from typing import Final

TYPE: Final = "application/sdp"


def inactive(address: str, port: int) -> bytes:
    """Offer, or answer with, audio that flows neither way."""
    family = "IP6" if ":" in address else "IP4"
    number = random.randrange(1, 2**31)
    lines = (
        "v=0",
        f"o=- {number} {number} IN {family} {address}",
        "s=-",
        f"c=IN {family} {address}",
        "t=0 0",
        f"m=audio {port} RTP/AVP 8 0 9",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:9 G722/8000",
        "a=inactive",
        "",
    )
    return "\r\n".join(lines).encode()


def silent_port(address: str) -> socket.socket:
    """Return a bound socket that keeps a port for audio which nobody reads.

    A phone system that plays an announcement all the same sends it somewhere that
    exists.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    found = socket.socket(family, socket.SOCK_DGRAM)
    try:
        found.bind((address, 0))
        found.setblocking(False)
    except OSError:
        found.close()
        raise
    return found
