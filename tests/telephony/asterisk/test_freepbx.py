"""FreePBX's conventions, as tables: what the AstDB says and what is written to it."""

import pytest

from custom_components.xpresence.presence.line import (
    UNKNOWN,
    Destination,
    DestinationKind,
    ForwardingState,
)
from custom_components.xpresence.telephony.asterisk.freepbx import (
    Change,
    Lamp,
    NotDiallable,
    changes,
    destination,
    devices,
    dialled,
    extension_of,
    forwarding,
)

BOB = Destination(DestinationKind.NUMBER, "101")
MAILBOX = Destination(DestinationKind.VOICEMAIL, "100")
OFF = ForwardingState(None, None, None, None, None, do_not_disturb=False)
NOTHING: dict[str, str] = {}

CF, CFB, CFU, DND = "/CF/100", "/CFB/100", "/CFU/100", "/DND/100"
RING = "/AMPUSER/100/ringtimer"
DEVICE = "/AMPUSER/100/device"
DDIAL = "/AMPUSER/100/followme/ddial"
LIST = "/AMPUSER/100/followme/grplist"


@pytest.mark.parametrize(
    ("value", "means"),
    [
        (None, None),
        ("", None),
        ("101", BOB),
        ("*100", MAILBOX),
        ("+49301234", Destination(DestinationKind.NUMBER, "+49301234")),
        ("*72101#", Destination(DestinationKind.NUMBER, "*72101#")),
        ("SIP/trunk", Destination(DestinationKind.UNKNOWN, "SIP/trunk")),
        ("101 ", Destination(DestinationKind.UNKNOWN, "101 ")),
        ("٣", Destination(DestinationKind.UNKNOWN, "٣")),
        ("1" * 65, Destination(DestinationKind.UNKNOWN, "1" * 65)),
    ],
)
def test_a_value_of_the_astdb_means_this(
    value: str | None, means: Destination | None
) -> None:
    assert destination(value) == means


@pytest.mark.parametrize("value", ["SIP/trunk/0301234567", "030 123", "+49-30-123"])
def test_a_value_that_no_telephone_dials_is_put_back_as_it_stood(value: str) -> None:
    found = destination(value)
    assert isinstance(found, Destination)
    stored = {CF: value}
    replaced, _ = changes("100", ForwardingState(unconditional=BOB), stored)
    assert replaced == [Change("CF", "100", "101")]
    back, _ = changes("100", ForwardingState(unconditional=found), {CF: "101"})
    assert back == [Change("CF", "100", value)]


def test_a_number_that_reads_like_voicemail_is_refused() -> None:
    # Read back it would be voicemail, and never be what was asked for.
    with pytest.raises(NotDiallable):
        dialled(Destination(DestinationKind.NUMBER, "*100"))


@pytest.mark.parametrize(
    ("stored", "says"),
    [
        (NOTHING, OFF),
        (
            {CFU: "101"},
            ForwardingState(None, None, BOB, None, None, do_not_disturb=False),
        ),
        (
            {RING: "20"},
            ForwardingState(None, None, None, 20, None, do_not_disturb=False),
        ),
        ({RING: "0"}, OFF),
        ({RING: ""}, OFF),
        ({RING: "-1"}, OFF),
        ({"/AMPUSER/100/cfringtimer": "20"}, OFF),
        (
            {DND: "YES"},
            ForwardingState(None, None, None, None, None, do_not_disturb=True),
        ),
        ({DDIAL: "EXTENSION", LIST: "0171#"}, OFF),
        ({LIST: "0171#"}, OFF),
    ],
)
def test_an_extensions_part_of_the_astdb_says_this(
    stored: dict[str, str], says: ForwardingState
) -> None:
    assert forwarding("100", stored) == says


@pytest.mark.parametrize(
    ("entries", "number"),
    [
        ("0171555#", "0171555"),
        ("100-0171555#-101", "0171555"),
        ("101", "101"),
        ("100", "100"),
        ("", "100"),
        ("PJSIP/x", UNKNOWN),
    ],
)
def test_follow_me_rings_the_first_of_its_list_that_is_not_the_desk(
    entries: str, number: object
) -> None:
    stored = {DDIAL: "DIRECT", LIST: entries}
    assert forwarding("100", stored).follow_me == number


