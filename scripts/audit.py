"""Looks up known vulnerabilities of the pinned packages: `python -m scripts.audit`.

pip-audit asks PyPI. Where it cannot be reached, or does not know the packages, this prints what was
not audited, and the exit code is 0. It is 1 if a package has a known vulnerability.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PINNED = ROOT / "requirements" / "run.txt"
_LIMIT_S = 120


def main() -> None:
    """Prints the result and ends with the exit code."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(PINNED), "--no-deps"]
    options = ["--disable-pip", "--format=json", "--progress-spinner=off"]
    try:
        run = subprocess.run(
            [*command, *options], capture_output=True, text=True, timeout=_LIMIT_S, check=False
        )
        found: Sequence[Mapping[str, Any]] = json.loads(run.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        print(f"packages were not audited: no answer within {_LIMIT_S} s")
        return
    except (ValueError, KeyError):
        reason = (run.stderr.strip().splitlines() or ["no answer"])[-1]
        print(f"packages were not audited: {reason[:200]}")
        return
    lines = describe_vulnerabilities(found)
    print("\n".join([*lines, describe_extent(found)]))
    sys.exit(1 if lines else 0)


def describe_vulnerabilities(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line for each vulnerability, with the versions that have the fix."""
    return [
        f"{package['name']} {package['version']}: {one['id']}; "
        f"fixed in {', '.join(one['fix_versions']) or 'no version yet'}"
        for package in found
        for one in package.get("vulns", ())
    ]


def describe_extent(found: Sequence[Mapping[str, Any]]) -> str:
    """How many packages were audited, and how many the service does not know."""
    unknown = sum("skip_reason" in one for one in found)
    audited = f"{len(found) - unknown} packages audited"
    more = f"; {unknown} were not, because the service does not know them"
    return audited + more if unknown else audited


if __name__ == "__main__":
    main()
