"""Everybody's settings, for the administrators' part of the panel.

Whatever changes something goes through ``operations/people_changes.py`` and
``operations/people_import.py``, which check it as the settings pages do.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
import json
from typing import Any, Final

from homeassistant.components.websocket_api import (
    ERR_INVALID_FORMAT,
    ActiveConnection,
    async_response,
    require_admin,
    websocket_command,
)
from homeassistant.components.websocket_api.const import WebSocketCommandHandler
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..const import (
    CONF_ACTING,
    CONF_ACTIVITY,
    CONF_CALENDARS,
    CONF_CONNECTED,
    CONF_ENTITIES,
    CONF_INFO_TIER,
    CONF_MICROSOFT,
    CONF_RUN_OVER,
    CONF_SHARING,
    CONF_TIER,
    CONF_USER_ID,
    DOMAIN,
)
from ..coordinator import OfficeCoordinator
from ..microsoft.application_settings import stored_application
from ..operations.microsoft_import import async_from_microsoft
from ..operations.office_settings import RulesInvalid
from ..operations.people_changes import (
    CHANGEABLE,
    COPIED,
    PeopleInvalid,
    async_change_people,
    async_copy_settings,
    async_undo,
    changes_of,
    people_in,
    version_of,
)
from ..operations.people_import import (
    FIELDS,
    Preview,
    PreviewRow,
    async_confirm,
    async_from_phone_system,
    exported,
    from_home_assistant,
    from_table,
    keep_preview,
    kept_preview,
    preview_rows,
)
from ..operations.people_patterns import (
    LONGEST as LONGEST_PATTERN,
    async_set_pc,
    pattern_hits,
)
from ..operations.people_table import LARGEST, write_table
from ..operations.profiles import ProfileInvalid
from ..presence.pc.signals import Sign
from ..presence.permission.delegates import DEFAULT_INFO_TEXT, DEFAULT_SUBJECTS
from ..presence.permission.policy import Tier
from ..services.end_fields import whole
from ..services.service import coordinators
from ..settings.automation_validation import STATES
from ..settings.person_answers import as_answers
from ..settings.person_fields import PERSON_FIELDS
from ..settings.selectors import whole_number, words
from ..settings.validation import LONGEST_OVERRUN
from ..telephony.driver import Capability
from .command import refuse

type Run = Callable[[OfficeCoordinator, dict[str, Any], str], Awaitable[Any]]

VERSIONS: Final = vol.Schema({str: str})
"""The people that are meant, each with the version that the author had before them."""
LANGUAGE: Final = vol.All(str, vol.Match(r"^[A-Za-z0-9-]{2,20}$"))
MOST_PEOPLE: Final = 5000
PATTERN: Final = vol.All(
    str, vol.Length(1, LONGEST_PATTERN), vol.Match(r"^[\w.@{}/\\ -]+\Z")
)
"""An entity's id, a mail address or the path of a mail file, with blanks."""
ROW: Final = vol.All(whole, vol.Range(min=0))


def office_command(name: str, fields: VolDictType, run: Run) -> WebSocketCommandHandler:
    """Return a command of administrators on one phone system."""

    @websocket_command(
        {
            vol.Required("type"): f"{DOMAIN}/{name}",
            vol.Required("entry_id"): str,
            **fields,
        }
    )
    @require_admin
    @async_response
    async def handle(
        hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
    ) -> None:
        found = [
            one for one in coordinators(hass) if one.entry.entry_id == msg["entry_id"]
        ]
        if not found:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="not_loaded"
            )
        by = connection.user.name or ""
        try:
            result = await run(found[0], msg, by)
        except (ProfileInvalid, RulesInvalid) as error:
            code = ERR_INVALID_FORMAT
            refuse(connection, msg, code, error, fields=error.problems)
            return
        except PeopleInvalid as error:
            # As on a settings page, each field has a message of its own.
            connection.send_error(
                msg["id"],
                ERR_INVALID_FORMAT,
                str(error),
                translation_domain=error.translation_domain,
                translation_key=error.translation_key,
                translation_placeholders={
                    **(error.translation_placeholders or {}),
                    "problems": json.dumps(error.problems),
                },
            )
            return
        connection.send_result(msg["id"], result)

    return handle


# Reading


