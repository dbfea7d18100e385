"""Infrastructure: are databases, bindings, migrations and settings what everything else counts on? (contract 2.1)

INF-03 is made for each database. INF-01 is one check for all four: a database that is broken is known as that before
any check runs, which would block a check of its own. INF-08, 10, 12 and 13 are made for each worker. What concerns the
orchestrator, which is none of them, or a worker that the target does not list, is judged with the first one, and
accuses whom it concerns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vibehq_smoke import P0, P1, P2, P3, Blocked, Skipped, Violation, check, hookimpl
from vibehq_smoke.platform.wrangler_files import WranglerFileError, read_wrangler_file

from ._support import connectivity, entrypoints, migrations, settings, type_models, wrangler
from ._support.bindings import BASE_FILE, ORCHESTRATOR, missing_bindings, wrong_pairs
from ._support.connections import silent_databases, unused_databases
from ._support.dead_runs import DeadRuns
from ._support.needs import SIGNED_IN
from ._support.tables import DATABASES
from ._support.type_checks import TypeChecks, concerning
from ._support.workers import component_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from vibehq_smoke.hookspecs import Resource
    from vibehq_smoke.platform import Hq
    from vibehq_smoke.platform.wrangler_files import WranglerFile

    from ._support.tables import Tables


@hookimpl
def vibehq_resources() -> Mapping[str, Resource]:
    """What checks of one smoke run share: the type check, a health run over a dead worker, the wrangler files."""
    checks, runs, files = TypeChecks(), DeadRuns(), wrangler.ConfigReader()
    return {"type_checks": lambda _hq: checks, "dead_runs": lambda _hq: runs, "wrangler_files": lambda _hq: files}


@check("INF-01", component="d1-ops", priority=P0, mode="operator", needs=["orchestrator"])
async def all_four_databases_answer(hq: Hq) -> None:
    """Each of the four D1 databases answers a query, and the routes that read two of them do not fail."""
    wrangler.refuse(await silent_databases(hq), "database")
    wrangler.refuse(await unused_databases(hq), "database")


@check("INF-02", component="rpc-gateway", priority=P0, mode="wrangler", needs=["orchestrator"])
async def every_worker_binds_what_it_uses(hq: Hq) -> None:
    """Each wrangler file, as wrangler resolves it, binds the services its worker uses, and living workers have them."""
    configs = wrangler.read_configs(hq)
    wrong = list(configs.unreadable)
    names = (ORCHESTRATOR, *hq.workers)
    wrong += [f"{name} has no wrangler file that names it" for name in names if not _known(configs, name)]
    complaints = settings.in_files(hq, wrangler.named(configs), _unbound)
    wrong += [complaint.what for complaint in complaints]
    _refuse(wrong, "binding")
    unbound = await connectivity.unbound_workers(hq)
    _refuse([f"{name} says that the orchestrator is not bound" for name in unbound], "binding")


@check("INF-03", component=str, priority=P0, mode="source", each=tuple(DATABASES.values()))
async def the_migrations_of_a_database_apply(hq: Hq, database: str) -> None:
    """Applied in wrangler's order, a database's migrations make the tables that matter, and it lists the same live."""
    trial = await _tried_out(hq, database)
    wrong = [*migrations.complaints_about(trial), *await migrations.complaints_about_live(hq, trial)]
    if equal := migrations.same_numbers(trial.names):
        hq.note(f"equal numbers, whose order older wranglers leave to chance: {', '.join(equal)}")
    wrangler.refuse(wrong, "migration")


@check("INF-04", component="d1-health", priority=P2, mode="source", deadline=180)
async def the_kysely_model_fits_the_databases(hq: Hq, type_checks: TypeChecks) -> None:
    """The Kysely model has the tables that matter with the columns that migrations make, and the type check holds."""
    await _assert_model(hq, type_models.KYSELY, type_models.kysely_tables, type_checks)


@check("INF-05", component="d1-health", priority=P2, mode="source", deadline=180)
async def the_drizzle_model_fits_the_databases(hq: Hq, type_checks: TypeChecks) -> None:
    """The Drizzle model has the tables that matter with the columns that migrations make, and the type check holds."""
    await _assert_model(hq, type_models.DRIZZLE, type_models.drizzle_tables, type_checks)


@check("INF-06", component="rpc-gateway", priority=P1, mode="wrangler")
async def the_shared_file_binds_all_entrypoints(hq: Hq) -> None:
    """The shared base file has all 18 bindings with their entrypoints, and the orchestrator exports each of them."""
    path = hq.source / BASE_FILE
    if not path.is_file():
        configs = wrangler.read_configs(hq)  # no checkout at all: skipped
        raise Violation(f"{BASE_FILE} is missing beside {len(configs.files)} wrangler files", kind="source")
    try:
        wrong = wrong_pairs(read_wrangler_file(path))
    except WranglerFileError as error:
        raise Violation(f"{BASE_FILE}:{error.line or 1}: {error.problem}", kind="source") from None
    missing = entrypoints.not_exported(hq, wrangler.read_configs(hq))
    _refuse([*wrong, *(f"{name} is not exported by the orchestrator's main module" for name in missing)], "binding")


@check(
    "INF-07",
    component="rpc-gateway",
    priority=P0,
    mode="operator",
    writes=True,
    needs=["orchestrator", "d1-ops", "d1-health"],
)
async def the_entrypoints_can_be_called(hq: Hq) -> None:
    """Seven cheap RPC calls, one for each of seven entrypoints, raise nothing, and all 18 entrypoints are exported."""
    wrong = await entrypoints.broken_entrypoints(hq)
    if hq.target.source is None:
        hq.note("judged by calls only: no source is set to look whether all entrypoints are exported")
    else:
        missing = entrypoints.not_exported(hq, wrangler.read_configs(hq))
        wrong += [f"{name} is not exported, so its binding leads nowhere" for name in missing]
    _refuse(wrong, "rpc")


@check("INF-08", component=component_of, priority=P0, each="worker", needs=["orchestrator", "d1-ops"])
async def a_worker_reaches_the_orchestrator(hq: Hq, worker: str) -> None:
    """A worker says in its quick check that it reaches the orchestrator by RPC, and its line in the log shows it."""
    await connectivity.assert_connected(hq, hq.worker(worker))
    await connectivity.assert_logged(hq, worker)


@check(
    "INF-09",
    component="health-api",
    priority=P1,
    writes=True,
    exclusive=True,
    deadline=90,
    needs=["HLT-01", "HLT-03", *SIGNED_IN, "d1-health"],
)
async def a_dead_worker_fails_alone(hq: Hq, dead_runs: DeadRuns) -> None:
    """A run over a dead worker is accepted, its row fails with the reason, and the orchestrator keeps answering."""
    await dead_runs.of(hq)


@check("INF-10", component=component_of, priority=P0, each="worker", needs=["HLT-04", *SIGNED_IN])
async def the_environment_of_a_worker_is_set(hq: Hq, worker: str, wrangler_files: wrangler.ConfigReader) -> None:
    """A worker says its configured name and type, health runs know it, and its wrangler file sets both."""
    client = hq.worker(worker)
    wrong = [*await settings.misnamed(client), *await settings.unlisted(hq, client)]
    if hq.target.source is None:
        hq.note("judged over HTTP only: no source is set to look into the wrangler files")
        wrangler.refuse(wrong, "setting")
        return
    configs = wrangler_files.of(hq)
    wrong += settings.in_files(hq, wrangler.files_of(hq, configs, worker), settings.unset_variables(hq))
    wrangler.refuse(wrong, "setting")
    wrangler.need_own(configs, worker)


@check("INF-11", component="ai-gateway", priority=P1, mode="operator", needs=["orchestrator", "d1-ops", "ai-router"])
async def the_gateway_has_its_keys(hq: Hq) -> None:
    """Each provider behind the AI gateway that has a key is available, and there is at least one."""
    providers = await entrypoints.gateway_providers(hq)
    expected = [provider for provider in providers if provider.is_expected]
    for provider in providers:
        if not provider.is_expected:
            hq.note(f"{provider.id} has no key")
    lost = [provider.id for provider in expected if not provider.available]
    assert not lost, f"configured, but not available: {', '.join(lost)}"
    assert expected, "no provider behind the AI gateway has its key"
    if unknown := entrypoints.unregistered(providers):
        hq.degraded(f"the router does not know {', '.join(unknown)}, which it registers by default")


@check("INF-12", component=component_of, priority=P2, mode="wrangler", each="worker")
async def a_worker_is_observed(hq: Hq, worker: str, wrangler_files: wrangler.ConfigReader) -> None:
    """A worker's wrangler file, as wrangler resolves it, turns observability on, with a sampling rate above 0."""
    _judge_files(hq, worker, wrangler_files.of(hq), settings.unobserved)


