"""What the patch API and ``patchctl validate`` say of patches that cannot be applied (contract PAT-05)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vibehq_smoke import Blocked, Violation

from . import patch_batches as batches
from .api_models import PatchRefused
from .patch_manager import (
    SHORT,
    assert_all_applied,
    assert_helps,
    assert_refused,
    assert_same,
    batch_file,
    patchctl,
    safely,
    scratch,
)

if TYPE_CHECKING:
    from pathlib import Path

    from vibehq_smoke.platform import Hq, Reply

_PATCH_MANAGER = "patch-manager"


def assert_refused_by_api(reply: Reply, operation: dict[str, Any]) -> None:
    """The API refuses a batch with this operation, and says why. Raises Violation."""
    refused = reply.expect(PatchRefused, status=400)
    assert refused.errors, f"a batch with {operation} is refused without saying why"


async def assert_validated_by_patchctl(hq: Hq) -> None:
    """``patchctl validate`` tells a good batch from one out of range, and writes nothing; noted without a checkout.

    PAT-05 is about the patch API, and this about the patch manager, which is accused. Raises Blocked when its command
    does not even start, which PAT-01 judges.
    """
    if hq.target.source is None:
        hq.note(f"judged over HTTP only: there is no source checkout with a {SHORT}")
        return
    with scratch({}) as nothing:
        await _assert_starts(hq, nothing)
    with scratch(batches.FILES) as root:
        try:
            await _assert_validates(hq, root)
        except AssertionError as wrong:
            raise Violation(str(wrong).partition("\n")[0], kind="validation", about=_PATCH_MANAGER) from None


async def _assert_starts(hq: Hq, root: Path) -> None:
    try:
        assert_helps(await patchctl(hq, root, "--help"))
    except AssertionError as wrong:
        said = str(wrong).partition("\n")[0]
        raise Blocked(f"{said} (PAT-01 judges that)", component=_PATCH_MANAGER) from None


async def _assert_validates(hq: Hq, root: Path) -> None:
    good = await patchctl(hq, root, "validate", batch_file(root, batches.PATCHES), *safely(root))
    assert_all_applied(hq, good, len(batches.PATCHES))
    assert_same(root, batches.FILES, f"after {SHORT} validate")
    bad = await patchctl(hq, root, "validate", batch_file(root, [batches.OUT_OF_RANGE]), *safely(root))
    assert_refused(bad, "a line out of range")
    assert_same(root, batches.FILES, f"after {SHORT} validate")