@websocket_command({vol.Required("type"): f"{DOMAIN}/offices"})
@require_admin
@callback
def offices(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Name the phone systems."""
    connection.send_result(
        msg["id"],
        [
            {
                "entry_id": one.entry.entry_id,
                "title": one.entry.title,
                "connected": one.system.ready,
                "people": len(people_in(one)),
                "directory": Capability.DIRECTORY in one.system.capabilities,
                "microsoft": stored_application(one.entry) is not None,
            }
            for one in coordinators(hass)
        ],
    )


async def _list(
    coordinator: OfficeCoordinator, msg: dict[str, Any], by: str
) -> Mapping[str, Any]:
    made = changes_of(coordinator).made
    return {
        "fields": _fields(coordinator),
        "copied": sorted(COPIED),
        "people": [_person(one) for one in people_in(coordinator).values()],
        "undo": {
            "by": made[-1].by,
            "at": made[-1].at,
            "people": len(made[-1].people),
            "added": sum(before is None for before, _ in made[-1].people.values()),
        }
        if made
        else None,
    }


def _fields(coordinator: OfficeCoordinator) -> list[dict[str, Any]]:
    """Return how each setting is asked for, as the settings pages do."""
    fields = [
        {
            "key": field.key,
            "page": "general",
            "required": field.required,
            **field.selector(coordinator.entry, None).serialize(),
        }
        for field in PERSON_FIELDS
    ]
    more = {
        CONF_TIER: words(Tier, "tier"),
        CONF_INFO_TIER: words(Tier, "info_tier"),
    }
    fields += [
        {"key": key, "page": "sharing", "required": True, **one.serialize()}
        for key, one in more.items()
    ]
    overrun = whole_number(0, LONGEST_OVERRUN, "min").serialize()
    fields.append(
        {"key": CONF_RUN_OVER, "page": "run_over", "required": False, **overrun}
    )
    return fields


def _person(subentry: ConfigSubentry) -> dict[str, Any]:
    data = subentry.data
    sharing: Mapping[str, Any] = data.get(CONF_SHARING, {})
    return {
        "id": subentry.subentry_id,
        "version": version_of(data),
        **as_answers(data),
        CONF_TIER: sharing.get(CONF_TIER, DEFAULT_SUBJECTS),
        CONF_INFO_TIER: sharing.get(CONF_INFO_TIER, DEFAULT_INFO_TEXT),
        CONF_RUN_OVER: data.get(CONF_RUN_OVER) or 0,
        "calendars": [one[CONF_NAME] for one in data.get(CONF_CALENDARS, ())],
        "microsoft": any(
            data.get(CONF_MICROSOFT, {}).get(one)
            for one in (CONF_CONNECTED, CONF_USER_ID)
        ),
        "pc": sorted(set(data.get(CONF_ACTIVITY, {}).get(CONF_ENTITIES, {}).values())),
        "delegates": list(sharing.get(CONF_ACTING, ())),
    }


async def _export(
    coordinator: OfficeCoordinator, msg: dict[str, Any], by: str
) -> Mapping[str, Any]:
    people = exported(coordinator)
    return {"table": write_table(people, msg["language"]), "people": len(people)}


# Importing


async def _preview(
    coordinator: OfficeCoordinator, msg: dict[str, Any], by: str
) -> Mapping[str, Any]:
    edits = {int(index): said for index, said in msg["edits"].items()}
    name = msg.get("preview")
    if name is not None:
        preview = kept_preview(coordinator, name)
        preview.edits = edits
    else:
        preview = Preview(coordinator.entry.entry_id, (), edits, ())
        match msg["source"]:
            case "phone_system":
                preview.candidates = await async_from_phone_system(coordinator)
            case "microsoft":
                preview.candidates = await async_from_microsoft(coordinator)
            case "home_assistant":
                preview.candidates = from_home_assistant(coordinator)
            case _:
                source = _typed(msg)
                preview.candidates, table = from_table(coordinator, source)
                preview.headers, preview.ignored = table.headers, table.ignored
    preview.rows = preview_rows(coordinator, preview.candidates, edits)
    name = keep_preview(coordinator.hass, preview, name)
    return {
        "preview": name,
        "headers": preview.headers,
        "ignored": preview.ignored,
        "rows": [_row(one) for one in preview.rows],
    }


def _typed(msg: Mapping[str, Any]) -> str | bytes:
    if "text" in msg:
        text: str = msg["text"]
        return text
    try:
        return base64.b64decode(msg.get("data", ""), validate=True)
    except binascii.Error as error:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="table_no_text"
        ) from error


def _row(row: PreviewRow) -> dict[str, Any]:
    before = as_answers(row.before) if row.before else {}
    now = as_answers(row.data)
    return {
        "state": row.state,
        "line": row.candidate.line,
        "person_id": row.person_id,
        "values": {key: now[key] for key in FIELDS},
        "before": {key: before.get(key) for key in row.changed if key in FIELDS}
        if row.before
        else {},
        "problems": row.problems,
        "proposal": row.proposal,
        "other": {key: row.other[key] for key in (CONF_NAME, "extension")}
        if row.other
        else None,
    }


async def _confirm(
    coordinator: OfficeCoordinator, msg: dict[str, Any], by: str
) -> Mapping[str, Any]:
    done = await async_confirm(coordinator, msg["preview"], msg["rows"], by)
    return {state.value: count for state, count in done.items()}


# Changing


async def _change(
    coordinator: OfficeCoordinator, msg: dict[str, Any], by: str
) -> Mapping[str, Any]:
    people: dict[str, str] = msg["people"]
    await async_change_people(
        coordinator, dict.fromkeys(people, msg["answers"]), people, by
    )
    return {"changed": len(people)}


async def _copy(
    coordinator: OfficeCoordinator, msg: dict[str, Any], by: str
) -> Mapping[str, Any]:
    people: dict[str, str] = msg["people"]
    await async_copy_settings(coordinator, msg["source"], msg["fields"], people, by)
    return {"changed": len(people)}


async def _undo(
    coordinator: OfficeCoordinator, msg: dict[str, Any], by: str
) -> Mapping[str, Any]:
    return {"changed": len((await async_undo(coordinator, by)).people)}


async def _pattern(
    coordinator: OfficeCoordinator, msg: dict[str, Any], by: str
) -> Mapping[str, Any]:
    return {"hits": pattern_hits(coordinator, msg["people"], msg["pattern"])}


async def _pc(
    coordinator: OfficeCoordinator, msg: dict[str, Any], by: str
) -> Mapping[str, Any]:
    changed = await async_set_pc(
        coordinator, msg["sign"], msg["pattern"], msg["states"], msg["people"], by
    )
    return {"changed": changed}


COMMANDS: Final = (
    offices,
    office_command("people/list", {}, _list),
    office_command("people/export", {vol.Required("language"): LANGUAGE}, _export),
    office_command(
        "people/preview",
        {
            vol.Exclusive("source", "whence"): vol.In(
                ["phone_system", "microsoft", "home_assistant", "table"]
            ),
            vol.Exclusive("preview", "whence"): str,
            vol.Exclusive("text", "table"): vol.All(str, vol.Length(max=LARGEST)),
            vol.Exclusive("data", "table"): vol.All(str, vol.Length(max=2 * LARGEST)),
            vol.Optional("edits", default=dict): {
                vol.All(str, vol.Match(r"^[0-9]{1,4}$")): {str: object}
            },
        },
        _preview,
    ),
    office_command(
        "people/confirm",
        {vol.Required("preview"): str, vol.Required("rows"): [ROW]},
        _confirm,
    ),
    office_command(
        "people/change",
        {
            vol.Required("people"): VERSIONS,
            vol.Required("answers"): {vol.In(CHANGEABLE): object},
        },
        _change,
    ),
    office_command(
        "people/copy",
        {
            vol.Required("people"): VERSIONS,
            vol.Required("source"): str,
            vol.Required("fields"): [vol.In(sorted(COPIED))],
        },
        _copy,
    ),
    office_command(
        "people/pattern",
        {
            vol.Required("people"): vol.All([str], vol.Length(max=MOST_PEOPLE)),
            vol.Required("pattern"): PATTERN,
        },
        _pattern,
    ),
    office_command(
        "people/pc",
        {
            vol.Required("people"): VERSIONS,
            vol.Required("sign"): vol.Coerce(Sign),
            vol.Required("pattern"): PATTERN,
            vol.Optional("states", default=list): STATES,
        },
        _pc,
    ),
    office_command("people/undo", {}, _undo),
)