@check("INF-13", component=component_of, priority=P3, mode="wrangler", each="worker")
async def a_worker_knows_its_version(hq: Hq, worker: str, wrangler_files: wrangler.ConfigReader) -> None:
    """A worker's wrangler file binds the version metadata, and the orchestrator's answers tell its version."""
    _judge_files(hq, worker, wrangler_files.of(hq), settings.unversioned)
    if wrangler.is_first(hq, worker):
        wrangler.refuse(await settings.unspoken_version(hq), "version")


def _judge_files(
    hq: Hq, worker: str, configs: wrangler.Configs, judge: Callable[[WranglerFile], Iterator[str]]
) -> None:
    wrangler.refuse(settings.in_files(hq, wrangler.files_of(hq, configs, worker), judge), "setting")
    wrangler.need_own(configs, worker)


def _known(configs: wrangler.Configs, name: str) -> bool:
    """Whether a file names the worker, or may do so: one that cannot be read is named by its folder."""
    return configs.of(name) is not None or bool(configs.unreadable)


def _unbound(config: WranglerFile) -> Iterator[str]:
    missing = missing_bindings(config)
    if missing:
        yield f"{len(missing)} binding(s) that {config.name} uses are missing: {', '.join(missing)}"


def _refuse(lines: list[str], kind: str) -> None:
    if lines:
        wrangler.refuse([wrangler.Complaint("rpc-gateway", line) for line in lines], kind)


