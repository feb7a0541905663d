"""One account a person: kept, shared, followed, forgotten."""

from collections.abc import Iterable
from pathlib import Path
import stat

from homeassistant.core import HomeAssistant
import pytest

from custom_components.xpresence.groupware.microsoft.failures import SignInRefused
from custom_components.xpresence.groupware.source import SourceUnavailable
from custom_components.xpresence.microsoft import link_of, settings_of
from custom_components.xpresence.microsoft.connection import LINKS, _async_keep
from tests.groupware.microsoft.graph import Fault
from tests.groupware.microsoft.login import Refused
from tests.groupware.microsoft.server import Microsoft
from tests.office import ANNA, BOB

from .people import APP, change, link, office_with, sign_in

ME = ("/me", "User.Read")


def files(folder: Path) -> list[Path]:
    return sorted((folder / ".storage").glob("xpresence.*.microsoft.*"))


async def restart(hass: HomeAssistant) -> None:
    """Forget what only the process knows."""
    hass.data.pop(LINKS)


async def test_who_has_no_account_has_no_link(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await office_with(hass, ANNA)
    assert link_of(hass, entry, BOB) is None
    assert link_of(hass, entry, "nobody") is None
    assert settings_of(entry, {"microsoft": {"remember": False}}) is None
    assert link_of(hass, entry, ANNA) is link_of(hass, entry, ANNA)


async def test_without_an_app_registration_there_is_no_link(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await office_with(hass, ANNA)
    hass.config_entries.async_update_entry(entry, options={})
    assert link_of(hass, entry, ANNA) is None


@pytest.mark.parametrize(
    ("settings", "asked"),
    [
        ({}, "User.Read Calendars.ReadBasic"),
        ({"use_calendar": False}, "User.Read"),
        (
            {"shared_calendars": True},
            "User.Read Calendars.ReadBasic Calendars.Read.Shared",
        ),
        (
            {"use_calendar": False, "teams": {"read": True, "write": True}},
            "User.Read Presence.Read Presence.ReadWrite",
        ),
        ({"use_calendar": False, "teams": {"write": False}}, "User.Read"),
    ],
)
async def test_what_is_asked_for_is_what_is_switched_on(
    hass: HomeAssistant, microsoft: Microsoft, settings: dict[str, object], asked: str
) -> None:
    entry = await office_with(hass, ANNA, account=settings)
    found = link(hass, entry, ANNA)
    assert " ".join(found.account.registration.permissions) == asked


async def test_a_persons_own_registration_counts_in_place_of_the_offices(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    own = {"client_id": "own", "tenant": "elsewhere", "cloud": "china"}
    entry = await office_with(hass, ANNA, account=own)
    settings = link(hass, entry, ANNA).settings
    assert (settings.client_id, settings.tenant) == ("own", "elsewhere")
    assert settings.cloud == "china"


async def test_a_remembered_sign_in_outlives_a_restart_in_a_private_file(
    hass: HomeAssistant, microsoft: Microsoft, own_folder: Path
) -> None:
    entry = await office_with(hass, ANNA)
    await sign_in(hass, entry, microsoft)
    (file,) = files(own_folder)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    await restart(hass)
    assert await link(hass, entry, ANNA).graph.get(*ME)


async def test_a_sign_in_that_is_not_remembered_is_in_no_file(
    hass: HomeAssistant, microsoft: Microsoft, own_folder: Path
) -> None:
    entry = await office_with(hass, ANNA, account={"remember": False})
    found = await sign_in(hass, entry, microsoft)
    assert await found.graph.get(*ME)
    assert files(own_folder) == []
    # A reload is no restart.
    await hass.config_entries.async_reload(entry.entry_id)
    assert await link(hass, entry, ANNA).graph.get(*ME)
    await restart(hass)
    with pytest.raises(SignInRefused):
        await link(hass, entry, ANNA).graph.get(*ME)
    assert link(hass, entry, ANNA).problem == "not_signed_in"


async def test_remembering_can_be_changed_without_signing_in_anew(
    hass: HomeAssistant, microsoft: Microsoft, own_folder: Path
) -> None:
    entry = await office_with(hass, ANNA)
    found = await sign_in(hass, entry, microsoft)
    change(hass, entry, ANNA, microsoft={"connected": True, "remember": False})
    await hass.async_block_till_done()
    assert files(own_folder) == []
    assert await found.graph.get(*ME)
    change(hass, entry, ANNA, microsoft={"connected": True, "remember": True})
    await hass.async_block_till_done()
    assert len(files(own_folder)) == 1


async def test_other_settings_leave_the_account_alone(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await office_with(hass, ANNA)
    found = await sign_in(hass, entry, microsoft)
    account, graph = found.account, found.graph
    change(hass, entry, ANNA, voicemail="100")
    await hass.async_block_till_done()
    again = link(hass, entry, ANNA)
    assert (again, again.account, again.graph) == (found, account, graph)


async def test_more_that_is_asked_for_needs_no_new_sign_in_where_it_is_granted(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await office_with(hass, ANNA)
    found = await sign_in(hass, entry, microsoft)
    teams = {"connected": True, "teams": {"read": True}}
    change(hass, entry, ANNA, microsoft=teams)
    await hass.async_block_till_done()
    assert await found.graph.get("/me/presence", "Presence.Read")
    microsoft.login.granted = frozenset({"User.Read", "Calendars.ReadBasic"})
    change(hass, entry, ANNA, microsoft=teams | {"teams": {"write": True}})
    await hass.async_block_till_done()
    with pytest.raises(SignInRefused):
        await found.graph.get(*ME)
    assert found.problem == "consent_missing"


async def test_another_registration_begins_anew(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await office_with(hass, ANNA)
    found = await sign_in(hass, entry, microsoft)
    told: list[bool | None] = []
    found.listen(lambda: told.append(found.signed_in))
    await found.graph.get(*ME)
    late = found.graph
    hass.config_entries.async_update_entry(
        entry, options={"microsoft": APP | {"client_id": "another"}}
    )
    await hass.async_block_till_done()
    assert told == [True, None]
    assert link(hass, entry, ANNA) is found
    with pytest.raises(SignInRefused):
        await found.graph.get(*ME)
    # What is answered to the former one says nothing about this one.
    await late.get(*ME)
    assert found.problem == "not_signed_in"


async def test_people_and_accounts_that_go_take_their_sign_in_along(
    hass: HomeAssistant, microsoft: Microsoft, own_folder: Path
) -> None:
    entry = await office_with(hass, ANNA, BOB)
    await sign_in(hass, entry, microsoft)
    bob = await sign_in(hass, entry, microsoft, BOB)
    assert len(files(own_folder)) == 2
    hass.config_entries.async_remove_subentry(entry, BOB)
    await hass.async_block_till_done()
    assert [file.name[-len(ANNA) :] for file in files(own_folder)] == [ANNA]
    with pytest.raises(SignInRefused):
        await bob.account.token()
    change(hass, entry, ANNA, microsoft={})
    await hass.async_block_till_done()
    assert files(own_folder) == []
    assert link_of(hass, entry, ANNA) is None


async def test_somebody_removed_while_the_office_is_not_set_up_leaves_nothing(
    hass: HomeAssistant, microsoft: Microsoft, own_folder: Path
) -> None:
    entry = await office_with(hass, ANNA)
    await sign_in(hass, entry, microsoft)
    await hass.config_entries.async_unload(entry.entry_id)
    hass.config_entries.async_remove_subentry(entry, ANNA)
    await hass.config_entries.async_setup(entry.entry_id)
    assert files(own_folder) == []


async def test_who_signs_in_while_others_are_forgotten_is_kept(
    hass: HomeAssistant,
    microsoft: Microsoft,
    own_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry = await office_with(hass, ANNA)
    await sign_in(hass, entry, microsoft)
    signed_in = hass.data[LINKS].pop(ANNA)
    glob = Path.glob

    def meanwhile(folder: Path, pattern: str) -> Iterable[Path]:
        hass.data[LINKS][ANNA] = signed_in
        return glob(folder, pattern)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "glob", meanwhile)
        await _async_keep(hass, entry.entry_id, set())
    assert len(files(own_folder)) == 1


async def test_an_office_that_is_removed_takes_every_sign_in_along(
    hass: HomeAssistant, microsoft: Microsoft, own_folder: Path
) -> None:
    entry = await office_with(hass, ANNA, BOB)
    await sign_in(hass, entry, microsoft)
    await sign_in(hass, entry, microsoft, BOB)
    await hass.config_entries.async_remove(entry.entry_id)
    assert files(own_folder) == []
    assert hass.data[LINKS] == {}


async def test_the_link_says_when_only_the_person_can_renew(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await office_with(hass, ANNA)
    found = await sign_in(hass, entry, microsoft)
    told: list[str | None] = []
    stop = found.listen(lambda: told.append(found.problem))
    assert found.signed_in is None
    await found.graph.get(*ME)
    await found.graph.get(*ME)
    assert (found.signed_in, told) == (True, [None])
    microsoft.login.revoke()
    microsoft.login.refuse = Refused("invalid_grant", "message_only", 53003)
    with pytest.raises(SignInRefused):
        await found.graph.get(*ME)
    assert told == [None, "blocked_by_policy"]
    microsoft.login.refuse = None
    await sign_in(hass, entry, microsoft)
    await found.graph.get(*ME)
    assert told == [None, "blocked_by_policy", None]
    stop()
    found.report("declined")
    assert len(told) == 3


async def test_an_outage_or_a_missing_permission_is_no_reason_to_sign_in_anew(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await office_with(hass, ANNA)
    found = await sign_in(hass, entry, microsoft)
    microsoft.graph.faults = [Fault("/me", 503), Fault("/me", 403)]
    with pytest.raises(SourceUnavailable):
        await found.graph.get(*ME)
    assert found.signed_in is None
    with pytest.raises(Exception, match=r"User\.Read"):
        await found.graph.get(*ME)
    assert (found.signed_in, found.problem) == (True, None)


async def test_an_account_is_left_alone_by_the_registration_of_another(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await office_with(hass, ANNA, BOB)
    anna = await sign_in(hass, entry, microsoft)
    bob = await sign_in(hass, entry, microsoft, BOB)
    assert (await anna.graph.get(*ME))["id"] != (await bob.graph.get(*ME))["id"]
