"""The Home Assistant that is attacked: an office, its people, and users of every kind."""

from collections.abc import AsyncIterator
import contextlib
from pathlib import Path
import subprocess
from typing import Any

from tests.e2e.home import CONFIGURATION, Home

from .inputs import MARK
from .memory_limit import MemoryLimit
from .users import READER, USER, Line, Visitor, add_visitor

SELECT = "select.anna_profile"
PRIVATE = f"private {MARK} appointment"
SECRET = f"{MARK}-secret"
PERMISSIONS = {"automations": "allowed", "satellites": "as_person"}


class Office:
    """Anna, on whom everything is tried; Dora acts for her, the others may nothing."""

    def __init__(self, home: Home, limit: MemoryLimit) -> None:
        """Prepare; :func:`attacked_office` sets it up."""
        self.home, self.limit = home, limit
        self.visitors: dict[str, Visitor] = {}
        self.admin: Visitor
        self.people: dict[str, str] = {}

    async def allow(self, *reach: str) -> None:
        """Let ordinary users redirect so far."""
        result = await self.home.flow(
            "/api/config/config_entries/options/flow",
            {"handler": self.home.entry},
            {"next_step_id": "permissions"},
            {
                "allowed": [
                    "choose_profile",
                    "plan_presence",
                    "change_redirect",
                    "change_follow_me",
                    "set_agent_status",
                    "edit_profiles",
                    "connect_calendars",
                    "connect_microsoft",
                    "share",
                    "see_subjects",
                ],
                "reach": list(reach),
                "acting": [self.visitors["Dora"].person],
                **PERMISSIONS,
            },
        )
        assert result["type"] == "create_entry", result

    async def snapshot(self, line: Line) -> dict[str, Any]:
        """Return, as an administrator sees it, all that an attack could change."""
        found: dict[str, Any] = {}
        for kind, said in (
            ("xpresence/people/list", {"entry_id": self.home.entry}),
            ("xpresence/office/profiles", {"entry_id": self.home.entry}),
        ):
            found[kind] = _settings((await line.ask(kind, **said)).result)
        listed = await line.act("xpresence", "get_appointments", entity_id=SELECT)
        found["plans"] = listed.result and listed.result["response"]
        states = (await line.ask("get_states")).result
        found["states"] = {
            one["entity_id"]: (one["state"], one["attributes"])
            for one in states
            if "anna" in one["entity_id"] and not one["entity_id"].startswith("person.")
        }
        return found


def _settings(found: Any) -> Any:
    """Return what was set, without who uses it just now."""
    if isinstance(found, dict):
        return {
            key: _settings(value)
            for key, value in found.items()
            if key not in ("active_for", "used_by")
        }
    return [_settings(one) for one in found] if isinstance(found, list) else found


@contextlib.asynccontextmanager
async def attacked_office(folder: Path, package: Path) -> AsyncIterator[Office]:
    """Start a Home Assistant with ``package`` as xpresence, under the memory limit."""
    components = folder / "custom_components"
    components.mkdir(parents=True)
    (components / "xpresence").symlink_to(package)
    (components / "loop_probe").symlink_to(Path(__file__).parent / "loop_probe")
    configuration = CONFIGURATION + "loop_probe:\nscene:\nscript:\nautomation:\n"
    home = Home(folder, configuration=configuration)
    limit = MemoryLimit()
    home.prepare()
    start = subprocess.Popen
    join = limit.before_exec()

    # Where it begins, Python looks for custom_components first.
    def under_limit(*args: Any, **more: Any) -> Any:
        return start(*args, preexec_fn=join, cwd=folder, **more)

    subprocess.Popen = under_limit  # type: ignore[assignment, misc]
    try:
        await home.start()
    finally:
        subprocess.Popen = start  # type: ignore[misc]
    try:
        await home.onboard()
        yield await _set_up(Office(home, limit))
    finally:
        await home.stop()
        limit.remove()


async def _set_up(office: Office) -> Office:
    home = office.home
    home.entry = await home.add_embedded()
    for name, group in (
        ("Anna", USER),
        ("Dora", USER),
        ("Bob", USER),
        ("Rosa", READER),
        ("Sven", None),
    ):
        office.visitors[name] = await add_visitor(home, name, group)
    office.admin = Visitor("Admin", "", home.token, home)
    for name, extension in (("Anna", "100"), ("Bob", "101")):
        await home.add_person(
            home.entry, name, extension, person=office.visitors[name].person
        )
    office.people = await home.people(home.entry)
    await office.allow("internal", "external", "abroad")
    await home.until(SELECT, "Available")
    async with home.connection() as socket:
        # Home Assistant reads all of its own sentences for the first that it is told.
        await socket.ask("conversation/process", text="what time is it")
    return office
