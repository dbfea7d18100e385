"""The same eight faults for each worker of the roster.

A worker that says nothing a client can use, be it HTML (R1), the wrong content type or other fields, does not respond
in the sense of FAC-01..09.
"""

from vibehq_smoke.lab.faults import Switch
from vibehq_smoke.lab.switches.notation import switch
from vibehq_smoke.lab.workers.roster import ROSTER, Post


def _of(post: Post) -> tuple[Switch, ...]:
    name, gone = post.name, post.component
    # An acknowledgement must come within 2 s (HLT-06), for the cheap worker also when it is to time out (ERR-04).
    late = "HLT-06 ERR-04" if name == "agent-factory" else "HLT-06"
    return (
        switch(f"{name}-down", f"the port of {name} refuses connections", dead=gone),
        switch(f"{name}-slow", f"every answer of {name} takes 2.5 s longer", failed=late, degraded="EDGE-07", at=gone),
        switch(f"{name}-hang", f"{name} takes requests and never answers", dead=gone),
        switch(f"{name}-flapping", f"every third request to {name} answers 500", flapping=gone),
        switch(f"{name}-html", f"every path of {name} answers 200 with HTML", dead=gone),
        switch(f"{name}-wrong-content-type", f"{name} sends JSON as text/plain", dead=gone),
        switch(f"{name}-wrong-schema", f"every JSON answer of {name} has other field names", dead=gone),
        switch(f"{name}-stale", f"{name} keeps giving its first health answers, an hour old", failed="EDGE-06",
               at=gone),
    )  # fmt: skip


SWITCHES = tuple(found for post in ROSTER for found in _of(post))
