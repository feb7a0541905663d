"""The attempts: each is made, and said to be held or to have opened a door."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
import json
from pathlib import Path
from typing import Any, Final

from tests.e2e.home import Failed
from tests.hostile import Manager, Web, listening, manager, web
from tests.matrix.test_hostile import COMMANDS, MORNING, NOON, VALID

from .inputs import (
    HOSTS,
    MARK,
    PATHS,
    TEXTS,
    TIMES,
    WRONG_TYPES,
    targets,
)
from .office import PRIVATE, SELECT, Office
from .users import Answer, Line, Visitor

READING: Final = frozenset({"subscribe_person", "subscribe_team", "offices"})
"""Commands that answer to everybody, as much as they may see."""
ABOUT_ANNA: Final = ("get_appointments", "explain", "simulate", "get_history")
LONGEST_STOP: Final = 0.5
"""Seconds; what 0.1 is on an idle machine may be this on one that runs tests."""


@dataclass(slots=True)
class Report:
    """What was tried in one part of the campaign, and what it opened."""

    name: str
    inputs: int = 0
    opened: list[str] = field(default_factory=list)
    stop: float = 0.0
    memory: int = 0

    def tried(self, what: str, *, held: bool) -> None:
        """Count an input."""
        self.inputs += 1
        if not held:
            self.opened.append(what[:300])


@dataclass(slots=True)
class Attack:
    """One part at work."""

    office: Office
    admin: Line
    report: Report
    long: bool

    async def check_unchanged(self, before: dict[str, Any], what: str) -> None:
        """Count whether something of Anna's is otherwise than before."""
        now = await self.office.snapshot(self.admin)
        differs = {key for key, value in now.items() if value != before.get(key)}
        self.report.tried(f"{what} changed {sorted(differs)}", held=not differs)

    def some(self, inputs: list[Any], most: int) -> list[Any]:
        """Return all inputs, or for the short form some from everywhere among them."""
        return inputs if self.long else inputs[:: max(1, len(inputs) // most)]


type Part = Callable[[Attack], Awaitable[None]]


def _valid(name: str) -> dict[str, Any]:
    return json.loads(json.dumps(VALID[name], default=str))


async def doors(attack: Attack) -> None:
    """Everybody who may not knocks at every door of Anna's."""
    office = attack.office
    anna = office.people["Anna"]
    for name in ("Bob", "Rosa", "Sven"):
        async with office.visitors[name].line() as line:
            before = await office.snapshot(attack.admin)
            for action in VALID:
                answer = await line.act(
                    "xpresence", action, entity_id=SELECT, **_valid(action)
                )
                attack.report.tried(
                    f"{name}: action {action}: {answer.body}", held=not answer.success
                )
            for entity, service, said in ENTITIES:
                answer = await line.act(
                    entity.partition(".")[0], service, entity_id=entity, **said
                )
                attack.report.tried(f"{name}: {service}", held=not answer.success)
            for command, said in COMMANDS.items():
                whom = {"person_id": anna}
                if command.startswith(("office/", "people/")):
                    whom = {"entry_id": office.home.entry}
                if command in {"offices", "subscribe_team"}:
                    whom = {}
                answer = await line.ask(f"xpresence/{command}", **{**said, **whom})
                opens = answer.success and command not in READING
                attack.report.tried(
                    f"{name}: command {command}: {answer.body}",
                    held=not opens and MARK not in answer.body,
                )
            await attack.check_unchanged(before, name)


ENTITIES: Final = (
    (SELECT, "select_option", {"option": "Meeting"}),
    ("switch.anna_automatic", "turn_off", {}),
    ("switch.anna_automatic", "toggle", {}),
    ("text.anna_info_text", "set_value", {"value": MARK}),
    (
        "calendar.anna_appointments",
        "create_event",
        {
            "summary": "Meeting",
            "start_date_time": str(MORNING),
            "end_date_time": str(NOON),
        },
    ),
)


async def own(attack: Attack) -> None:
    """Who may is let in: otherwise nothing below would say anything."""
    for name in ("Anna", "Dora"):
        visitor = attack.office.visitors[name]
        async with visitor.line() as line:
            for action in ("set_profile", "resume_automatic", "get_appointments"):
                answer = await line.act(
                    "xpresence", action, entity_id=SELECT, **_valid(action)
                )
                what = f"{name} may not {action}: {answer.body}"
                attack.report.tried(what, held=answer.success)


async def laundered(attack: Attack) -> None:
    """Bob lets others, or what looks like others, act for him."""
    office, anna = attack.office, attack.office.visitors["Anna"]
    bob = office.visitors["Bob"]
    scene = {"entities": {SELECT: "Meeting"}}
    step = {"action": "select.select_option", "target": {"entity_id": SELECT}}
    tries: tuple[tuple[str, dict[str, Any]], ...] = (
        ("scene.apply", scene),
        ("scene.create", {"scene_id": "x", "entities": scene["entities"]}),
        ("scene.turn_on", {"entity_id": "scene.x"}),
        ("homeassistant.turn_off", {"entity_id": "switch.anna_automatic"}),
        ("homeassistant.toggle", {"entity_id": "switch.anna_automatic"}),
        ("homeassistant.turn_off", {"entity_id": "all"}),
        ("switch.turn_off", {"entity_id": "all"}),
        ("select.select_option", {"entity_id": "all", "option": "Meeting"}),
        ("select.select_next", {"entity_id": SELECT}),
        ("select.select_first", {"entity_id": SELECT}),
        (
            "xpresence.set_profile",
            {"entity_id": SELECT, "profile": "Meeting", "user_id": anna.person},
        ),
        (
            "xpresence.set_profile",
            {"entity_id": ["select.bob_profile", SELECT], "profile": "Meeting"},
        ),
        ("xpresence.set_profile", {"entity_id": anna.person, "profile": "Meeting"}),
        ("persistent_notification.create", {"message": MARK}),
        ("conversation.process", {"text": "put Anna on meeting"}),
        ("conversation.process", {"text": "turn off Anna Automatic"}),
        ("conversation.process", {"text": "forward Anna's calls to 101"}),
    )
    commands: tuple[tuple[str, dict[str, Any]], ...] = (
        ("execute_script", {"sequence": [{**step, "data": {"option": "Meeting"}}]}),
        ("fire_event", {"event_type": "call_service"}),
        ("conversation/process", {"text": "put Anna on meeting"}),
        (
            "call_service",
            {
                "domain": "select",
                "service": "select_option",
                "service_data": {"option": "Meeting"},
                "target": {"entity_id": SELECT},
                "context": {"user_id": anna.person},
            },
        ),
        ("config/entity_registry/update", {"entity_id": SELECT, "name": MARK}),
        ("config_entries/subentries/list", {"entry_id": office.home.entry}),
        ("auth/long_lived_access_token", {"client_name": "x", "lifespan": -1}),
        ("repairs/list_issues", {}),
    )
    requests = (
        ("POST", f"/api/states/{bob.person}", {"state": "home"}),
        ("POST", f"/api/states/{SELECT}", {"state": "Meeting"}),
        ("POST", "/api/events/call_service", {"domain": "select"}),
        ("POST", "/api/template", {"template": "{{ states }}"}),
        ("POST", "/api/config/config_entries/flow", {"handler": "xpresence"}),
        ("GET", f"/api/diagnostics/config_entry/{office.home.entry}", None),
    )
    before = await office.snapshot(attack.admin)
    async with bob.line() as line:
        for action, said in tries:
            domain, _, service = action.partition(".")
            answer = await line.act(domain, service, **said)
            held = MARK not in answer.body or "notification" in action
            attack.report.tried(f"Bob: {action}", held=held)
            await attack.check_unchanged(before, f"Bob by {action}")
        for command, said in commands:
            await line.ask(command, **said)
            await attack.check_unchanged(before, f"Bob by {command}")
    for method, path, body in requests:
        more = {} if body is None else {"json": body}
        status, _ = await bob.request(method, path, **more)
        opens = status < 400 and not path.startswith("/api/template")
        attack.report.tried(f"Bob: {method} {path}: {status}", held=not opens)
    await attack.check_unchanged(before, "Bob by a request")


async def toll_fraud(attack: Attack) -> None:
    """Anna, who may call inside only, redirects by every spelling at several doors."""
    office = attack.office
    await office.allow("internal")
    spelled = attack.some(list(targets()), 60)
    async with office.visitors["Anna"].line() as line:
        for target, mode in (("101", "forward"), (None, "off")):
            said = {"mode": mode} | ({"target": target} if target else {})
            answer = await line.act(
                "xpresence", "set_redirect", entity_id=SELECT, **said
            )
            attack.report.tried(
                f"Anna may not {said}: {answer.body}", held=answer.success
            )
        for number, target in enumerate(spelled):
            said = {"mode": "forward", "target": target}
            answer = await line.act(
                "xpresence", "set_redirect", entity_id=SELECT, **said
            )
            attack.report.tried(
                f"redirect to {target!r}: {answer.body}", held=not answer.success
            )
            if answer.success:
                await line.act(
                    "xpresence", "set_redirect", entity_id=SELECT, mode="off"
                )
            forward = {"redirect": "forward", "target": target}
            name = f"Own {number}"
            answer = await line.act(
                "xpresence", "create_profile", entity_id=SELECT, name=name, **forward
            )
            attack.report.tried(f"profile to {target!r}", held=not answer.success)
            answer = await line.ask(
                "xpresence/profiles/create",
                person_id=office.people["Anna"],
                name=name,
                **forward,
            )
            attack.report.tried(f"page: {target!r}", held=not answer.success)
    state = await office.home.state("sensor.anna_redirect")
    attack.report.tried(f"calls are redirected: {state}", held=state != "active")
    await office.allow("internal", "external", "abroad")


async def hostile_values(attack: Attack) -> None:
    """Anna and Bob put into every field of their own what is no answer to it."""
    office = attack.office
    for name in ("Anna", "Bob"):
        await _hostile(attack, office.visitors[name], f"select.{name.lower()}_profile")


async def _hostile(attack: Attack, who: Visitor, select: str) -> None:
    values = [*TEXTS[:1], *TEXTS[5:9], *WRONG_TYPES[3:], *TIMES[-4:]]
    async with who.line() as line:
        for action in VALID:
            said = _valid(action)
            for key in (*said, "until", "for", "start", "end", "entity_id"):
                for value in attack.some(values, 3):
                    answer = await line.act(
                        "xpresence", action, **{"entity_id": select, **said, key: value}
                    )
                    held = answer.code not in ("unknown_error", "timeout")
                    # A name and an information text are one's own words.
                    attack.report.tried(
                        f"{who.name}: {action} {key}={value!r}: {answer.body}",
                        held=held,
                    )
        for value in TIMES:
            for key in ("until", "for"):
                answer = await line.act(
                    "xpresence",
                    "set_profile",
                    entity_id=select,
                    profile="Meeting",
                    **{key: value},
                )
                attack.report.tried(
                    f"set_profile {key}={str(value)[:40]}: {answer.body}",
                    held=not answer.success and answer.code != "unknown_error",
                )
        await line.act("xpresence", "resume_automatic", entity_id=select)


async def races(attack: Attack) -> None:
    """Many at once: what is shown at the end was asked for by who may."""
    office = attack.office
    anna, bob = office.visitors["Anna"], office.visitors["Bob"]
    rounds = 40 if attack.long else 4
    for number in range(rounds):
        async with anna.line() as hers, bob.line() as his, anna.line() as other:

            async def hammer(line: Line, target: str) -> list[Answer]:
                said = {"entity_id": SELECT, "mode": "forward", "target": target}
                return [
                    await line.act("xpresence", "set_redirect", **said)
                    for _ in range(5)
                ]

            _, refused, _ = await asyncio.gather(
                hammer(hers, "101"), hammer(his, "0301234567"), hammer(other, "101")
            )
            held = not any(one.success for one in refused)
            attack.report.tried(f"round {number}: Bob redirected", held=held)
            told = await office.home.attributes("sensor.anna_redirect")
            held = "0301234567" not in json.dumps(told)
            attack.report.tried(f"round {number}: {told}", held=held)
            await hers.act("xpresence", "set_redirect", entity_id=SELECT, mode="off")


async def reading(attack: Attack) -> None:
    """Who may not learns nothing private by any channel."""
    office = attack.office
    async with office.visitors["Anna"].line() as line:
        answer = await line.act(
            "xpresence",
            "plan_presence",
            entity_id=SELECT,
            profile="Meeting",
            start=str(MORNING),
            end=str(NOON),
            name=PRIVATE,
        )
        attack.report.tried(f"not planned: {answer.body}", held=answer.success)
    day = MORNING.date()
    entities = (SELECT, "sensor.anna_redirect", "calendar.anna_appointments")
    paths = (
        "/api/states",
        *(f"/api/states/{one}" for one in entities),
        *(f"/api/history/period?filter_entity_id={one}" for one in entities),
        *(f"/api/logbook?entity={one}" for one in entities),
        f"/api/calendars/calendar.anna_appointments?start={day}T00:00Z&end={day}T23:00Z",
        "/api/error_log",
        "/api/config",
        "/api/services",
        f"/api/diagnostics/config_entry/{office.home.entry}",
    )
    for name in ("Bob", "Rosa", "Sven"):
        visitor = office.visitors[name]
        for path in paths:
            status, body = await visitor.request("GET", path)
            attack.report.tried(f"{name}: {path}: {status}", held=PRIVATE not in body)
        async with visitor.line() as line:
            for action in ABOUT_ANNA:
                answer = await line.act("xpresence", action, entity_id=SELECT)
                held = not answer.success and PRIVATE not in answer.body
                attack.report.tried(f"{name}: {action}", held=held)
            for text in ("why is Anna available", "where do Anna's calls go"):
                answer = await line.ask("conversation/process", text=text)
                attack.report.tried(f"{name}: {text}", held=PRIVATE not in answer.body)


async def pages(attack: Attack) -> None:
    """Nobody without a login reads a file, nor ends a sign-in that is not theirs."""
    home = attack.office.home
    assert home.session is not None
    async with home.session.get(home.url) as answer:
        page = await answer.text()
    prefix = page.partition("/xpresence/")[2].partition("/")[0]
    attack.report.tried("the modules are found", held=bool(prefix))
    for path in PATHS:
        for folder in ("cards", "panel", ""):
            url = f"{home.url}/xpresence/{prefix}/{folder}/{path}"
            async with home.session.get(url, allow_redirects=False) as got:
                body = await got.text(errors="replace")
            held = got.status >= 300 or not any(
                word in body for word in ("codeowners", "import ", "root:", "Final")
            )
            attack.report.tried(f"GET {url}: {got.status}", held=held)
    for query in (
        "code=x",
        "code=x&state=made.up.state",
        "error=x&state=",
        "state=a.b.c",
    ):
        url = f"{home.url}/auth/external/callback?{query}"
        async with home.session.get(url) as got:
            body = await got.text()
            held = got.status >= 400 or "window.close" not in body
            attack.report.tried(f"GET {url}: {got.status} {body}", held=held)
    for path in ("/api/states", "/api/calendars", "/api/websocket"):
        async with home.session.get(f"{home.url}{path}") as got:
            attack.report.tried(f"GET {path}", held=got.status in (400, 401))


async def network(attack: Attack) -> None:
    """Anna's calendar addresses reach nothing on this machine."""
    reached: list[str] = []

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.append("a connection")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, attack.office.visitors["Anna"].line() as line:
        for host in attack.some(list(HOSTS), 24):
            for scheme, kind in (("http", "ics"), ("https", "caldav")):
                reached.clear()
                answer = await line.act(
                    "xpresence",
                    "connect_calendar",
                    entity_id=SELECT,
                    kind=kind,
                    url=f"{scheme}://{host}:{port}/",
                    username="x",
                    password="x",
                )
                held = not reached and not answer.success
                attack.report.tried(f"{kind} {host}: {answer.body}", held=held)


async def servers(attack: Attack) -> None:
    """What an administrator connects answers too much, too slowly, or without end."""
    office = attack.office
    harms = [*Web] if attack.long else [Web.GZIP_BOMB, Web.MANY_ELEMENTS, Web.ENTITIES]
    login = {"username": "x", "password": "x"}
    for harm in harms:
        async with listening(web(harm)) as port:
            for kind in ("ics", "caldav"):
                answer = await attack.admin.act(
                    "xpresence",
                    "connect_calendar",
                    entity_id=SELECT,
                    kind=kind,
                    url=f"http://127.0.0.1:{port}/",
                    **login,
                )
                held = not answer.success and answer.code != "unknown_error"
                attack.report.tried(f"{kind}: {harm}: {answer.body}", held=held)
            page = {
                "host": "127.0.0.1",
                **login,
                "advanced": {"tls": False, "port": port, "monitor_port": port},
            }
            await _phone_system(attack, "fritzbox", page, harm)
    managers = [*Manager] if attack.long else [Manager.LONG_LINE, Manager.MANY_HEADERS]
    for one in managers:
        async with listening(manager(one)) as port:
            page = {"host": "127.0.0.1", "port": port, "tls": False, **login}
            await _phone_system(attack, "asterisk", {"name": "x", **page}, one)
    state = await office.home.state(SELECT)
    attack.report.tried(f"Anna's profile is {state}", held=state == "Available")


async def _phone_system(
    attack: Attack, kind: str, page: dict[str, Any], harm: str
) -> None:
    try:
        await attack.office.home.add_phone_system(kind, page)
    except AssertionError as error:
        # The page is shown again, with what is wrong.
        attack.report.tried(f"{kind}: {harm}: {error}", held="errors" in str(error))
    except Failed as error:
        attack.report.tried(f"{kind}: {harm}: {error}", held=False)
    else:
        attack.report.tried(f"{kind}: {harm}: was set up", held=False)


async def floods(attack: Attack) -> None:
    """Ordinary users ask costly things as often as they can; the loop stays free."""
    many = 200 if attack.long else 30

    async def flood(visitor: Visitor, select: str) -> None:
        async with visitor.line() as line:
            for _ in range(many):
                for action in ("get_appointments", "explain", "simulate"):
                    await line.act("xpresence", action, entity_id=select)
                await line.ask("xpresence/subscribe_team")
                attack.report.inputs += 4

    office = attack.office
    await asyncio.gather(
        *(flood(office.visitors["Anna"], SELECT) for _ in range(3)),
        *(flood(office.visitors["Bob"], "select.bob_profile") for _ in range(3)),
    )


async def traces(attack: Attack) -> None:
    """Nothing private stands in a log; nothing of ours was a traceback."""
    home = attack.office.home
    log = home.log()
    for word in (PRIVATE, *(one.token for one in attack.office.visitors.values())):
        attack.report.tried("something private is logged", held=word not in log)
    for line in home.complaints():
        # Home Assistant itself notes whatever was refused.
        held = "websocket_api.http.connection" in line and "Traceback" not in line
        attack.report.tried(f"logged: {line}", held=held)
    attack.report.tried("Home Assistant runs", held=home.process is not None)
    for path in Path(home.folder).glob(".storage/xpresence.*"):
        mode = path.stat().st_mode & 0o077
        attack.report.tried(f"{path.name} is readable by others", held=not mode)


PARTS: Final[tuple[Part, ...]] = (
    own,
    doors,
    laundered,
    toll_fraud,
    hostile_values,
    races,
    reading,
    pages,
    network,
    servers,
    floods,
    traces,
)
