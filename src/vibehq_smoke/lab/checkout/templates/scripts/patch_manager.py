#!/usr/bin/env python3
"""Applies batches of text patches to the files of a project: all of a batch or none of it.

One JSON document goes to stdout, the log to stderr. Exit code 0 when every operation succeeded, else 1.
Applied batches are kept in a journal, .patches/, so that they can be listed and reverted.
Only the standard library is needed.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

if sys.platform != "win32":
    import fcntl

JOURNAL = ".patches"
LOCK_PATIENCE_S = 10.0
TSC_TIMEOUT_S = 30
NOTIFY_TIMEOUT_S = 5
TOKEN_VARIABLE = "ORCHESTRATOR_TOKEN"  # noqa: S105 - the name of a variable, not its value
DEFAULT_URL = "http://localhost:8787"
BATCH_KEYS: dict[str, type] = {"orderId": str, "requester": str, "reason": str, "branch": str, "patches": list}
PATCH_KEYS: dict[str, type] = {
    "op": str, "file": str, "start": int, "end": int, "line": int, "block": str, "blockFile": str,
    "openSpace": bool, "taskId": str,
}  # fmt: skip
NEEDS = {
    "replace-block": ("start", "end"),
    "insert-before": ("line",),
    "insert-after": ("line",),
    "append": (),
    "prepend": (),
}
Json = dict[str, Any]


class PatchError(Exception):
    """A batch or an operation that cannot be carried out; the text says why."""


def log(message: str) -> None:
    """One line on stderr."""
    sys.stderr.write(f"patch_manager: {message}\n")


# --- reading a batch -------------------------------------------------------------------------------------------------


def read_batch(file: Path) -> Json:
    """The batch in `file`, with only known keys of the right types. Raises PatchError."""
    try:
        batch = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PatchError(f"cannot read the batch {file}: {error}") from error
    check_keys("the batch", batch, BATCH_KEYS)
    if not batch.get("patches"):
        raise PatchError("the batch has no patches")
    return dict(batch)


def check_keys(what: str, value: object, allowed: dict[str, type]) -> None:
    """Raise PatchError unless `value` is an object with nothing but `allowed` keys of their types."""
    if not isinstance(value, dict):
        raise PatchError(f"{what} must be an object")
    for key, item in value.items():
        if key not in allowed:
            raise PatchError(f"{what} has an unknown key: {key}")
        if not isinstance(item, allowed[key]) or (isinstance(item, bool) and allowed[key] is int):
            raise PatchError(f"{key} in {what} must be of type {allowed[key].__name__}")


def check_patch(patch: object) -> Json:
    """`patch` when it has what its op needs. Raises PatchError."""
    check_keys("the patch", patch, PATCH_KEYS)
    assert isinstance(patch, dict)
    op = patch.get("op")
    if op not in NEEDS:
        raise PatchError(f"unknown op: {op}")
    missing = [key for key in ("file", *NEEDS[op]) if key not in patch]
    if missing:
        raise PatchError(f"{op} needs {', '.join(missing)}")
    if ("block" in patch) == ("blockFile" in patch):
        raise PatchError(f"{op} needs either block or blockFile")
    return patch


# --- editing ---------------------------------------------------------------------------------------------------------


def split_lines(text: str) -> list[str]:
    """Lines with their ends; only a line feed ends a line."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def check_line(number: int, count: int, what: str) -> None:
    """Raise PatchError when there is no such line; lines count from 1."""
    if not 1 <= number <= count:
        raise PatchError(f"{what} {number} is out of range: the file has {count} line(s)")


def with_indentation(block: list[str], model: str, *, open_space: bool) -> list[str]:
    """`block` with its first line indented as `model` is, unless `open_space`."""
    if open_space or not block or not block[0].strip():
        return block
    indentation = model[: len(model) - len(model.lstrip(" \t"))]
    return [indentation + block[0].lstrip(" \t"), *block[1:]]


def ended(lines: list[str], end: str) -> list[str]:
    """`lines` with the last one ended too."""
    return [*lines[:-1], lines[-1] if lines[-1].endswith("\n") else lines[-1] + end] if lines else []


def unended_as(model: list[str], lines: list[str]) -> list[str]:
    """`lines` without a final line end when `model`, the file before, has none."""
    if lines and model and not model[-1].endswith("\n"):
        return [*lines[:-1], lines[-1].rstrip("\r\n")]
    return lines


