"""The lab's command line: options in, exit code out."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from vibehq_smoke.lab.faults import Faults, UnknownFaultError
from vibehq_smoke.lab.switches import ALL

USAGE_ERROR = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run the lab until SIGINT, SIGTERM or, with ``--parent``, the end of stdin.

    Returns 0 after a clean stop, 2 for wrong use or a busy port.
    """
    options = _parser().parse_args(argv)
    if options.list_faults:
        sys.stdout.write(_listing(as_json=options.json))
        return 0
    faults = Faults(ALL)
    try:
        for name in options.fault:
            faults.set(name, True)
    except UnknownFaultError as error:
        return _complain(str(error))
    return _run(options, faults)


def _run(options: argparse.Namespace, faults: Faults) -> int:
    # Only a lab that really runs needs the servers; listing faults should not wait for their import.
    from vibehq_smoke.lab.running import Options, run
    from vibehq_smoke.lab.serving.ports import PortBusyError

    chosen = Options(
        options.port, options.write_config, options.write_source, options.data, options.quiet, options.parent
    )
    try:
        run(chosen, faults)
    except PortBusyError as error:
        return _complain(f"{error}. Choose another --port, or leave it out.")
    except OSError as error:
        return _complain(str(error))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="vibehq-smoke lab", description="The embedded Vibe HQ platform.")
    add = parser.add_argument
    add("--port", type=_port, default=0, metavar="N", help="port of the orchestrator; 0 = any free one (default)")
    add("--fault", action="append", default=[], metavar="ID", help="switch a fault on; may be repeated")
    add("--write-config", type=Path, metavar="FILE", help="write a smoke.toml for this lab once it is ready")
    add("--write-source", type=Path, metavar="DIR", help="write the miniature source checkout there")
    add("--data", type=Path, metavar="DIR", help="keep the databases there (default: scratch, removed at the end)")
    add("--list-faults", action="store_true", help="list all faults and stop")
    add("--json", action="store_true", help="with --list-faults: as JSON, with the expected findings")
    add("--quiet", action="store_true", help="print errors only")
    add("--parent", action="store_true", help="stop when stdin ends, and take the written config away again")
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65_535):
        raise argparse.ArgumentTypeError(f"{text!r} is no port; a number from 0 to 65535 is expected")
    return int(text)


def _listing(*, as_json: bool) -> str:
    if as_json:
        return json.dumps([switch.as_json() for switch in ALL], indent=2) + "\n"
    width = max(len(switch.id) for switch in ALL)
    return "".join(f"{switch.id:<{width}}  {switch.summary}\n" for switch in ALL)


def _complain(message: str) -> int:
    sys.stderr.write(f"lab: {message}\n")
    return USAGE_ERROR
