"""Commits of real applications that fixed a persistence bug: the rule fires before the fix, and is quiet after it.

`PERSISTLINT_CLONES` names a folder with a clone of each project, bare or not, under the name of its repository. Nothing
of it is run. Run with `pytest -m corpus tests/corpus/test_fixes.py`.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.corpus

FIXES = [
    # leonvanzyl/autocoder
    ("autocoder", "45ba266", "unlocked-engine-cache", "registry.py"),
    ("autocoder", "126151d", "lossy-import", "api/migration.py"),
    ("autocoder", "3161c12", "undisposed-engine", "server/services/expand_chat_session.py"),
    ("autocoder", "cf62885", "undisposed-engine", "server/routers/features.py"),
    ("autocoder", "cf62885", "undisposed-engine", "server/routers/schedules.py"),
    ("autocoder", "cf62885", "undisposed-engine", "server/services/scheduler_service.py"),
    ("autocoder", "d8a8c83", "second-door", "progress.py"),
    ("autocoder", "d8a8c83", "unclosed-connection", "progress.py"),
    ("autocoder", "d8a8c83", "untracked-json-mutation", "mcp_server/feature_mcp.py"),
    # Donkie/Spoolman
    ("Spoolman", "21c7b988", "unclosed-connection", "spoolman/database/database.py"),
    # mealie-recipes/mealie
    ("mealie", "e516a2e80", "unclosed-session", "mealie/services/scheduler/tasks/purge_group_exports.py"),
    ("mealie", "e516a2e80", "unclosed-session", "mealie/services/scheduler/tasks/purge_password_reset.py"),
    ("mealie", "e516a2e80", "unclosed-session", "mealie/services/scheduler/tasks/purge_registration.py"),
    # RMANOV/sqlite-memory-mcp
    ("sqlite-memory-mcp", "1329b14", "busy-timeout-drift", "db_utils.py"),
    # lnbits/lnbits
    ("lnbits", "85011d23c", "unclosed-connection", "lnbits/db.py"),
]
"""The repository, the commit that fixed it, the rule, and the file."""


@pytest.mark.parametrize(("name", "commit", "rule", "path"), FIXES)
def test_the_rule_fires_before_the_fix_and_is_quiet_after_it(
    name: str, commit: str, rule: str, path: str, tmp_path: Path
) -> None:
    folder = os.environ.get("PERSISTLINT_CLONES")
    clone = Path(folder or "", name)
    if folder is None or not clone.is_dir():
        pytest.skip(f"PERSISTLINT_CLONES has no {name}")

    assert path in reported(clone, f"{commit}^", rule, tmp_path / "before")
    assert path not in reported(clone, commit, rule, tmp_path / "after")


def reported(clone: Path, revision: str, rule: str, folder: Path) -> set[str]:
    """The files in which a rule finds something at a revision."""
    archive = ["git", "-C", str(clone), "archive", revision, "--", "*.py", "*.sql"]
    done = subprocess.run(archive, capture_output=True, check=False)
    if done.returncode:  # there are no `.sql` files
        done = subprocess.run(archive[:-1], capture_output=True, check=True)
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as found:
        found.extractall(folder, filter="data")
    command = [sys.executable, "-m", "persistlint", "check", "--no-cache", "--exit-zero", "--format", "json"]
    report = subprocess.run([*command, "--select", rule, "."], cwd=folder, capture_output=True, text=True, check=True)
    return {one["path"] for one in json.loads(report.stdout)["findings"]}
