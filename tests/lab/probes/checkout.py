"""Looks at the checkout: its files, and what its patch manager does."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from tests.lab.probes.core import Probe
from tests.lab.running import RunningLab

BEFORE = "one\ntwo\nthree\n"
REPLACE = {"op": "replace-block", "file": "f.txt", "start": 2, "end": 2, "block": "2"}
OUT_OF_RANGE = {"op": "insert-after", "file": "f.txt", "line": 9, "block": "9"}


def text(path: str) -> Probe:
    """The text of a file."""
    return lambda lab: (lab.source / path).read_text(encoding="utf-8")


def names(folder: str, pattern: str) -> Probe:
    """Names of the files in a folder."""
    return lambda lab: sorted(file.name for file in (lab.source / folder).glob(pattern))


def texts(pattern: str) -> Probe:
    """Texts of all files that a pattern finds, with their paths."""
    return lambda lab: {str(file): file.read_text(encoding="utf-8") for file in lab.source.glob(pattern)}


def patched(*patches: Mapping[str, object]) -> Probe:
    """Exit code, and what a file holds after a batch."""

    def look(lab: RunningLab) -> object:
        with tempfile.TemporaryDirectory() as folder:
            file, batch = Path(folder, "f.txt"), Path(folder, "batch.json")
            file.write_text(BEFORE)
            batch.write_text(json.dumps({"patches": patches}))
            script = str(lab.source / "scripts/patch_manager.py")
            done = subprocess.run(
                [sys.executable, script, "--apply", batch, "--project-root", folder, "--orchestrator-url", "none"],
                check=False, capture_output=True,
            )  # fmt: skip
            return done.returncode, file.read_text()

    return look


def patchctl(lab: RunningLab) -> object:
    """Exit code of asking for help."""
    return subprocess.run([lab.source / "patchctl", "--help"], check=False, capture_output=True).returncode


PROBES: Mapping[str, Probe] = MappingProxyType(
    {
        "D-02": text("orchestrator/worker/database/schema.ts"),
        "D-06": texts("*/*/wrangler.*"),
        "D-28": patchctl,
        "D-32": texts(".github/workflows/*.yml"),
        "wrangler-broken": texts("factories/*/wrangler.jsonc"),
        "wrangler-binding-missing": text("@shared/base/wrangler.base.jsonc"),
        "wrangler-entrypoint-wrong": text("specialists/cloud-worker-retrofit/wrangler.toml"),
        "wrangler-service-name-wrong": text("orchestrator/wrangler.jsonc"),
        "wrangler-observability-off": texts("factories/*/wrangler.jsonc"),
        "wrangler-version-metadata-missing": texts("factories/*/wrangler.jsonc"),
        "wrangler-worker-name-missing": texts("specialists/*/wrangler.*"),
        "wrangler-health-targets-empty": text("orchestrator/wrangler.jsonc"),
        "entrypoint-not-exported": text("orchestrator/worker/index.ts"),
        "migration-broken": texts("orchestrator/migrations/ops/*.sql"),
        "migration-unapplied": names("orchestrator/migrations/ops", "*.sql"),
        "kysely-table-missing": text("@shared/types/db.ts"),
        "drizzle-column-wrong": text("orchestrator/worker/database/schema.ts"),
        "ui-type-error": texts("orchestrator/src/**/*.ts"),
        "patch-manager-missing": names("scripts", "*"),
        "patchctl-broken": patchctl,
        "patch-manager-wrong-result": patched(REPLACE),
        "patch-manager-not-atomic": patched(REPLACE, OUT_OF_RANGE),
        "patch-manager-accepts-invalid": patched(OUT_OF_RANGE),
    }
)
