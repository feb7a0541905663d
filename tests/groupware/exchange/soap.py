"""Microsoft's schemas, and SOAP messages that must keep to them."""

from functools import cache
from pathlib import Path

from lxml import etree

CONTRACTS = Path(__file__).parent / "contracts"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"
TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
ERRORS = "http://schemas.microsoft.com/exchange/services/2006/errors"
SPACES = f'xmlns:s="{SOAP}" xmlns:m="{MESSAGES}" xmlns:t="{TYPES}" xmlns:e="{ERRORS}"'


@cache
def schema() -> etree.XMLSchema:
    """Return the schemas of all messages and types."""
    return etree.XMLSchema(etree.parse(CONTRACTS / "schemas" / "ews-messages.xsd"))


def checked(message: bytes) -> etree._Element:
    """Return the envelope of a message whose every part keeps to the schemas.

    Raises:
        AssertionError: one does not.
    """
    envelope = etree.fromstring(message)
    parts = list(envelope.find(f"{{{SOAP}}}Body"))
    header = envelope.find(f"{{{SOAP}}}Header")
    parts += [] if header is None else list(header)
    assert parts
    for part in parts:
        alone = etree.fromstring(etree.tostring(part))
        assert schema().validate(alone), (alone.tag, list(schema().error_log))
    return envelope


def enveloped(body: str) -> bytes:
    """Return a message as Exchange Server 2019 sends it."""
    return (
        f"<?xml version='1.0' encoding='utf-8'?><s:Envelope {SPACES}><s:Header>"
        '<t:ServerVersionInfo MajorVersion="15" MinorVersion="2" '
        'MajorBuildNumber="1544" MinorBuildNumber="4" Version="V2017_07_11"/>'
        f"</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def fault(code: str, back_off: int | None = None) -> bytes:
    """Return a SOAP fault, as Exchange tells of throttling (``back_off`` in ms)."""
    extra = (
        f'<t:MessageXml><t:Value Name="BackOffMilliseconds">{back_off}</t:Value>'
        "</t:MessageXml>"
        if back_off is not None
        else ""
    )
    return (
        f"<?xml version='1.0'?><s:Envelope {SPACES}><s:Body><s:Fault>"
        "<faultcode>e:Fault</faultcode><faultstring>No.</faultstring><detail>"
        f"<e:ResponseCode>{code}</e:ResponseCode><e:Message>No.</e:Message>{extra}"
        "</detail></s:Fault></s:Body></s:Envelope>"
    ).encode()