def edited(text: str, patch: Json, block_text: str) -> str:
    """`text` after one operation. Raises PatchError when a line is out of range."""
    lines = split_lines(text)
    end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    block = ended(split_lines(block_text.replace("\r\n", "\n").replace("\n", end)), end)
    op, open_space = patch["op"], patch.get("openSpace", False)
    if op == "append":
        return "".join([*ended(lines, end), *block])
    if op == "prepend":
        return "".join([*block, *ended(lines, end)])
    if op == "replace-block":
        first, last = patch["start"], patch["end"]
        check_line(first, len(lines), "start")
        check_line(last, len(lines), "end")
        if last < first:
            raise PatchError(f"end {last} is before start {first}")
        block = with_indentation(block, "".join(lines[first - 1 : first]), open_space=open_space)
        done = [*lines[: first - 1], *block, *lines[last:]]
    else:
        anchor = patch["line"]
        check_line(anchor, len(lines), "line")
        block = with_indentation(block, "".join(lines[anchor - 1 : anchor]), open_space=open_space)
        place = anchor - 1 if op == "insert-before" else anchor
        done = [*ended(lines[:place], end), *block, *lines[place:]]
    return "".join(unended_as(lines, done))


# --- the project -----------------------------------------------------------------------------------------------------


@dataclass
class Project:
    """The folder that is patched, and what its files will be: nothing is written before `commit`."""

    root: Path
    before: dict[str, bytes] = field(default_factory=dict)
    after: dict[str, bytes] = field(default_factory=dict)

    def place(self, name: str) -> Path:
        """Where `name` is. Raises PatchError unless that is inside the project."""
        place = (self.root / name).resolve()
        if Path(name).is_absolute() or not place.is_relative_to(self.root) or place.is_relative_to(self.root / JOURNAL):
            raise PatchError(f"not inside the project: {name}")
        return place

    def text(self, name: str) -> str:
        """Text of a file as the operations so far leave it. Raises PatchError."""
        place = self.place(name)
        key = str(place.relative_to(self.root))
        if key not in self.after:
            try:
                self.before[key] = self.after[key] = place.read_bytes()
            except OSError as error:
                raise PatchError(f"cannot read {name}: {error.strerror}") from error
        try:
            return self.after[key].decode("utf-8")
        except UnicodeDecodeError as error:
            raise PatchError(f"{name} is not UTF-8") from error

    def perform(self, patch: Json) -> str:
        """Carry out one operation in memory; the difference it makes. Raises PatchError."""
        patch = check_patch(patch)
        check_task(self.root, patch)
        old = self.text(patch["file"])
        new = edited(old, patch, patch["block"] if "block" in patch else self.place_text(patch["blockFile"]))
        self.after[str(self.place(patch["file"]).relative_to(self.root))] = new.encode()
        names = (f"a/{patch['file']}", f"b/{patch['file']}")
        return "".join(difflib.unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), *names))

    def place_text(self, name: str) -> str:
        """Text of a block file. Raises PatchError."""
        try:
            return self.place(name).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise PatchError(f"cannot read {name}: {error}") from error

    def changed(self) -> dict[str, bytes]:
        """New content of every file that changes, by path below the root."""
        return {key: new for key, new in self.after.items() if new != self.before[key]}


def check_task(root: Path, patch: Json) -> None:
    """Raise PatchError when the task of `patch` allows neither this file nor this operation."""
    guard = root / ".mission_control" / "tasks.json"
    if "taskId" not in patch or not guard.is_file():
        return
    try:
        tasks = json.loads(guard.read_text(encoding="utf-8"))["tasks"]
        task: Json = next((task for task in tasks if task["id"] == patch["taskId"]), {})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PatchError(f"cannot read {guard.name}: {error}") from error
    if patch["file"] not in task.get("files", [patch["file"]]):
        raise PatchError(f"task {patch['taskId']} does not allow {patch['file']}")
    if patch["op"] not in task.get("allowedOperations", [patch["op"]]):
        raise PatchError(f"task {patch['taskId']} does not allow {patch['op']}")


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """No other run works on the project inside. Raises PatchError when one goes on for too long."""
    if sys.platform == "win32":
        yield
        return
    handle = os.open(root, os.O_RDONLY)  # the folder itself, so that no lock file stays behind
    try:
        deadline = time.monotonic() + LOCK_PATIENCE_S
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise PatchError("another run is patching this project") from None
                time.sleep(0.02)
        yield
    finally:
        os.close(handle)


