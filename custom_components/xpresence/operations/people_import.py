"""Taking people in from elsewhere: a preview first, then all of it at once.

A source says what it knows of people; the preview compares that with who is there, by the
extension. Nothing is stored before it is confirmed, and then only if the preview still
holds. To import the same again changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
import itertools
from typing import Any, Final
import unicodedata

from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util.hass_dict import HassKey

from ..const import (
    CONF_DEFAULT_PROFILE,
    CONF_DEVICES,
    CONF_EXTENSION,
    CONF_MICROSOFT,
    CONF_OWNER,
    CONF_PERSON,
    CONF_PHONE,
    CONF_VOICEMAIL,
    DOMAIN,
    SUBENTRY_PROFILE,
)
from ..coordinator import OfficeCoordinator
from ..settings.default_profiles import first_profile_id
from ..settings.names import comparable, tidy
from ..settings.person_answers import device_lines, with_answers
from ..settings.person_fields import PERSON_FIELDS
from ..settings.validation import (
    Surroundings,
    person_problems,
    stored_person,
)
from ..telephony.driver import NotSupported, PermissionDenied, PhoneSystemError
from .people_changes import async_store, changed_meanwhile, changes_of, people_in
from .people_table import Table, UnreadableTable, decoded, read_table

MOVE: Final = "move"
"""Said of a row: whoever has this name already has this extension now."""
MOST_PREVIEWS: Final = 20
"""Previews that wait to be confirmed, the newest."""
FIELDS: Final = tuple(one.key for one in PERSON_FIELDS)


class RowState(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    CONFLICT = "conflict"
    """Somebody of this name has another extension: they moved, or it is a namesake."""
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a source says of one person: answers by field, what is left out is unknown.

    ``line``: where it stands in a table. ``phone``: what only the phone system needs.
    ``microsoft``: who it is there.
    ``problem``: what is wrong with the row before anybody looks at its values.
    """

    values: Mapping[str, Any]
    line: int | None = None
    phone: Mapping[str, Any] = field(default_factory=dict)
    microsoft: Mapping[str, Any] = field(default_factory=dict)
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One row of the preview.

    ``data``: the settings that would be stored. ``before``: those of the person that
    is there. ``problems``: field → translation key. ``proposal``: the Home Assistant
    person of the same name. ``other``: with a conflict, who has the name already.
    """

    candidate: Candidate
    state: RowState
    data: Mapping[str, Any]
    person_id: str | None = None
    before: Mapping[str, Any] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    proposal: str | None = None
    other: Mapping[str, Any] = field(default_factory=dict)

    @property
    def changed(self) -> tuple[str, ...]:
        """Return the fields that would be stored otherwise."""
        keys = (*FIELDS, CONF_MICROSOFT, CONF_PHONE)
        return tuple(
            key
            for key in keys
            if (self.data.get(key) or None) != (self.before.get(key) or None)
        )


type Edits = Mapping[int, Mapping[str, Any]]
"""Row → field → what was typed in the preview; :data:`MOVE` may be among it."""


@dataclass(slots=True)
class Preview:
    """What was shown, to be confirmed."""

    entry_id: str
    candidates: tuple[Candidate, ...]
    edits: Edits
    rows: tuple[PreviewRow, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()


@dataclass(slots=True)
class Previews:
    """The previews that wait."""

    waiting: dict[str, Preview] = field(default_factory=dict)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def keep(self, preview: Preview, name: str | None = None) -> str:
        """Keep a preview, in place of an earlier one of this name; return its name."""
        name = name or str(next(self.numbers))
        self.waiting.pop(name, None)
        self.waiting[name] = preview
        while len(self.waiting) > MOST_PREVIEWS:
            del self.waiting[next(iter(self.waiting))]
        return name


DATA_PREVIEWS: Final[HassKey[Previews]] = HassKey(f"{DOMAIN}_previews")


# Sources


async def async_from_phone_system(
    coordinator: OfficeCoordinator,
) -> tuple[Candidate, ...]:
    """Read the phone system's directory.

    Raises:
        HomeAssistantError: it cannot be read; says why.
    """
    try:
        found = await coordinator.system.directory()
    except PhoneSystemError as error:
        raise _not_read(error) from error
    return tuple(
        Candidate(
            {
                key: value
                for key, value in (
                    (CONF_EXTENSION, one.extension),
                    (CONF_NAME, one.name),
                    (CONF_VOICEMAIL, one.voicemail),
                )
                if value
            },
            phone=one.settings,
        )
        for one in found
    )


def _not_read(error: PhoneSystemError) -> HomeAssistantError:
    match error:
        case NotSupported():
            key = "directory_not_supported"
        case PermissionDenied():
            key = "directory_permission_denied"
        case _:
            key = "directory_unreachable"
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=error.placeholders,
    )


@callback
def from_home_assistant(coordinator: OfficeCoordinator) -> tuple[Candidate, ...]:
    """Return Home Assistant's people who are nobody's here; they lack an extension."""
    taken = {one.data.get(CONF_PERSON) for one in people_in(coordinator).values()}
    return tuple(
        Candidate({CONF_NAME: state.name, CONF_PERSON: state.entity_id})
        for state in _home_people(coordinator.hass)
        if state.entity_id not in taken
    )


def from_table(
    coordinator: OfficeCoordinator, source: str | bytes
) -> tuple[tuple[Candidate, ...], Table]:
    """Read a paste or a file.

    Raises:
        ServiceValidationError: it is no table; says why and where.
    """
    try:
        table = read_table(decoded(source) if isinstance(source, bytes) else source)
    except UnreadableTable as error:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key=error.key,
            translation_placeholders={"line": str(error.line or 1)},
        ) from error
    profiles = {
        tidy(one.data[CONF_NAME]).casefold(): one.subentry_id
        for one in reversed(coordinator.entry.get_subentries_of_type(SUBENTRY_PROFILE))
        if one.data.get(CONF_OWNER) is None
    }
    home = _Names(_home_people(coordinator.hass))

    def answers(values: Mapping[str, Any]) -> dict[str, Any]:
        said = dict(values)
        if profile := said.get(CONF_DEFAULT_PROFILE):
            said[CONF_DEFAULT_PROFILE] = profiles.get(tidy(profile).casefold(), "")
        if person := said.get(CONF_PERSON):
            said[CONF_PERSON] = home.entity(person) or person
        return said

    return tuple(
        Candidate(
            answers(row.values),
            row.line,
            problem="too_many_cells" if row.overflow else None,
        )
        for row in table.rows
    ), table


# Preview


@callback
def preview_rows(
    coordinator: OfficeCoordinator, candidates: Sequence[Candidate], edits: Edits
) -> tuple[PreviewRow, ...]:
    """Compare candidates with who is there."""
    look = _Comparison(coordinator)
    return tuple(
        look.row(candidate, edits.get(index, {}))
        for index, candidate in enumerate(candidates)
    )


@callback
def keep_preview(hass: HomeAssistant, preview: Preview, name: str | None = None) -> str:
    """Keep a preview until it is confirmed; return its name."""
    return hass.data.setdefault(DATA_PREVIEWS, Previews()).keep(preview, name)


@callback
def kept_preview(coordinator: OfficeCoordinator, name: str) -> Preview:
    """Return a preview of this office.

    Raises:
        ServiceValidationError: it waits no more.
    """
    previews = coordinator.hass.data.setdefault(DATA_PREVIEWS, Previews()).waiting
    preview = previews.get(name)
    if preview is None or preview.entry_id != coordinator.entry.entry_id:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="import_forgotten"
        )
    return preview


async def async_confirm(
    coordinator: OfficeCoordinator, name: str, chosen: Iterable[int], by: str
) -> dict[RowState, int]:
    """Store the chosen rows of a preview, all or none; return how many of each kind.

    Raises:
        ServiceValidationError: one of them cannot be stored, or does not mean any more
            what the preview showed; nothing was stored.
    """
    preview = kept_preview(coordinator, name)
    rows = preview_rows(coordinator, preview.candidates, preview.edits)
    indexes = {index for index in chosen if 0 <= index < len(rows)}
    others = [index for index in indexes if rows[index] != preview.rows[index]]
    if others:
        _raise_changed(coordinator, [rows[index] for index in others])
    taken = [rows[index] for index in sorted(indexes)]
    if wrong := [
        row for row in taken if row.state in (RowState.INVALID, RowState.CONFLICT)
    ]:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="import_invalid",
            translation_placeholders={"count": str(len(wrong))},
        )
    new = [dict(row.data) for row in taken if row.state is RowState.NEW]
    changed = {
        row.person_id: dict(row.data)
        for row in taken
        if row.state is RowState.CHANGED and row.person_id
    }
    await async_store(coordinator, changed, by, new)
    del coordinator.hass.data[DATA_PREVIEWS].waiting[name]
    return {RowState.NEW: len(new), RowState.CHANGED: len(changed)}


def _raise_changed(coordinator: OfficeCoordinator, rows: Sequence[PreviewRow]) -> None:
    changes = changes_of(coordinator)
    authors = (
        changes.author_of(row.person_id, row.before) for row in rows if row.person_id
    )
    raise changed_meanwhile(
        [row.data.get(CONF_NAME) or row.data.get(CONF_EXTENSION, "") for row in rows],
        [author for author in authors if author],
    )


class _Comparison:
    """Who is there, and who was met in the rows before."""

    def __init__(self, coordinator: OfficeCoordinator) -> None:
        """Read the office once."""
        self.entry = coordinator.entry
        self.people = people_in(coordinator)
        self.office = Surroundings.of(coordinator.entry)
        self.by_extension = {
            one.data[CONF_EXTENSION]: one.subentry_id for one in self.people.values()
        }
        self.tied = {
            home: one.subentry_id
            for one in self.people.values()
            if (home := one.data.get(CONF_PERSON))
        }
        states = _home_people(coordinator.hass)
        self.homes = {state.entity_id for state in states}
        self.names = _Names(one for one in states if one.entity_id not in self.tied)
        self.default = first_profile_id(self.office.profiles)
        self.met: set[str] = set()
        self.met_names: set[str] = set()
        self.met_homes: set[str] = set()

    def row(self, candidate: Candidate, edits: Mapping[str, Any]) -> PreviewRow:
        """Compare one row."""
        values = dict(candidate.values) | {
            key: value for key, value in edits.items() if key in FIELDS
        }
        extension = str(values.get(CONF_EXTENSION) or "").strip()
        person_id = self.by_extension.get(extension)
        name = comparable(str(values.get(CONF_NAME) or ""))
        namesakes = self.office.names.get(name, frozenset()) - {person_id}
        conflict = min(namesakes, default=None)
        if conflict and person_id is None and edits.get(MOVE):
            person_id, conflict = conflict, None
        before = self.people[person_id].data if person_id else {}
        data, problems = with_answers(before or self._new(), values)
        if candidate.phone:
            data[CONF_PHONE] = {**before.get(CONF_PHONE, {}), **candidate.phone}
        if candidate.microsoft:
            there = {**before.get(CONF_MICROSOFT, {}), **candidate.microsoft}
            data[CONF_MICROSOFT] = there
        problems |= self._problems(candidate, data, person_id)
        if conflict and problems.get(CONF_NAME) == "name_of_somebody":
            # Told as a conflict, with whom.
            del problems[CONF_NAME]
        if not problems:
            data = stored_person(data)
        row = PreviewRow(
            candidate,
            RowState.NEW,
            data,
            person_id,
            before,
            problems,
            self._proposal(data),
            self.people[conflict].data if conflict else {},
        )
        return replace(row, state=_state(row))

    def _new(self) -> dict[str, Any]:
        return {
            CONF_NAME: "",
            CONF_EXTENSION: "",
            CONF_DEFAULT_PROFILE: self.default or "",
            CONF_DEVICES: [],
        }

    def _problems(
        self, candidate: Candidate, data: Mapping[str, Any], person_id: str | None
    ) -> dict[str, str]:
        problems = person_problems(
            self.entry, data, known_as=person_id, office=self.office
        )
        extension = data[CONF_EXTENSION]
        if not extension:
            problems[CONF_EXTENSION] = "extension_missing"
        elif extension in self.met:
            problems[CONF_EXTENSION] = "extension_twice"
        self.met.add(extension)
        name = comparable(data[CONF_NAME])
        if name in self.met_names and CONF_NAME not in problems:
            problems[CONF_NAME] = "name_twice"
        self.met_names.add(name)
        if home := data.get(CONF_PERSON):
            if home not in self.homes:
                problems[CONF_PERSON] = "home_person_missing"
            elif self.tied.get(home, person_id) != person_id or home in self.met_homes:
                problems[CONF_PERSON] = "home_person_taken"
            self.met_homes.add(home)
        if candidate.problem:
            problems["row"] = candidate.problem
        return problems

    def _proposal(self, data: Mapping[str, Any]) -> str | None:
        return None if data.get(CONF_PERSON) else self.names.like(data[CONF_NAME])


def _state(row: PreviewRow) -> RowState:
    if row.problems:
        return RowState.INVALID
    if row.other:
        return RowState.CONFLICT
    if row.person_id is None:
        return RowState.NEW
    return RowState.CHANGED if row.changed else RowState.SAME


# Names of Home Assistant's people


class _Names:
    """Finds Home Assistant's people by their names."""

    def __init__(self, states: Iterable[State]) -> None:
        """Know these people."""
        self._words = [(state.entity_id, _words(state.name)) for state in states]
        self._ids = {entity_id for entity_id, _ in self._words}

    def entity(self, said: str) -> str | None:
        """Return the person whose id or whole name this is, if there is only one."""
        if said in self._ids:
            return said
        return _only(one for one, words in self._words if words == _words(said))

    def like(self, name: str) -> str | None:
        """Return the person that a name may be, if there is only one."""
        words = _words(name)
        if not words:
            return None
        return _only(one for one, known in self._words if known == words) or _only(
            one
            for one, known in self._words
            if known and (known < words or words < known)
        )


