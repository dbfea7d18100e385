"""Where each worker lives in the checkout, and what its wrangler file says of it (contract 1.2)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class App:
    """One worker. `folder`: where it lives; `main`: its entry module in there; `vars`: beyond those all have."""

    name: str
    type: str
    folder: str
    port: int
    main: str = "worker/index.ts"
    crons: tuple[str, ...] = ()
    vars: tuple[tuple[str, str], ...] = ()
    toml: bool = False

    @property
    def wrangler(self) -> str:
        """Path of its wrangler file."""
        return f"{self.folder}/wrangler.{'toml' if self.toml else 'jsonc'}"

    @property
    def entry(self) -> str:
        """Path of its main module."""
        return f"{self.folder}/{self.main}"

    @property
    def workflow(self) -> str:
        """Path of the workflow that deploys it."""
        return f".github/workflows/deploy-{self.name}.yml"

    @property
    def factory(self) -> bool:
        """Whether it is one of the four factories."""
        return self.type == "factory"


# The contract gives two specialists no port and health-specialist that of agent-factory (Q21): each has its own here.
APPS = (
    App("agent-factory", "factory", "factories/agent-factory", 8788),
    App("data-factory", "factory", "factories/data-factory", 8789),
    App("services-factory", "factory", "factories/services-factory", 8790),
    App("ui-factory", "factory", "factories/ui-factory", 8791),
    App(
        "ops-conflict-specialist", "specialist", "specialists/conflict-specialist", 8792,
        vars=(("SPECIALIST_TYPE", "conflict-resolution"),),
    ),
    App(
        "ops-delivery-report-specialist", "specialist", "specialists/delivery-report-specialist", 8793,
        vars=(("SPECIALIST_TYPE", "delivery-report"),),
    ),
    App("cloud-worker-retrofit", "specialist", "specialists/cloud-worker-retrofit", 8794, toml=True),
    App("cloudflare-expert-specialist", "specialist", "specialists/cloudflare-expert", 8795),
    App(
        "health-specialist", "specialist", "specialists/health-specialist", 8796, "worker/src/index.ts",
        crons=("0 2 * * *",),
    ),
    App(
        "ops-unit-test-specialist", "specialist", "specialists/unit-test-specialist", 8797,
        crons=("0 3 * * *", "0 */6 * * *"),
    ),
    App("ops-frontend-testing-specialist", "specialist", "specialists/frontend-testing-specialist", 8798),
)  # fmt: skip
ORCHESTRATOR_PORT = 8787
