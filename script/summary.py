"""Adds up what the suites reported; the last line is the whole run's."""

from pathlib import Path
import sys
import xml.etree.ElementTree as ET

passed = failed = skipped = 0
for report in sorted(Path(sys.argv[1]).glob("*.xml")):
    for suite in ET.parse(report).getroot().iter("testsuite"):
        count = {key: int(suite.get(key, 0)) for key in ("tests", "skipped")}
        wrong = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        failed += wrong
        skipped += count["skipped"]
        passed += count["tests"] - wrong - count["skipped"]
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(failed > 0 or passed == 0)
