"""An office in which every kind of record that xpresence stores is made.

It is driven through doors that every release has: actions, entities, settings.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.core import Context, HomeAssistant
from homeassistant.util import dt as dt_util

from tests.office import ANNA, BOB, OFFICE, forward, person, profile

CAROL: Final = "01PERSONCAROL0000000000000"
AT_WORK: Final = "01PROFILEATWORK00000000000"
BACK_SOON: Final = "01PROFILEBACKSOON000000000"
GONE_HOME: Final = "01PROFILEGONEHOME000000000"
HOTLINE: Final = "01PROFILEHOTLINE0000000000"
IN_TEAMS: Final = "01PROFILEINTEAMS0000000000"
LUNCH: Final = "01PROFILELUNCH000000000000"
QUIET: Final = "01PROFILEQUIET000000000000"
PROFILES: Final = [
    profile(AT_WORK, "At work", "available", redirect={"mode": "off"}),
    profile(BACK_SOON, "Back soon", "be_right_back", redirect=forward("voicemail")),
    profile(
        GONE_HOME,
        "Gone home",
        "offline",
        redirect={
            "mode": "forward",
            "unconditional": {
                "kind": "first_available",
                "value": "",
                "deputies": [BOB, CAROL],
            },
        },
    ),
    profile(HOTLINE, "Hotline", "available", agent="ready", info_text="Call me"),
    profile(IN_TEAMS, "MS Teams", "busy", redirect=forward("voicemail")),
    profile(
        LUNCH,
        "Lunch",
        "away",
        redirect=forward("voicemail"),
        agent="logged_off",
        ending="until_return",
        duration=7200,
        info_text="Back at one",
    ),
    profile(
        QUIET,
        "Quiet",
        "do_not_disturb",
        adjustable=["info_text", "redirect"],
        redirect={
            "mode": "forward",
            "busy": {"kind": "number", "value": "01715550101"},
            "no_reply": {"kind": "device", "value": "mobile"},
            "ring_seconds": 20,
            "do_not_disturb": True,
        },
    ),
]
OPTIONS: Final = {
    "acting": ["person.dora"],
    "allowed": [
        "change_follow_me",
        "change_redirect",
        "choose_profile",
        "connect_calendars",
        "connect_microsoft",
        "edit_profiles",
        "plan_presence",
        "set_agent_status",
        "share",
    ],
    "automations": "allowed",
    "calendar_days": 14,
    "country_code": "49",
    "desk_change": "respect",
    "grace": 5,
    "hold": 10,
    "hotline": "pause",
    "longest_hours": 48,
    "longest_then": "alert",
    "order": [
        "manual",
        "call",
        "calendar",
        "rule",
        "inactivity",
        "session",
        "default",
    ],
    "outside_prefix": "0",
    "reach": ["internal", "external", "abroad"],
    "restart": 60,
    "satellites": "as_person",
    "subjects": ["person.rita"],
    "wrap_up_minutes": 30,
}
MOBILE: Final = {"id": "mobile", "name": "Mobile", "number": "01715550100"}


def calendars(now: datetime) -> list[dict[str, Any]]:
    """Return Anna's calendars as they are stored."""
    return [
        {
            "id": "01CALENDAR0",
            "kind": "home_assistant",
            "name": "Anna",
            "settings": {"entity_id": "calendar.anna"},
            "rules": {
                "default_profile": OFFICE[1]["subentry_id"],
                "categories_only": False,
                "invitations": "accepted",
                "show_as": {"out_of_office": GONE_HOME},
            },
        }
    ]


def people(now: datetime, at_microsoft: dict[str, Any]) -> list[Any]:
    """Return Anna, who has everything, Bob and Carol."""
    return [
        person(
            ANNA,
            "Anna",
            "100",
            person="person.anna",
            voicemail="200",
            devices=[MOBILE],
            queues=["400"],
            time_zone="Europe/Berlin",
            calendars=calendars(now),
            call_profiles={"teams": IN_TEAMS, "pbx": QUIET},
            microsoft=at_microsoft,
            sharing={
                "acting": ["person.carol"],
                "subjects": [],
                "tier": "team",
                "info_tier": "team",
                "satellites": [],
            },
            activity={
                "entities": {
                    "session": "binary_sensor.pc",
                    "locked": "binary_sensor.locked",
                    "last_input": "sensor.last_input",
                },
                "silence_ends": True,
                "start_profile": AT_WORK,
                "end_profile": GONE_HOME,
                "inactive_profile": BACK_SOON,
                "inactive_minutes": 10,
                "locked_profile": QUIET,
            },
            rules=[
                {
                    "id": "camera",
                    "entity": "binary_sensor.camera",
                    "states": ["on"],
                    "profile": QUIET,
                    "seconds": 5,
                    "linger": 60,
                }
            ],
        ),
        person(
            BOB,
            "Bob",
            "101",
            person="person.bob",
            devices=[{"id": "home", "name": "Home", "number": "03055501"}],
            queues=["400", "401"],
            call_profiles={"teams": IN_TEAMS},
            microsoft={**at_microsoft, "teams": {"read": True}},
        ),
        person(CAROL, "Carol", "102", person="person.carol", queues=["400"]),
    ]