def _only(found: Iterable[str]) -> str | None:
    listed = list(itertools.islice(found, 2))
    return listed[0] if len(listed) == 1 else None


UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def _words(name: str) -> frozenset[str]:
    """Return the words of a name, however it is written and in whatever order."""
    folded = unicodedata.normalize("NFC", name).casefold().translate(UMLAUTS)
    plain = "".join(
        mark
        for mark in unicodedata.normalize("NFKD", folded)
        if not unicodedata.combining(mark)
    )
    split = "".join(mark if mark.isalnum() else " " for mark in plain)
    return frozenset(split.split())


@callback
def _home_people(hass: HomeAssistant) -> list[State]:
    return sorted(hass.states.async_all("person"), key=lambda state: state.entity_id)


# Export


@callback
def exported(coordinator: OfficeCoordinator) -> list[dict[str, Any]]:
    """Return everybody as a table has them; to import it again changes nothing."""
    profiles = {
        one.subentry_id: one.data[CONF_NAME]
        for one in coordinator.entry.get_subentries_of_type(SUBENTRY_PROFILE)
    }
    people = sorted(
        people_in(coordinator).values(),
        key=lambda one: (len(one.data[CONF_EXTENSION]), one.data[CONF_EXTENSION]),
    )
    return [
        {
            key: device_lines(one.data.get(CONF_DEVICES, ()))
            if key == CONF_DEVICES
            else profiles.get(one.data.get(key, ""), "")
            if key == CONF_DEFAULT_PROFILE
            else one.data.get(key)
            for key in FIELDS
        }
        for one in people
    ]