# --- writing, all or nothing -----------------------------------------------------------------------------------------


def replace_all(root: Path, contents: dict[str, bytes]) -> None:
    """Give every file its new content, or none. Raises OSError after putting back what was replaced already."""
    staged: dict[Path, Path] = {}
    originals: dict[Path, bytes] = {}
    try:
        for key, content in contents.items():
            target = root / key
            staged[target] = write_beside(target, content)
        for target, temporary in staged.items():
            original = target.read_bytes()
            temporary.replace(target)
            originals[target] = original
    except OSError:
        for target, original in originals.items():
            write_beside(target, original).replace(target)
        raise
    finally:
        for temporary in staged.values():
            temporary.unlink(missing_ok=True)


def write_beside(target: Path, content: bytes) -> Path:
    """A temporary file next to `target`, with its permissions. Raises OSError."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}.patch")
    try:
        temporary.write_bytes(content)
        if target.exists():
            shutil.copymode(target, temporary)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def commit(project: Project, patch_id: str) -> None:
    """Write what changes, with a journal entry first. Raises OSError with everything as it was."""
    changed = project.changed()
    entry = {
        "patch_id": patch_id,
        "state": "pending",
        "applied_at": now(),
        "files": [
            {"file": key, "before": project.before[key].decode(), "after_sha256": sha256(new)}
            for key, new in changed.items()
        ],
    }
    write_entry(project.root, entry)
    try:
        replace_all(project.root, changed)
    except OSError:
        entry_file(project.root, patch_id).unlink(missing_ok=True)
        raise
    write_entry(project.root, entry | {"state": "applied"})


def entry_file(root: Path, patch_id: str) -> Path:
    """Where the journal keeps a batch. Raises PatchError for what is no id."""
    if not re.fullmatch(r"patch-[0-9a-z-]{1,60}", patch_id):
        raise PatchError(f"not a patch id: {patch_id}")
    return root / JOURNAL / f"{patch_id}.json"


def write_entry(root: Path, entry: Json) -> None:
    """Keep a batch in the journal. Raises OSError."""
    file = entry_file(root, entry["patch_id"])
    file.parent.mkdir(exist_ok=True)
    write_beside(file, json.dumps(entry, indent=2).encode()).replace(file)


def entries(root: Path) -> list[Json]:
    """All batches of the journal, oldest first. Raises PatchError when it cannot be read."""
    try:
        found = [json.loads(file.read_text(encoding="utf-8")) for file in (root / JOURNAL).glob("patch-*.json")]
    except (OSError, ValueError) as error:
        raise PatchError(f"cannot read the journal: {error}") from error
    return sorted(found, key=lambda entry: (str(entry["applied_at"]), str(entry["patch_id"])))


def recover(root: Path) -> None:
    """Take back batches during which an earlier run died. Raises OSError."""
    for entry in entries(root):
        if entry["state"] == "pending":
            log(f"{entry['patch_id']} was interrupted; taking it back")
            replace_all(root, {file["file"]: file["before"].encode() for file in entry["files"]})
            entry_file(root, entry["patch_id"]).unlink()


def sha256(content: bytes) -> str:
    """Digest of a file's content, in hex."""
    return hashlib.sha256(content).hexdigest()


