"""What GitHub runs is the project's own scripts, and they are there."""

import json
import os
from pathlib import Path
import re
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).parents[2]
WORKFLOWS = sorted((PROJECT / ".github" / "workflows").glob("*.yml"))


def steps(path: Path) -> list[dict[str, Any]]:
    jobs = yaml.safe_load(path.read_text("utf-8"))["jobs"]
    return [step for job in jobs.values() for step in job.get("steps", [])]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_runs_scripts_that_are_there_and_ends(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text("utf-8"))
    assert workflow["permissions"]
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 360
    for step in steps(path):
        assert {"run", "uses"} & set(step)
        if action := step.get("uses"):
            assert re.fullmatch(r"[\w-]+/[\w/-]+@(v\d+|main|master)", action), action
        for script in re.findall(
            r"(?:^|\s)((?:script|\.ci)/\w[\w-]*)", step.get("run", "")
        ):
            assert os.access(PROJECT / script, os.X_OK), script


def test_every_change_is_linted_tested_and_documented() -> None:
    assert ".ci/run" in {step.get("run") for path in WORKFLOWS for step in steps(path)}
    run = (PROJECT / ".ci" / "run").read_text("utf-8").splitlines()
    assert [line for line in run if line.startswith("script/")] == [
        "script/lint",
        "script/docs",
        "script/test",
    ]


def test_a_release_is_packed_by_the_version_of_the_manifest() -> None:
    release = (PROJECT / ".github" / "workflows" / "release.yml").read_text("utf-8")
    assert 'script/package "${GITHUB_REF_NAME#v}"' in release
    manifest = json.loads(
        (PROJECT / "custom_components" / "xpresence" / "manifest.json").read_text()
    )
    changelog = (PROJECT / "CHANGELOG.md").read_text("utf-8")
    assert f"## [{manifest['version']}]" in changelog
    assert re.search(r"^## \[Unreleased\]", changelog, re.MULTILINE)


def test_every_script_is_told_of_or_called_by_another() -> None:
    texts = "".join(
        path.read_text("utf-8")
        for path in (
            PROJECT / "CONTRIBUTING.md",
            PROJECT / "README.md",
            *(PROJECT / "docs").glob("*.md"),
            *WORKFLOWS,
            *(PROJECT / "script").glob("*"),
        )
        if path.is_file()
    )
    for path in (PROJECT / "script").iterdir():
        if path.is_file() and os.access(path, os.X_OK):
            assert f"script/{path.name}" in texts, path.name
