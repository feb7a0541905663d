"""A person's rules in their order: an entity in given states claims a profile."""

from typing import Any, Final

from homeassistant.config_entries import SubentryFlowResult
from homeassistant.const import CONF_ID, CONF_NAME
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    StateSelector,
    StateSelectorConfig,
)
from homeassistant.util.ulid import ulid_now
import voluptuous as vol

from ...const import (
    CONF_ENTITY,
    CONF_LINGER,
    CONF_PROFILE,
    CONF_RULES,
    CONF_SECONDS,
    CONF_STATES,
)
from ...presence.pc.signals import SWITCHED
from ...settings.automation_validation import LONGEST_RULE, MOST_RULES, rule_problems
from ...settings.person_fields import is_offered, profiles_offered
from ...settings.selectors import FiniteNumberSelector
from .page import PersonPage

CONF_PLACE: Final = "place"
CONF_REMOVE: Final = "remove"
CONF_RULE: Final = "rule"
ON_AND_OFF: Final = frozenset({*SWITCHED, "calendar", "schedule", "update", "remote"})
AT_HOME: Final = frozenset({"device_tracker", "person"})
USUAL_LINGER: Final = 10
SECONDS: Final = FiniteNumberSelector(
    NumberSelectorConfig(
        min=0,
        max=LONGEST_RULE,
        step=1,
        unit_of_measurement="s",
        mode=NumberSelectorMode.BOX,
    )
)


class RulesPage(PersonPage):
    """The pages of a person's rules."""

    _rule: dict[str, Any]

    async def async_step_rules(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask which rule is to be changed; none is a new one."""
        rules = self._rules
        if user_input is not None or not rules:
            asked = (user_input or {}).get(CONF_RULE)
            self._rule = next((r for r in rules if r[CONF_ID] == asked), {})
            if self._rule or len(rules) < MOST_RULES:
                return await self.async_step_rule()
        schema = vol.Schema(
            {
                vol.Optional(CONF_RULE): SelectSelector(
                    SelectSelectorConfig(
                        options=[
                            SelectOptionDict(
                                value=rule[CONF_ID], label=self._label(place, rule)
                            )
                            for place, rule in enumerate(rules, start=1)
                        ],
                        mode=SelectSelectorMode.DROPDOWN,
                    )
                )
            }
        )
        return self.async_show_form(
            step_id="rules",
            data_schema=schema,
            errors={CONF_RULE: "too_many_rules"} if user_input is not None else {},
        )

    async def async_step_rule(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask which entity it is about, or whether the rule goes."""
        exists = CONF_ID in self._rule
        if user_input is not None:
            if exists and user_input.get(CONF_REMOVE):
                return self._save([r for r in self._rules if not self._is_mine(r)])
            if user_input[CONF_ENTITY] != self._rule.get(CONF_ENTITY):
                self._rule[CONF_STATES] = _usual_states(user_input[CONF_ENTITY])
            self._rule[CONF_ENTITY] = user_input[CONF_ENTITY]
            return await self.async_step_rule_effect()
        fields: dict[Any, Any] = {vol.Required(CONF_ENTITY): EntitySelector()}
        if exists:
            fields[vol.Optional(CONF_REMOVE, default=False)] = BooleanSelector()
        return self.async_show_form(
            step_id="rule",
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema(fields), self._rule
            ),
        )

    async def async_step_rule_effect(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask in which states it gives which profile, and how patiently."""
        entry = self._get_entry()
        rules = self._rules
        errors: dict[str, str] = {}
        place = next(
            (n for n, rule in enumerate(rules) if self._is_mine(rule)), len(rules)
        )
        if user_input is not None:
            place = int(user_input.pop(CONF_PLACE)) - 1
            typed = [state.strip() for state in user_input.get(CONF_STATES) or ()]
            self._rule |= {
                CONF_ID: self._rule.get(CONF_ID) or ulid_now(),
                CONF_STATES: [state for state in typed if state],
                CONF_PROFILE: user_input[CONF_PROFILE],
                CONF_SECONDS: int(user_input.get(CONF_SECONDS, 0)),
                CONF_LINGER: int(user_input.get(CONF_LINGER, 0)),
            }
            errors = rule_problems(entry, self._rule, self.known_as)
            if not errors:
                others = [rule for rule in rules if not self._is_mine(rule)]
                others.insert(place, self._rule)
                return self._save(others)
        fields = {
            vol.Required(CONF_STATES): StateSelector(
                StateSelectorConfig(entity_id=self._rule[CONF_ENTITY], multiple=True)
            ),
            vol.Required(CONF_PROFILE): profiles_offered(entry, self.known_as),
            vol.Required(CONF_SECONDS, default=0): SECONDS,
            vol.Required(CONF_LINGER, default=USUAL_LINGER): SECONDS,
            vol.Required(CONF_PLACE, default=1): FiniteNumberSelector(
                NumberSelectorConfig(
                    min=1, max=MOST_RULES, step=1, mode=NumberSelectorMode.BOX
                )
            ),
        }
        suggested = self._rule | {CONF_PLACE: place + 1}
        profile = entry.subentries.get(self._rule.get(CONF_PROFILE, ""))
        if profile is None or not is_offered(profile.data, self.known_as):
            suggested.pop(CONF_PROFILE, None)
        return self.async_show_form(
            step_id="rule_effect",
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema(fields), suggested
            ),
            errors=errors,
            description_placeholders={"entity": self._entity_name(self._rule)},
        )

    @property
    def _rules(self) -> list[dict[str, Any]]:
        return [dict(rule) for rule in self.stored.get(CONF_RULES, ())]

    def _is_mine(self, rule: dict[str, Any]) -> bool:
        return bool(rule[CONF_ID] == self._rule.get(CONF_ID))

    def _save(self, rules: list[dict[str, Any]]) -> SubentryFlowResult:
        return self.save(self.stored | {CONF_RULES: rules})

    def _entity_name(self, rule: dict[str, Any]) -> str:
        state = self.hass.states.get(rule[CONF_ENTITY])
        return state.name if state else str(rule[CONF_ENTITY])

    def _label(self, place: int, rule: dict[str, Any]) -> str:
        profile = self._get_entry().subentries.get(rule[CONF_PROFILE])
        name = profile.data[CONF_NAME] if profile else "?"
        states = ", ".join(rule[CONF_STATES])
        return f"{place}. {self._entity_name(rule)}: {states} → {name}"


def _usual_states(entity: str) -> list[str]:
    domain = entity.partition(".")[0]
    if domain in ON_AND_OFF:
        return ["on"]
    return ["home"] if domain in AT_HOME else []