def now() -> str:
    """The time, ISO-8601 in UTC."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")  # noqa: UP017 - older Pythons


# --- TypeScript and the orchestrator ---------------------------------------------------------------------------------


def ts_check(root: Path, name: str) -> bool | None:
    """Whether tsc has no complaint about a file; None when it is no TypeScript or tsc is not there."""
    local = root / "node_modules" / ".bin" / "tsc"
    tsc = str(local) if local.is_file() else shutil.which("tsc")
    if tsc is None or not name.endswith((".ts", ".tsx")):
        return None
    try:
        done = tsc_run(tsc, root, name)
        if "TS5112" in done.stdout:  # newer compilers want to be told that the project file is none of our business
            done = tsc_run(tsc, root, name, "--ignoreConfig")
    except (OSError, subprocess.TimeoutExpired) as error:
        log(f"tsc did not run: {error}")
        return None
    if done.returncode:
        log(done.stdout.strip())
    return done.returncode == 0


def tsc_run(tsc: str, root: Path, name: str, *more: str) -> subprocess.CompletedProcess[str]:
    """One run of the compiler. Raises OSError, TimeoutExpired."""
    command = [tsc, "--noEmit", *more, name]
    return subprocess.run(  # noqa: S603 - the name is a file of the project, found by `place`
        command, cwd=root, capture_output=True, text=True, timeout=TSC_TIMEOUT_S, check=False
    )


def notify(url: str, patch_id: str, event_type: str, metadata: Json) -> None:
    """Tell the orchestrator of an event. A failure is a warning: the patch itself has succeeded."""
    import urllib.request  # late: most runs tell nobody, and it takes longer to import than all the rest

    event = {
        "id": f"{patch_id}-{event_type.lower().replace('_', '-')}",
        "patchId": patch_id,
        "eventType": event_type,
        "status": "success",
        "createdAt": now(),
        "metadata": metadata,
    }
    headers = {"Content-Type": "application/json"}
    if token := os.environ.get(TOKEN_VARIABLE):
        headers["Authorization"] = f"Bearer {token}"
    try:
        request = urllib.request.Request(  # noqa: S310 - the scheme is checked right here
            f"{http_url(url)}/api/patches/events", json.dumps(event).encode(), headers
        )
        with urllib.request.urlopen(request, timeout=NOTIFY_TIMEOUT_S):  # noqa: S310 - as above
            log(f"notified {url} of {event_type}")
    except (OSError, ValueError) as error:
        log(f"warning: {url} was not notified: {error}")


def http_url(url: str) -> str:
    """`url` without its last slash. Raises ValueError unless it is HTTP."""
    if not url.startswith(("http://", "https://")):
        raise ValueError("an http or https URL is expected")
    return url.rstrip("/")


# --- commands --------------------------------------------------------------------------------------------------------


def apply(options: argparse.Namespace) -> Json:
    """Apply the batch or, in a dry run, only find out whether it could be. Raises PatchError, OSError."""
    patch_id = f"patch-{datetime.now(timezone.utc):%Y%m%d%H%M%S}-{secrets.token_hex(3)}"  # noqa: UP017 - older Pythons
    batch = read_batch(options.apply)
    patches = batch["patches"]
    with locked(options.project_root):
        if not options.dry_run:
            recover(options.project_root)
        project = Project(options.project_root)
        operations = [outcome(project, patch) for patch in patches]
        failed = [operation for operation in operations if not operation["success"]]
        if failed:
            operations = [withdrawn(operation) for operation in operations]
        elif not options.dry_run:
            commit(project, patch_id)
            for operation in operations:
                operation["ts_check_ok"] = ts_check(options.project_root, operation["file"])
    succeeded = sum(operation["success"] for operation in operations)
    if succeeded and not options.dry_run:
        metadata: Json = {key: batch[key] for key in ("orderId", "reason", "branch") if key in batch}
        metadata |= {"requester": batch.get("requester", "agent"), "operations": summaries(operations, patches)}
        notify(options.orchestrator_url, patch_id, "PATCH_APPLIED", metadata)
    return {
        "patch_id": patch_id, "success": not failed, "operations": operations, "total": len(operations),
        "succeeded": succeeded, "failed": len(operations) - succeeded,
    }  # fmt: skip


def outcome(project: Project, patch: Json) -> Json:
    """What became of one operation."""
    told = patch if isinstance(patch, dict) else {}
    known = {"file": told.get("file"), "op": told.get("op"), "ts_check_ok": None}
    try:
        return {"success": True, **known, "diff": project.perform(patch)}
    except PatchError as error:
        log(f"{known['op']} {known['file']}: {error}")
        return {"success": False, **known, "error": str(error)}


def withdrawn(operation: Json) -> Json:
    """An operation of a batch that is not applied, because of another one if it could have been itself."""
    if not operation["success"]:
        return operation
    kept = {key: value for key, value in operation.items() if key != "diff"}
    return kept | {"success": False, "error": "not applied: another operation of the batch failed"}


def summaries(operations: list[Json], patches: list[Json]) -> list[Json]:
    """What the orchestrator is told of each operation."""
    return [
        {"file": done["file"], "op": done["op"], "task_id": patch.get("taskId"), "ts_check_ok": done["ts_check_ok"]}
        for done, patch in zip(operations, patches, strict=True)
    ]


def revert(options: argparse.Namespace) -> Json:
    """Put back what a batch has replaced. Raises PatchError when a file has changed since, OSError."""
    with locked(options.project_root):
        recover(options.project_root)
        entry = one_entry(options.project_root, options.revert)
        if entry["state"] != "applied":
            raise PatchError(f"{options.revert} is {entry['state']}")
        for file in entry["files"]:
            if sha256((options.project_root / file["file"]).read_bytes()) != file["after_sha256"]:
                raise PatchError(f"{file['file']} has changed since")
        replace_all(options.project_root, {file["file"]: file["before"].encode() for file in entry["files"]})
        write_entry(options.project_root, entry | {"state": "reverted"})
    files = [file["file"] for file in entry["files"]]
    notify(options.orchestrator_url, options.revert, "PATCH_ROLLBACK_COMPLETED", {"files": files})
    return {"patch_id": options.revert, "success": True, "files": files}


def listing(options: argparse.Namespace) -> Json:
    """The journal, oldest first."""
    found = [
        {"patch_id": e["patch_id"], "state": e["state"], "applied_at": e["applied_at"], "files": file_names(e)}
        for e in entries(options.project_root)
    ]
    return {"success": True, "patches": found, "total": len(found)}


def notify_again(options: argparse.Namespace) -> Json:
    """Send the event of a batch in the journal, the latest by default, once more. Raises PatchError."""
    entry = one_entry(options.project_root, options.notify_only)
    notify(options.orchestrator_url, entry["patch_id"], "PATCH_APPLIED", {"files": file_names(entry)})
    return {"patch_id": entry["patch_id"], "success": True}


def one_entry(root: Path, patch_id: str) -> Json:
    """The batch with this id, or the latest when the id is empty. Raises PatchError."""
    if patch_id and not entry_file(root, patch_id).is_file():
        raise PatchError(f"no such patch: {patch_id}")
    found = [entry for entry in entries(root) if patch_id in ("", entry["patch_id"])]
    if not found:
        raise PatchError("no patch was applied yet")
    return found[-1]


def file_names(entry: Json) -> list[str]:
    """The files that a batch has changed."""
    return [file["file"] for file in entry["files"]]


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="patch_manager.py", description="Apply batches of text patches.")
    what = made.add_mutually_exclusive_group()
    what.add_argument("--apply", type=Path, metavar="BATCH", help="JSON file with the batch")
    what.add_argument("--list", action="store_true", help="list the batches in the journal")
    what.add_argument("--revert", metavar="ID", help="put back what a batch has replaced")
    what.add_argument("--notify-only", nargs="?", const="", metavar="ID", help="send a batch's event again")
    made.add_argument("--dry-run", action="store_true", help="with --apply: write nothing, tell nobody")
    made.add_argument("--orchestrator-url", default=os.environ.get("ORCHESTRATOR_URL") or DEFAULT_URL, metavar="URL")
    made.add_argument("--project-root", type=Path, default=Path(), metavar="DIR", help="default: here")
    return made


def command(options: argparse.Namespace) -> Callable[[argparse.Namespace], Json] | None:
    """What is asked for, if anything."""
    if options.apply:
        return apply
    if options.revert:
        return revert
    if options.notify_only is not None:
        return notify_again
    return listing if options.list else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what is asked for, print the outcome as JSON, and return the exit code."""
    options = parser().parse_args(arguments)
    options.project_root = options.project_root.resolve()
    chosen = command(options)
    if chosen is None:
        parser().print_help(sys.stderr)
        return 1
    try:
        result = chosen(options)
    except (PatchError, OSError) as error:
        log(str(error))
        result = {"patch_id": None, "success": False, "operations": [], "total": 0, "succeeded": 0, "failed": 0}
        result["error"] = str(error)
    sys.stdout.write(json.dumps(result, indent=2) + "\n")
    return 0 if result["success"] else 1


if __name__ == "__main__":
    sys.exit(main())
