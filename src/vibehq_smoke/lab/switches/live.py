"""Faults of the WebSockets (contract part 6): the patch hub, the two broadcast hubs, health events, the terminal.

A hub without its greeting is not there (WRK-11). One that leaves after it only shows in what should follow.
"""

from vibehq_smoke.lab.faults import Switch
from vibehq_smoke.lab.switches.notation import switch


def _of(prefix: str, socket: str, hub: str, what_follows: str) -> tuple[Switch, ...]:
    return (
        switch(f"{prefix}-silent", f"{socket} accepts and says nothing", dead=hub),
        switch(f"{prefix}-closing", f"{socket} closes right after its greeting", failed=what_follows, at=hub),
        switch(f"{prefix}-garbage", f"{socket} sends frames that are no JSON", dead=hub),
    )


SWITCHES = (
    *_of("ws-patches", "the socket for patches", "ws-patch-hub", "PAT-04"),
    *_of("hub-health", "the health hub", "hub-health", "UI-03"),
    *_of("hub-ops", "the hub for scans", "hub-ops", "AUT-02 AUT-07"),
    switch("ws-health-silent", "the health socket of health-specialist accepts and says nothing",
           unseen="no item dials this socket: WRK-11 names three others"),
    switch("patch-hub-no-events", "subscribers of the patch hub never hear of events", failed="PAT-04"),
    switch("hub-health-no-broadcast", "runs are not broadcast", failed="UI-03", at="hub-health"),
    switch("scan-no-broadcast", "scans are not broadcast", failed="AUT-02 AUT-07", at="hub-ops"),
    switch("terminal-refuses", "the upgrade of the terminal is refused with 503", failed="UI-11"),
    switch("terminal-wrong-greeting", "the first frame of the terminal names another worker", failed="UI-11"),
    switch("terminal-no-output", "the output of the terminal's shell never arrives", failed="UI-12"),
)  # fmt: skip
