"""Judges requests and answers by Microsoft's OpenAPI and the documented rules."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
import json
import re
from typing import Any
from urllib.parse import parse_qsl, unquote

from jsonschema import Draft202012Validator
import yaml

from .world import CONTRACTS, RULES

FILE = CONTRACTS / "graph-v1.0-subset.openapi.yaml"
FROM_DOCS = CONTRACTS / "graph-users-from-docs.openapi.yaml"
DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")


@cache
def api() -> dict[str, Any]:
    """Return the contract; about a second, once."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded: dict[str, Any] = yaml.load(FILE.read_text(), Loader=loader)
    loaded["paths"] |= yaml.load(FROM_DOCS.read_text(), Loader=loader)["paths"]
    return loaded


@cache
def paths() -> list[tuple[re.Pattern[str], str]]:
    """Return each path as a pattern; literal words are tried before ids."""
    known = sorted(api()["paths"], key=lambda path: (path.count("{"), path))
    return [
        (re.compile(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(path))), path)
        for path in known
    ]


@cache
def validator(where: str) -> Draft202012Validator:
    """Return what judges by the schema at a place in the contract."""
    schema: Any = api()
    for step in json.loads(where):
        schema = schema[step]
    return Draft202012Validator(
        {**schema, "components": api()["components"]},
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )


def schema_problems(where: list[str], value: Any) -> Iterator[str]:
    for error in validator(json.dumps(where)).iter_errors(value):
        yield f"{'/'.join(map(str, error.path))}: {error.message[:160]}"


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked for."""

    path: str
    method: str

    @property
    def spec(self) -> dict[str, Any]:
        found: dict[str, Any] = api()["paths"][self.path][self.method]
        return found


def operation(method: str, path: str) -> Operation | None:
    """Return what a request asks for; nothing if the contract has no such thing."""
    for pattern, known in paths():
        if pattern.fullmatch(path) and method.lower() in api()["paths"][known]:
            return Operation(known, method.lower())
    return None


def request_problems(
    method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
) -> list[str]:
    """Return what the contract does not allow about a request."""
    asked = operation(method, path)
    if asked is None:
        return [f"there is no {method} {path}"]
    problems = []
    if not headers.get("Authorization", "").startswith("Bearer "):
        problems.append("no token was sent")
    problems += _query_problems(asked, query)
    if "requestBody" in asked.spec:
        if "application/json" not in headers.get("Content-Type", ""):
            problems.append("the body is not said to be JSON")
        try:
            said = json.loads(body)
        except ValueError:
            return [*problems, "the body is no JSON"]
        where = ["paths", asked.path, asked.method, "requestBody", "content"]
        problems += schema_problems([*where, "application/json", "schema"], said)
        problems += _rule_problems(asked.path.rpartition("/")[2], said)
    elif body:
        problems.append("a body was sent where none belongs")
    return problems


def _query_problems(asked: Operation, query: str) -> Iterator[str]:
    known = {}
    shared = api()["components"]["parameters"]
    for said_of in asked.spec.get("parameters", ()):
        reference = said_of.get("$ref", "").rpartition("/")[2]
        parameter = shared[reference] if reference else said_of
        if parameter["in"] == "query":
            known[parameter["name"]] = parameter
    said = dict(parse_qsl(query, keep_blank_values=True))
    for name, parameter in known.items():
        if parameter.get("required") and name not in said:
            yield f"{name} is missing"
    for name, value in said.items():
        if name not in known:
            yield f"{name} is not known"
            continue
        schema = known[name]["schema"]
        if schema.get("type") == "array":
            allowed = schema["items"].get("enum")
            for one in value.split(","):
                if allowed and one not in allowed:
                    yield f"{name} does not take {one}"
        elif schema.get("type") == "integer" and not value.isdecimal():
            yield f"{name} is no number"


def _rule_problems(action: str, said: Any) -> Iterator[str]:
    """Yield what only the documentation forbids."""
    if action in ("setPresence", "clearPresence") and not said.get("sessionId"):
        yield "no sessionId"
    if action == "setPresence" and "expirationDuration" in said:
        bounds = RULES["setPresence"]["expirationDuration"]
        minutes = length(said["expirationDuration"]) / timedelta(minutes=1)
        if not bounds["min_minutes"] <= minutes <= bounds["max_minutes"]:
            yield f"a session cannot last {minutes} minutes"
    pairs = RULES.get(action, {}).get("pairs")
    if pairs and [said.get("availability"), said.get("activity")] not in pairs:
        yield f"{action} does not take this pair"
    if action == "getPresencesByUserId":
        most = RULES["getPresencesByUserId"]["max_ids"]
        if len(said.get("ids", ())) > most:
            yield f"more than {most} ids"


def length(duration: str) -> timedelta:
    """Read an ISO 8601 duration of less than a day."""
    found = DURATION.fullmatch(duration)
    if found is None or not any(found.groups()):
        raise ValueError(duration)
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def answer_problems(method: str, path: str, status: int, body: bytes) -> list[str]:
    """Return what the contract does not allow about an answer."""
    asked = operation(method, path)
    if asked is None:
        return []
    responses = asked.spec["responses"]
    key = next(
        (key for key in (str(status), f"{status // 100}XX") if key in responses), None
    )
    if key is None:
        return [f"{status} is no answer to {method} {asked.path}"]
    where = ["paths", asked.path, asked.method, "responses", key]
    if "$ref" in responses[key]:
        where = ["components", "responses", responses[key]["$ref"].rpartition("/")[2]]
    place: Any = api()
    for step in where:
        place = place[step]
    content = place.get("content")
    if content is None:
        return [f"{status} has no body"] if body else []
    try:
        said = json.loads(body)
    except ValueError:
        return ["the answer is no JSON"]
    return list(
        schema_problems([*where, "content", "application/json", "schema"], said)
    )


def last_id(path: str, before: str) -> str:
    """Return the part of a path that follows a word."""
    parts = path.split("/")
    return unquote(parts[parts.index(before) + 1])
