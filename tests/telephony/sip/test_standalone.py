"""The user agent could be published as it is."""

from pathlib import Path
import subprocess
import sys

from custom_components.xpresence.telephony.sip import agent

FOLDER = Path(agent.__file__).parent


def test_the_agent_runs_without_the_rest_of_the_project() -> None:
    code = f"""
import sys
sys.path.insert(0, {str(FOLDER.parent)!r})
import agent
strange = [
    name for name in sys.modules
    if name.partition(".")[0] not in {{*sys.stdlib_module_names, "agent", "__main__"}}
]
assert not strange, strange
"""
    subprocess.run([sys.executable, "-S", "-c", code], check=True)
