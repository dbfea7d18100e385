"""A scratch project and the checkout's patch tools run on it (contract 9.1)."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NOWHERE = "http://localhost:9"
TEXT = "first\n    second\n    third\nfourth\n"


@dataclass(frozen=True)
class Scratch:
    """A project of one file and the tools that patch it."""

    root: Path
    tools: Path

    @classmethod
    def created(cls, root: Path, tools: Path) -> "Scratch":
        """A project in an empty folder with one file of four lines."""
        project = cls(root, tools)
        project.file.write_text(TEXT)
        return project

    @property
    def file(self) -> Path:
        """The file under patch."""
        return self.root / "notes.md"

    def batch(self, *patches: Mapping[str, object], **more: object) -> str:
        """A batch file; its path."""
        path = self.root / "batch.json"
        path.write_text(json.dumps({"requester": "smoke", "patches": patches, **more}))
        return str(path)

    def run(self, *command: str, url: str = NOWHERE, rooted: bool = True) -> subprocess.CompletedProcess[str]:
        """A tool by name with its arguments; away from the checkout, and with nobody to notify."""
        tool, *arguments = command
        safe = ["--project-root", str(self.root), "--orchestrator-url", url] if rooted else []
        program = [sys.executable, str(self.tools / "scripts/patch_manager.py")]
        if tool == "patchctl":
            program = [
                str(next(path for path in (self.tools / "patchctl", self.tools / "scripts/patchctl") if path.is_file()))
            ]
        return subprocess.run(
            [*program, *arguments, *safe],
            cwd=self.root,
            env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "ORCHESTRATOR_URL": url},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def apply(self, *patches: Mapping[str, object], **more: object) -> tuple[int, dict[str, Any]]:
        """Exit code and report of applying the patches."""
        done = self.run("patch_manager", "--apply", self.batch(*patches, **more))
        return done.returncode, json.loads(done.stdout)


def patch(op: str, **fields: object) -> dict[str, object]:
    """One patch of the file."""
    return {"op": op, "file": "notes.md", **fields}