@pytest.mark.parametrize(
    ("stored", "desired", "values"),
    [
        (NOTHING, ForwardingState(), []),
        (NOTHING, OFF, []),
        (NOTHING, ForwardingState(unconditional=BOB), [Change("CF", "100", "101")]),
        (
            NOTHING,
            ForwardingState(unconditional=MAILBOX),
            [Change("CF", "100", "*100")],
        ),
        (NOTHING, ForwardingState(busy=BOB), [Change("CFB", "100", "101")]),
        (NOTHING, ForwardingState(no_reply=BOB), [Change("CFU", "100", "101")]),
        ({CF: "101"}, ForwardingState(unconditional=BOB), []),
        ({CF: "101"}, ForwardingState(unconditional=None), [Change("CF", "100", None)]),
        (
            {CF: "SIP/x"},
            ForwardingState(unconditional=None),
            [Change("CF", "100", None)],
        ),
        ({CF: ""}, ForwardingState(unconditional=None), []),
        (NOTHING, ForwardingState(do_not_disturb=True), [Change("DND", "100", "YES")]),
        ({DND: "1"}, ForwardingState(do_not_disturb=True), []),
        (
            {DND: "YES"},
            ForwardingState(do_not_disturb=False),
            [Change("DND", "100", None)],
        ),
        (
            NOTHING,
            ForwardingState(ring_seconds=9),
            [Change("AMPUSER", "100/ringtimer", "9")],
        ),
        (
            {RING: "9"},
            ForwardingState(ring_seconds=None),
            [Change("AMPUSER", "100/ringtimer", "0")],
        ),
        ({RING: "0"}, ForwardingState(ring_seconds=None), []),
        (
            NOTHING,
            ForwardingState(follow_me="0171555"),
            [
                Change("AMPUSER", "100/followme/grplist", "0171555#"),
                Change("AMPUSER", "100/followme/ddial", "DIRECT"),
            ],
        ),
        (
            {DDIAL: "EXTENSION", LIST: "100-0171555#"},
            ForwardingState(follow_me="0171555"),
            [Change("AMPUSER", "100/followme/ddial", "DIRECT")],
        ),
        (
            {DDIAL: "DIRECT", LIST: "100-0171555#"},
            ForwardingState(follow_me="101"),
            [Change("AMPUSER", "100/followme/grplist", "101")],
        ),
        (
            {DDIAL: "DIRECT", LIST: "0171555#"},
            ForwardingState(follow_me=None),
            [Change("AMPUSER", "100/followme/ddial", "EXTENSION")],
        ),
        ({LIST: "0171555#"}, ForwardingState(follow_me=None), []),
    ],
)
def test_only_what_differs_is_written_and_only_what_is_there_is_deleted(
    stored: dict[str, str], desired: ForwardingState, values: list[Change]
) -> None:
    assert changes("100", desired, stored)[0] == values


@pytest.mark.parametrize(
    ("stored", "desired", "lamps"),
    [
        (NOTHING, ForwardingState(unconditional=BOB), [Lamp("Custom:CF100", "BUSY")]),
        (
            {CF: "101", DEVICE: "100&9100"},
            ForwardingState(unconditional=None),
            [
                Lamp("Custom:CF100", "NOT_INUSE"),
                Lamp("Custom:DEVCF100", "NOT_INUSE"),
                Lamp("Custom:DEVCF9100", "NOT_INUSE"),
            ],
        ),
        (NOTHING, ForwardingState(busy=BOB, no_reply=BOB, ring_seconds=5), []),
        (
            {DND: "YES", DEVICE: "100"},
            ForwardingState(do_not_disturb=False),
            [
                Lamp("Custom:DND100", "UNAVAILABLE"),
                Lamp("Custom:DEVDND100", "UNAVAILABLE"),
            ],
        ),
        (
            {DEVICE: "9100"},
            ForwardingState(follow_me="101"),
            [Lamp("Custom:FOLLOWME9100", "BUSY")],
        ),
        (
            NOTHING,
            ForwardingState(follow_me="101"),
            [Lamp("Custom:FOLLOWME100", "BUSY")],
        ),
    ],
)
def test_the_lamps_go_with_what_is_written(
    stored: dict[str, str], desired: ForwardingState, lamps: list[Lamp]
) -> None:
    assert changes("100", desired, stored)[1] == lamps


@pytest.mark.parametrize(
    "desired",
    [
        ForwardingState(ring_seconds=0),
        ForwardingState(ring_seconds=-1),
        ForwardingState(ring_seconds=601),
        ForwardingState(follow_me=""),
        ForwardingState(follow_me="bob"),
        ForwardingState(follow_me="101-102"),
        ForwardingState(busy=BOB, no_reply=Destination(DestinationKind.VOICEMAIL, "")),
        ForwardingState(unconditional=Destination(DestinationKind.VOICEMAIL, "1-1")),
    ],
)
def test_what_no_dialplan_may_see_is_refused_as_a_whole(
    desired: ForwardingState,
) -> None:
    with pytest.raises(NotDiallable):
        changes("100", desired, NOTHING)


@pytest.mark.parametrize(
    ("stored", "found"),
    [
        (NOTHING, ("100",)),
        ({DEVICE: "100"}, ("100",)),
        ({DEVICE: "9100&9200"}, ("9100", "9200")),
        ({DEVICE: "none"}, ("100",)),
    ],
)
def test_the_devices_of_an_extension(
    stored: dict[str, str], found: tuple[str, ...]
) -> None:
    assert devices("100", stored) == found


@pytest.mark.parametrize(
    ("interface", "state_interface", "extension"),
    [
        ("Local/100@from-queue/n", "", "100"),
        ("Local/100@from-internal", "", "100"),
        ("Local/100@ext-queues/n", "", "100"),
        ("Local/FMPR-100@from-internal/n", "", "100"),
        ("Local/100@from-queue-exten-only/n", "", "100"),
        ("Local/100@ext-local/n", "", "100"),
        ("pjsip/100", "", "100"),
        ("Agent/100", "", "100"),
        ("Local/anna@desks", "hint:100@ext-local", "100"),
        ("Local/anna@desks", "PJSIP/100", None),
        ("PJSIP/100-trunk", "", None),
        ("", "", None),
    ],
)
def test_a_queue_member_is_known_however_it_is_spelt(
    interface: str, state_interface: str, extension: str | None
) -> None:
    assert extension_of(interface, state_interface) == extension
