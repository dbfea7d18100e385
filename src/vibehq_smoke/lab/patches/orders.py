"""What a request for a batch of patch operations must look like (contract API-05, 9.2)."""

from typing import Annotated, Any, Literal

from pydantic import Field
from starlette.requests import Request

from vibehq_smoke.lab.patches.batches import WORKSPACE, Order
from vibehq_smoke.lab.patches.json_patch import Step
from vibehq_smoke.lab.serving.replies import Refusal, patch_refusal
from vibehq_smoke.lab.serving.requests import Body, read_model

Text = Annotated[str, Field(min_length=1, max_length=200)]
Pointer = Annotated[str, Field(pattern=r"^/", max_length=1000)]
NEEDS_VALUE = ("add", "replace", "test")
NEEDS_FROM = ("move", "copy")


class Operation(Body):
    """One operation in the manner of JSON Patch; paths start with ``/``."""

    op: Literal["add", "remove", "replace", "move", "copy", "test"]
    path: Pointer
    value: Any = None
    from_: Pointer | None = Field(default=None, alias="from")

    def problem(self) -> str | None:
        """What the kind of operation needs and this one lacks, or None."""
        if self.op in NEEDS_VALUE and "value" not in self.model_fields_set:
            return f"{self.op} needs a value"
        if self.op in NEEDS_FROM and self.from_ is None:
            return f"{self.op} needs 'from'"
        return None


class Batch(Body):
    """What to apply, under which patch id."""

    patch_id: Text = Field(alias="patchId")
    operations: Annotated[list[Operation], Field(min_length=1, max_length=1000)]
    metadata: dict[str, Any] | None = None


class ApplyOptions(Body):
    """How to apply. Validating only and a dry run are the same here: nothing is changed."""

    dry_run: bool = Field(default=False, alias="dryRun")
    validate_only: bool = Field(default=False, alias="validateOnly")
    rollback_on_failure: bool = Field(default=True, alias="rollbackOnFailure")


class ApplyRequest(Body):
    """Body of ``POST /api/patches/apply``."""

    batch: Batch
    options: ApplyOptions = ApplyOptions()


class RollbackRequest(Body):
    """Body of ``POST /api/patches/rollback``."""

    rollback_id: Text = Field(alias="rollbackId")
    reason: Annotated[str, Field(min_length=1, max_length=1000)]


async def read_order(request: Request) -> Order:
    """The batch that a request asks for. Raises Refusal 400 when it is none, 413 when it is too large."""
    order = await read_model(request, ApplyRequest, patch_refusal, "Invalid patch batch")
    problems = [problem for operation in order.batch.operations if (problem := operation.problem())]
    metadata = order.batch.metadata or {}
    named = metadata.get("document")
    document = named if isinstance(named, str) and 0 < len(named) <= 100 else WORKSPACE
    if problems:
        raise Refusal(400, patch_refusal("Invalid patch batch", "; ".join(problems[:10])))
    steps = [Step(each.op, each.path, each.value, each.from_) for each in order.batch.operations]
    dry = order.options.dry_run or order.options.validate_only
    return Order(order.batch.patch_id, steps, metadata, document, dry, order.options.rollback_on_failure)
