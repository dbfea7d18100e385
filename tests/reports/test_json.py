"""results.json: what is written can be read again, and nothing half-written is ever seen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from vibehq_smoke.errors import UsageError
from vibehq_smoke.gates import exit_code
from vibehq_smoke.models import Outcome, RunRecord
from vibehq_smoke.reports.json import load, render, write_atomically
from vibehq_smoke.reports.schema import field_docs, schema
from vibehq_smoke.reports.schema import render as render_schema

from . import samples
from .records import record, result

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", samples.NAMES)
def test_a_record_survives_being_written_and_read(name: str, tmp_path: Path) -> None:
    original = samples.sample(name)
    path = tmp_path / "results.json"
    write_atomically(path, render(original))
    read = load(path)
    assert render(read) == render(original)
    assert name == "hostile" or read == original


def test_what_the_version_before_wrote_can_be_read(tmp_path: Path) -> None:
    original = samples.one_cause()
    document = json.loads(render(original))
    for lacking, names in ((document["checks"], ("attempts", "earlier")), (_symptoms(document), ("attempts",))):
        for one in lacking:
            for name in names:
                del one[name]
    path = tmp_path / "results.json"
    path.write_text(json.dumps(document | {"schema_version": "1.3"}), encoding="utf-8")
    assert load(path) == original


def _symptoms(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [symptom for finding in document["findings"] for symptom in finding["symptoms"]]


@pytest.mark.parametrize("name", samples.NAMES)
def test_every_record_fits_the_published_schema(name: str) -> None:
    published = json.loads((DOCS / "results.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(published)
    jsonschema.validate(json.loads(render(samples.sample(name))), published)


def test_the_schema_refuses_what_is_not_in_it() -> None:
    document = json.loads(render(record((result(),))))
    document["checks"][0]["verdict"] = "fine"
    with pytest.raises(jsonschema.ValidationError, match="verdict"):
        jsonschema.validate(document, schema())


def test_the_published_schema_is_the_models_one() -> None:
    published = (DOCS / "results.schema.json").read_text(encoding="utf-8")
    how = "regenerate it: python -m vibehq_smoke.reports.schema > docs/results.schema.json"
    assert published == render_schema(), how


def test_the_schema_describes_fields_with_the_words_of_the_models() -> None:
    assert schema()["$defs"]["Result"]["properties"]["hidden"]["description"].startswith("Not selected")
    assert set(field_docs()["Totals"]) == {"executed", "hidden"}


def test_every_field_is_explained_in_the_documentation() -> None:
    page = (DOCS / "results.md").read_text(encoding="utf-8")
    sections = dict(part.partition("\n")[::2] for part in page.split("\n## ")[1:])
    definitions: dict[str, Any] = schema()["$defs"] | {"RunRecord": schema()}
    for name, definition in definitions.items():
        section = next((text for title, text in sections.items() if title.endswith(f"`{name}`")), "")
        for field in definition.get("properties", ()):
            assert f"| `{field}` |" in section, f"docs/results.md: no row `{field}` under a heading `{name}`"
        for value in definition.get("enum", ()):
            assert f"`{value}`" in section, f"docs/results.md: no `{value}` under a heading `{name}`"


def test_the_text_may_stand_inside_html() -> None:
    text = render(record((result(reason="</script><script>alert(1)</script>"),)))
    assert "<" not in text
    assert json.loads(text)["checks"][0]["reason"] == "</script><script>alert(1)</script>"


def test_an_exit_code_is_written_as_a_number() -> None:
    run = record((result(),))
    judged = run.model_copy(update={"run": run.run.model_copy(update={"exit_code": exit_code(run)})})
    assert json.loads(render(judged))["run"]["exit_code"] == 0


def test_letters_stay_readable_and_broken_ones_are_replaced() -> None:
    text = render(record((result(reason="größer \ud800"),)))
    assert "größer \ufffd" in text
    assert text.encode("utf-8")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "no results there yet"),
        (b"{", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b"[]", "is JSON, but not the results of a run"),
        (b"{}", "has schema_version None; this version reads '1.3' and '1.4'"),
        (b'{"schema_version": "9.0"}', "has schema_version '9.0'; this version reads '1.3' and '1.4'"),
        (b'{"schema_version": "1.4", "totals": {}}', "run: Field required"),
    ],
)
def test_what_cannot_be_read_is_named(content: bytes | None, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert complaint in str(caught.value)


def test_a_folder_is_no_report(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load(tmp_path)


def test_missing_folders_are_made_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "results.json"
    write_atomically(path, "one")
    write_atomically(path, "two")
    assert path.read_text(encoding="utf-8") == "two"
    assert [entry.name for entry in path.parent.iterdir()] == ["results.json"]


@pytest.mark.parametrize("failure", [OSError("disk full"), KeyboardInterrupt()])
def test_the_report_of_the_run_before_outlives_a_failed_write(
    failure: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise failure

    path = tmp_path / "results.json"
    write_atomically(path, "the run before")
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(type(failure)):
        write_atomically(path, "half of th")
    assert path.read_text(encoding="utf-8") == "the run before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["results.json"]


def test_reading_json_loads_no_other_format() -> None:
    code = "import sys, vibehq_smoke.reports.json; print(sorted({'rich', 'jinja2', 'pytest'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_an_unknown_outcome_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text(render(record((result(),))).replace('"outcome": "passed"', '"outcome": "great"'), encoding="utf-8")
    with pytest.raises(UsageError, match=r"checks\.0\.outcome"):
        load(path)
    assert isinstance(RunRecord.model_validate(record((result(outcome=Outcome.FAILED),)).model_dump()), RunRecord)