async def _tried_out(hq: Hq, database: str) -> migrations.Trial:
    binding = next(binding for binding, component in DATABASES.items() if component == database)
    try:
        (trial,) = await migrations.try_out(hq.source, (binding,))
    except WranglerFileError as error:
        raise Blocked(f"which migrations are whose cannot be read: {error}", component=wrangler.JUDGE) from None
    hq.recorder.add("source", f"{binding}: {len(trial.names)} migration(s)", "\n".join(trial.names))
    return trial


async def _assert_model(hq: Hq, path: str, tables_in: Callable[[str], Tables], type_checks: TypeChecks) -> None:
    file = hq.source / path
    if not file.is_file():
        if (hq.source / "orchestrator").is_dir():
            raise Violation(f"{path} is missing from the checkout", kind="source")
        raise Skipped(f"{hq.source} holds no {path}: set source to a checkout of the platform")
    made, stopped = await migrations.tables_made(hq.source)
    if stopped:
        hq.note(f"columns were not compared with the migrations of {', '.join(stopped)}, which do not apply")
    tables = tables_in(file.read_text(encoding="utf-8", errors="replace"))
    hq.recorder.add("source", f"{path}: {len(tables)} table(s)", ", ".join(sorted(tables)))
    wrangler.refuse(list(type_models.complaints_about(path, tables, made)), "model")
    errors = concerning((await type_checks.of(hq, "the models have the contract's tables")).errors)
    if errors:
        raise Violation(f"{len(errors)} type error(s) about the databases\n" + "\n".join(errors[:5]), kind="types")
