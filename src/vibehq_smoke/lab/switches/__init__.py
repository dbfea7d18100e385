"""All fault switches, one module per group. Pure data: ``faults.Switch`` says what the fields mean."""

from vibehq_smoke.lab.faults import Switch
from vibehq_smoke.lab.switches import api, environment, health, leaks

ALL: tuple[Switch, ...] = (*environment.SWITCHES, *health.SWITCHES, *api.SWITCHES, *leaks.SWITCHES)
