"""Where a line's calls can be sent, and what is still to be made in the phone system.

Only for phone systems that switch what somebody made in them, such as a FRITZ!Box.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import SelectOptionDict
from homeassistant.helpers.translation import async_get_translations

from ...const import CONF_DRIVER, CONF_EXTENSION, DOMAIN, SUBENTRY_PERSON
from ...coordinator import OfficeCoordinator
from ...operations.available_profiles import offered
from ...presence.line import UNKNOWN, Condition, Destination, DestinationKind
from ...presence.model import Office, Person, RedirectMode
from ...presence.redirect.numbers import NumberFormat
from ...presence.redirect.parts import Part, TargetChoice, changed, known, only
from ...presence.redirect.targets import resolve
from ...telephony.driver import PhoneSystem, PhoneSystemError, RuleMissing

WORDS = "phone_overview"


def system_of(entry: ConfigEntry[Any]) -> PhoneSystem | None:
    """Return the phone system of an entry while it is connected."""
    if entry.state is not ConfigEntryState.LOADED:
        return None
    system: PhoneSystem = entry.runtime_data.system
    return system if system.ready else None


async def extensions_offered(
    entry: ConfigEntry[Any], known_as: str | None
) -> list[SelectOptionDict]:
    """Return the extensions that the phone system knows and nobody else has."""
    system = system_of(entry)
    if system is None:
        return []
    taken = {
        person.data[CONF_EXTENSION]
        for person in entry.get_subentries_of_type(SUBENTRY_PERSON)
        if person.subentry_id != known_as
    }
    try:
        found = await system.directory()
    except PhoneSystemError:
        # They can be typed.
        return []
    return [
        SelectOptionDict(
            value=one.extension,
            label=f"{one.name} ({one.extension})" if one.name else one.extension,
        )
        for one in found
        if one.extension not in taken
    ]


def choices_found(entry: ConfigEntry[Any], field: str) -> list[SelectOptionDict]:
    """Return what there is in the phone system for a person's field."""
    system = system_of(entry)
    found: Mapping[str, str] = system.choices(field) if system is not None else {}
    return [SelectOptionDict(value=key, label=label) for key, label in found.items()]


async def phone_overview(
    hass: HomeAssistant, entry: ConfigEntry[Any], person_id: str
) -> str:
    """Return both lists in Markdown; nothing where every number can be a target."""
    system = system_of(entry)
    if system is None:
        return ""
    coordinator: OfficeCoordinator = entry.runtime_data
    office, style = coordinator.office, coordinator.number_format
    person = office.people[person_id]
    capabilities = system.redirect_capabilities(person.extension)
    if all(
        capabilities.targets_of(condition).choice is not TargetChoice.LIST
        for condition in Condition
    ):
        return ""
    texts = await _texts(hass)
    key = entry.data[CONF_DRIVER]
    about = capabilities.ring_time.about
    lines = [texts[f"{key}_exists"]]
    for condition in Condition:
        listed = capabilities.targets_of(condition).listed
        targets = ", ".join(_named(target, texts) for target in listed)
        when = texts[condition.value].format(seconds=about or "")
        lines.append(f"- {when}: {targets or texts['nothing']}")
    missing = list(_missing(system, office, person, style))
    if missing:
        lines += ["", texts[f"{key}_missing"]]
    for profile, condition, target in missing:
        is_mailbox = target.kind is DestinationKind.VOICEMAIL
        how = texts[f"{key}_{'voicemail_' if is_mailbox else ''}{condition.value}"]
        said = how.format(line=person.extension, target=target.number)
        lines.append(f"- {profile}: {said}")
    return "\n".join(lines)


def _missing(
    system: PhoneSystem, office: Office, person: Person, style: NumberFormat
) -> Iterator[tuple[str, Condition, Destination]]:
    """Yield the profiles whose redirect has no rule, and what it would lead to."""
    capabilities = system.redirect_capabilities(person.extension)
    for profile in offered(office, person.id):
        if profile.redirect.mode is not RedirectMode.FORWARD:
            continue
        desired = only(
            resolve(office, person, profile.redirect, {}, style=style).forwarding,
            capabilities.writable,
        )
        for _ in known(desired):
            try:
                system.check_rules(person.extension, desired)
            except RuleMissing as error:
                condition = Condition(error.rule)
                target = desired.forward(condition)
                if isinstance(target, Destination):
                    yield profile.name, condition, target
                desired = changed(desired, {Part(condition.value): UNKNOWN})
            except PhoneSystemError:
                # Something else is wrong, and told when it is tried.
                break
            else:
                break


def _named(target: Destination, texts: Mapping[str, str]) -> str:
    if target.kind is DestinationKind.VOICEMAIL:
        return texts["voicemail"]
    return target.number


async def _texts(hass: HomeAssistant) -> dict[str, str]:
    found = await async_get_translations(
        hass, hass.config.language, "selector", {DOMAIN}
    )
    start = f"component.{DOMAIN}.selector.{WORDS}.options."
    return {
        key.removeprefix(start): text
        for key, text in found.items()
        if key.startswith(start)
    }
