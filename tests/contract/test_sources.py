"""Contract INF-04, INF-05, HLT-14 (S): what the checkout's models and health code hold; no compiler is run."""

import re
from pathlib import Path

import pytest

from .running import Platform
from .tables import TABLES

EVERY_TABLE = sorted({table for tables in TABLES.values() for table in tables})
HEALTH_FILES = ("entrypoints/HealthOps.ts", "entrypoints/health.ts", "api/routes/healthRoutes.ts")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


def words(*paths: Path) -> set[str]:
    """Every word of the files."""
    return {word for path in paths for word in re.findall(r"\w+", path.read_text())}


@pytest.fixture(scope="module")
def models(platform: Platform) -> dict[str, set[str]]:
    """The words of each of the two models."""
    return {
        "kysely": words(platform.source / "@shared/types/db.ts"),
        "drizzle": words(*(platform.source / "orchestrator/worker/database").rglob("*.ts")),
    }


@pytest.mark.parametrize("model", ["kysely", "drizzle"])
@pytest.mark.parametrize("table", EVERY_TABLE)
def test_a_model_knows_a_table(models: dict[str, set[str]], model: str, table: str) -> None:
    """INF-04, INF-05: every table of section 5 with its columns."""
    columns = next(tables[table] for tables in TABLES.values() if table in tables).split()
    assert {table, *columns} <= models[model]


@pytest.mark.parametrize("name", HEALTH_FILES)
def test_the_health_code_is_typed(platform: Platform, name: str) -> None:
    """HLT-14: no ``any``, no ``@ts-ignore``."""
    text = (platform.source / "orchestrator/worker" / name).read_text()
    assert "@ts-ignore" not in text
    assert not re.search(r"(?:[:<|,(]|\bas)\s*any\b", _COMMENT.sub("", text))


def test_a_compiler_is_told_what_to_check(platform: Platform) -> None:
    """INF-04, UI-05: the two projects that are type-checked exist."""
    assert (platform.source / "orchestrator/tsconfig.worker.json").is_file()
    assert (platform.source / "orchestrator/tsconfig.app.json").is_file()


def test_deploy_workflows_use_folders_that_exist(platform: Platform) -> None:
    """D-32 the other way round: every working directory and path filter leads somewhere."""
    workflows = sorted((platform.source / ".github/workflows").glob("deploy-*.y*ml"))
    assert workflows
    for workflow in workflows:
        named = re.findall(r"working-directory:\s*['\"]?([\w@./-]+)", workflow.read_text())
        for folder in named:
            assert (platform.source / folder).is_dir(), f"{workflow.name}: {folder}"
