"""The code that leads to a mailbox, as the phone system's own dialplan has it."""

from collections.abc import AsyncIterator
import contextlib

import pytest

from custom_components.xpresence.presence.line import (
    Destination,
    DestinationKind,
    ForwardingState,
)
from custom_components.xpresence.telephony.asterisk.driver import AsteriskPhoneSystem
from custom_components.xpresence.telephony.asterisk.errors import VoicemailNotReached
from custom_components.xpresence.telephony.asterisk.freepbx import (
    Voicemail,
    destination,
    dialled,
)
from tests.pbx.asterisk import Asterisk, eventually
from tests.pbx.sip import lands

from ..conftest import add_user, system_for

MAILBOX = Destination(DestinationKind.VOICEMAIL, "100")
TO_VOICEMAIL = ForwardingState(unconditional=MAILBOX)
CODE = "exten => _*1XX,1,Answer()\n same => n,VoiceMail(${EXTEN:1}@default,u)\n"
"""How the tests' dialplan leads to a mailbox, by ``*``."""


@pytest.mark.parametrize(
    ("code", "extensions", "value", "mailbox"),
    [
        ("*", [], "*100", "100"),
        ("*", [], "**100", None),
        ("**", [], "**100", "100"),
        ("**", [], "*100", None),
        ("*8", [], "*8100", "100"),
        ("#", [], "#100", "100"),
        ("8", [], "8100", None),
        ("8", ["100"], "8100", "100"),
        ("8", ["100"], "8101", None),
        ("*", [], "*", None),
    ],
)
def test_a_value_leads_to_a_mailbox_by_the_offices_code(
    code: str, extensions: list[str], value: str, mailbox: str | None
) -> None:
    voicemail = Voicemail(code, frozenset(extensions))
    found = destination(value, voicemail)
    kind = DestinationKind.VOICEMAIL if mailbox else DestinationKind.NUMBER
    assert found == Destination(kind, mailbox or value)
    assert isinstance(found, Destination)
    assert dialled(found, voicemail) == value


@contextlib.asynccontextmanager
async def connected(
    pbx: Asterisk, *changed: tuple[str, str], **more: object
) -> AsyncIterator[AsteriskPhoneSystem]:
    """Connect to an Asterisk with another dialplan."""
    await dialplan(pbx, *changed)
    system = system_for(pbx, **more)
    await system.start()
    try:
        yield system
    finally:
        await system.close()
        # A global variable outlives the dialplan that set it.
        pbx.cli("dialplan set global VM_PREFIX none")


async def dialplan(pbx: Asterisk, *changed: tuple[str, str]) -> None:
    """Replace parts of the dialplan, and load it."""
    file = pbx.folder / "extensions.conf"
    text = file.read_text()
    for before, after in changed:
        assert before in text
        text = text.replace(before, after)
    file.write_text(text)
    await loaded(pbx)


async def loaded(pbx: Asterisk) -> None:
    """Load the dialplan; while another reload is under way Asterisk refuses to."""
    await eventually(lambda: "Dialplan reloaded" in pbx.cli("dialplan reload"))


def code(dialled_before: str) -> tuple[str, str]:
    """Return the change that gives voicemail another code."""
    length = len(dialled_before)
    return CODE, CODE.replace("_*1XX", f"_{dialled_before}1XX").replace(
        "EXTEN:1}", f"EXTEN:{length}}}"
    )


def directly(dialled_before: str, *, macro: str) -> tuple[str, str]:
    """Return the change that leads to mailboxes as FreePBX writes it."""
    return CODE, (
        "[ext-local]\n"
        f"exten => {dialled_before}100,1,{macro}\n"
        " same => n,VoiceMail(100@default,u)\n"
        "[codes]\n"
    )


MACRO = "Macro(vm,100,DIRECTDIAL,${IVR_RETVM})"
GOSUB = "Gosub(macro-vm,s,1(100,DIRECTDIAL,${IVR_RETVM}))"
GLOBALS = ("[globals]\n", "[globals]\nVM_PREFIX=*88\n")


