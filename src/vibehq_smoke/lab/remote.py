"""``lab fault``: the switches of a lab that runs in another process."""

import argparse
import http.client
import json
import sys
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from vibehq_smoke.lab import registry
from vibehq_smoke.lab.faults import Faults, UnknownFaultError
from vibehq_smoke.lab.switches import ALL

PATIENCE = 30.0
EXAMPLES = """\
examples:
  vibehq-smoke lab fault on d1-health-down D-12
  vibehq-smoke lab fault off D-12
  vibehq-smoke lab fault list --on
"""


class NoLabError(Exception):
    """No lab, or not one lab, can be meant; or it does not answer. The text says so in one sentence."""


def main(argv: Sequence[str]) -> int:
    """Run ``lab fault ARGV``. Returns 0, or 2 after one sentence on stderr. Raises SystemExit for wrong use."""
    options = _parser().parse_args(argv)
    try:
        faults = Faults(ALL)
        ids = [faults.find(name).id for name in getattr(options, "ids", ())]
        lab = _chosen(options.lab)
        if options.verb == "list":
            sys.stdout.write(_listing(lab, only_on=options.on))
            return 0
        for fault in ids:
            _ask(lab, "POST", "/fault", {"id": fault, "on": options.verb == "on"})
        sys.stdout.write(f"on now: {', '.join(_on(lab)) or 'none'}\n")
    except (NoLabError, UnknownFaultError, OSError) as error:
        sys.stderr.write(f"lab: {error}\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vibehq-smoke lab fault", description="Turn the faults of a running lab on and off.", epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="on|off|list")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--lab", type=int, metavar="PORT", help="the lab whose orchestrator has this port (default: the one that runs)"
    )
    for verb, meaning in (("on", "turn faults on"), ("off", "turn faults off")):
        sub = verbs.add_parser(verb, parents=[common], help=meaning, description=f"{meaning.capitalize()}.")
        sub.add_argument("ids", nargs="+", metavar="ID", help="a fault, by its id or another name of it")
    sub = verbs.add_parser("list", parents=[common], help="list all faults and which are on")
    sub.add_argument("--on", action="store_true", help="only those that are on")
    return parser


def _chosen(port: int | None) -> registry.LabRecord:
    labs = registry.running()
    ports = ", ".join(str(lab.port) for lab in labs)
    if port is not None:
        found = next((lab for lab in labs if lab.port == port), None)
        if found is None:
            raise NoLabError(f"no lab runs on port {port}" + (f"; there is one on {ports}" if labs else ""))
        return found
    if not labs:
        raise NoLabError("no lab is running; start one with: vibehq-smoke lab")
    if len(labs) > 1:
        raise NoLabError(f"several labs are running, on ports {ports}; choose one with --lab PORT")
    return labs[0]


def _listing(lab: registry.LabRecord, *, only_on: bool) -> str:
    on = _on(lab)
    wanted = [switch for switch in ALL if switch.id in on or not only_on]
    width = max((len(switch.id) for switch in wanted), default=0)
    return "".join(f"{'on' if s.id in on else '- '}  {s.id:<{width}}  {s.summary}\n" for s in wanted)


def _on(lab: registry.LabRecord) -> tuple[str, ...]:
    return tuple(entry["id"] for entry in _ask(lab, "GET", "/faults?on=true"))


def _ask(lab: registry.LabRecord, method: str, path: str, body: object = None) -> Any:
    address = urlsplit(lab.operator).netloc
    connection = http.client.HTTPConnection(address, timeout=PATIENCE)
    try:
        connection.request(method, path, json.dumps(body), {"Content-Type": "application/json"})
        reply = connection.getresponse()
        answer = json.loads(reply.read())
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise NoLabError(f"the lab on port {lab.port} does not answer") from error
    finally:
        connection.close()
    if reply.status >= 400:
        raise NoLabError(str(answer.get("error", f"the lab answered {reply.status}")))
    return answer