class Maker:
    """Makes the records, as the people of the office would."""

    def __init__(self, hass: HomeAssistant) -> None:
        self.hass = hass
        self.users: dict[str, Context] = {}

    async def users_there(self) -> None:
        """Make the office's users and their persons."""
        # Home Assistant's first user is its owner, who may do everything.
        await self.hass.auth.async_create_user("Admin", group_ids=["system-admin"])
        for name in ("anna", "bob", "carol", "dora", "rita"):
            user = await self.hass.auth.async_create_user(
                name.title(), group_ids=["system-users"]
            )
            self.hass.states.async_set(
                f"person.{name}",
                "home",
                {"user_id": user.id, "friendly_name": user.name},
            )
            self.users[name] = Context(user_id=user.id)

    async def act(
        self, action: str, of: str, *, by: str | None = None, **said: Any
    ) -> Any:
        """Call an action of ours about somebody."""
        return await self.call(
            "xpresence", action, f"select.{of}_profile", by=by, **said
        )

    async def call(
        self,
        domain: str,
        action: str,
        entity: str,
        *,
        by: str | None = None,
        **said: Any,
    ) -> Any:
        """Call an action of an entity."""
        await self.hass.services.async_call(
            domain,
            action,
            {"entity_id": entity, **said},
            blocking=True,
            context=self.users[by] if by else None,
        )
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def records(self) -> None:
        """Let people choose, plan, redirect, and change what is theirs."""
        now = dt_util.utcnow()
        hour = timedelta(hours=1)
        # Anna: her own redirect and follow-me, below a choice with an end.
        await self.act("set_follow_me", "anna", by="anna", device="Mobile")
        await self.act(
            "set_redirect",
            "anna",
            by="anna",
            mode="forward",
            condition="busy",
            target="030 5550100",
            until=now + 30 * hour,
        )
        await self.act(
            "set_redirect",
            "anna",
            by="anna",
            mode="forward",
            condition="no_reply",
            target="voicemail",
            ring_seconds=25,
        )
        await self.act("show_subjects_to", "anna", by="anna", tier="owner")
        await self.act("show_info_text_to", "anna", by="anna", tier="delegate")
        await self.act(
            "narrow_delegate", "anna", by="anna", delegate="person.dora", may=[]
        )
        await self.act(
            "change_profile", "anna", by="anna", profile="Quiet", info_text="Writing"
        )
        await self.act(
            "create_profile",
            "anna",
            by="anna",
            name="Home office",
            status="available",
            info_text="At home",
            mode="forward",
            target="0171 5550100",
        )
        await self.act(
            "set_profile",
            "anna",
            by="anna",
            profile="Lunch",
            until=now + 2 * hour,
            info_text="Canteen",
        )
        for number in range(3):
            await self.act(
                "plan_presence",
                "anna",
                by="anna",
                profile="Training",
                start=now + (5 + 24 * number) * hour,
                end=now + (7 + 24 * number) * hour,
                info_text=f"Course {number + 1}",
            )
        # Bob: ready in the hotline, then away from his desk and so paused; no automation.
        await self.act("set_agent_status", "bob", by="bob", status="ready")
        await self.act(
            "set_profile", "bob", by="bob", profile="Meeting", ending="until_changed"
        )
        await self.call("switch", "turn_off", "switch.bob_automatic", by="bob")
        await self.call(
            "text", "set_value", "text.bob_info_text", by="bob", value="Room 3"
        )
        await self.act(
            "plan_presence",
            "bob",
            by="bob",
            profile="Hotline",
            start=now + 3 * hour,
            end=now + 4 * hour,
        )
        # Carol: her TeamDesk status by a profile, then follow-up, and an own redirect.
        # She is free although a meeting is planned, which is dismissed by that.
        await self.act(
            "plan_presence",
            "carol",
            by="carol",
            profile="Meeting",
            start=now,
            end=now + 2 * hour,
        )
        await self.act("set_profile", "carol", by="carol", profile="Hotline")
        await self.act("set_agent_status", "carol", by="carol", status="follow_up")
        await self.act(
            "set_redirect",
            "carol",
            by="carol",
            mode="forward",
            target="Bob",
            until=now + 6 * hour,
        )


def shown(hass: HomeAssistant) -> dict[str, Any]:
    """Return what the entities show that a person would miss."""
    kept = ("target", "condition", "set_by", "profile", "source", "options")
    return {
        state.entity_id: [
            state.state,
            {key: state.attributes[key] for key in kept if key in state.attributes},
        ]
        for state in sorted(hass.states.async_all(), key=lambda one: one.entity_id)
        if state.entity_id.partition(".")[2].split("_")[0] in ("anna", "bob", "carol")
        and state.domain in ("select", "sensor", "switch", "text")
        and not state.entity_id.endswith(("telephone", "_teams", "_microsoft_sign_in"))
    }