@pytest.mark.asterisk
@pytest.mark.parametrize(
    ("changes", "configured", "value"),
    [
        pytest.param([], "", "*100", id="as-it-comes"),
        pytest.param([code("*88"), GLOBALS], "", "*88100", id="told-by-a-global"),
        pytest.param([directly("**", macro=MACRO)], "", "**100", id="release-15"),
        pytest.param([directly("*#", macro=GOSUB)], "", "*#100", id="release-17"),
        pytest.param([code("#7")], "#7", "#7100", id="entered"),
        pytest.param([("[from-internal]", "[elsewhere]")], "", "*100", id="no-freepbx"),
    ],
)
async def test_voicemail_is_dialled_by_the_phone_systems_own_code(
    frail_pbx: Asterisk, changes: list[tuple[str, str]], configured: str, value: str
) -> None:
    async with connected(frail_pbx, *changes, voicemail_code=configured) as system:
        line = await system.apply("100", TO_VOICEMAIL)
        assert line.forwarding.unconditional == MAILBOX
        assert frail_pbx.database("CF", "100") == value
        assert (await system.read("100")).forwarding.unconditional == MAILBOX


@pytest.mark.asterisk
async def test_a_call_lands_on_voicemail_by_another_code(frail_pbx: Asterisk) -> None:
    async with connected(frail_pbx, directly("**", macro="NoOp(DIRECTDIAL,100)")) as it:
        await it.apply("100", TO_VOICEMAIL)
        assert frail_pbx.database("CF", "100") == "**100"
        assert await lands(frail_pbx, "102", "100") == "voicemail 100"


SPEED_DIALS = (
    "[from-internal]\n",
    """[app-speeddial]
exten => _*1X.,1,NoOp(speed dial)
 same => n,Goto(from-internal,0301234567,1)
[from-internal]
include => app-speeddial
""",
)


@pytest.mark.asterisk
@pytest.mark.parametrize(
    "changes",
    [
        pytest.param([SPEED_DIALS], id="a-speed-dial-comes-first"),
        pytest.param([(CODE, "")], id="the-code-is-switched-off"),
        pytest.param(
            [
                (CODE, "exten => _*1XX,1,VoiceMailMain(${EXTEN:1})\n"),
                ("[codes]\n", "[app-dialvm]\n"),
                ("include => codes\n", "include => app-dialvm\n"),
                ("Goto(codes,", "Goto(app-dialvm,"),
            ],
            id="the-code-asks-for-a-password",
        ),
    ],
)
async def test_a_mailbox_that_is_not_reached_is_not_dialled(
    frail_pbx: Asterisk, changes: list[tuple[str, str]]
) -> None:
    file = frail_pbx.folder / "extensions.conf"
    before = file.read_text()
    async with connected(frail_pbx, *changes) as system:
        system.watch("100")
        with pytest.raises(VoicemailNotReached) as refused:
            await system.apply("100", TO_VOICEMAIL)
        assert refused.value.placeholders == {"rule": "*"}
        assert frail_pbx.database("CF", "100") is None
        # Whoever mends the dialplan need not restart anything.
        file.write_text(before)
        await loaded(frail_pbx)
        await system.apply("100", TO_VOICEMAIL)
        assert frail_pbx.database("CF", "100") == "*100"


@pytest.mark.asterisk
async def test_a_number_beside_voicemail_is_not_looked_up(frail_pbx: Asterisk) -> None:
    bob = Destination(DestinationKind.NUMBER, "101")
    async with connected(frail_pbx, (CODE, "")) as system:
        await system.apply("100", ForwardingState(unconditional=bob))
        assert frail_pbx.database("CF", "100") == "101"


@pytest.mark.asterisk
async def test_without_the_right_to_read_the_dialplan_the_usual_code_is_dialled(
    frail_pbx: Asterisk,
) -> None:
    add_user(frail_pbx, "narrow", "system,call,agent,user", "system,call,agent")
    async with connected(frail_pbx, SPEED_DIALS, username="narrow") as system:
        await system.apply("100", TO_VOICEMAIL)
        assert frail_pbx.database("CF", "100") == "*100"
