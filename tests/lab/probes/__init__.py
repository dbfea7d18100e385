"""For each fault switch, a look at the lab that comes out differently while the switch is on: one module an area."""

import importlib
import pkgutil

from tests.lab.probes.core import Probe


def all_probes() -> dict[str, Probe]:
    """Id of every switch -> its probe. Raises AssertionError when two modules probe the same switch."""
    merged: dict[str, Probe] = {}
    for module in pkgutil.iter_modules(__path__):
        probes: dict[str, Probe] = importlib.import_module(f"{__name__}.{module.name}").PROBES
        assert not set(merged) & set(probes), f"{module.name} probes again: {set(merged) & set(probes)}"
        merged |= probes
    return merged


PROBES = all_probes()
