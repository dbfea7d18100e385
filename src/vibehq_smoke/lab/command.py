"""The lab's command line: options in, exit code out."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

from vibehq_smoke.lab.faults import Faults, UnknownFaultError
from vibehq_smoke.lab.profiles import UnknownProfileError, expanded, find, profiles
from vibehq_smoke.lab.switches import ALL

USAGE_ERROR = 2
USAGE = """vibehq-smoke lab [options]
       vibehq-smoke lab fault on|off ID... [--lab PORT]
       vibehq-smoke lab fault list [--on] [--lab PORT]"""
DESCRIPTION = """\
Run the embedded Vibe HQ platform until it is interrupted (Ctrl-C). When it is ready it prints
where its parts answer. Data live in a scratch folder and are gone afterwards, unless --data is given."""
EPILOG = """\
while it runs, in another terminal:
  vibehq-smoke lab fault on d1-health-down D-12    turn faults on (off: turn them off)
  vibehq-smoke lab fault list --on                 what is on; without --on: all there are
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the lab until SIGINT, SIGTERM or, with ``--parent``, the end of stdin; or turn the faults of another.

    Returns 0 after a clean stop, 2 for wrong use or a busy port.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    if arguments[:1] == ["fault"]:
        from vibehq_smoke.lab import remote

        return remote.main(arguments[1:])
    options = _parser().parse_args(arguments)
    if options.list_faults:
        sys.stdout.write(_listing(as_json=options.json))
        return 0
    if options.list_profiles:
        sys.stdout.write(_profiles(as_json=options.json))
        return 0
    faults = Faults(ALL)
    try:
        for name in (*find(options.profile).faults, *expanded(options.fault)):
            faults.set(name, True)
    except (UnknownFaultError, UnknownProfileError) as error:
        return _complain(str(error))
    return _run(options, faults)


def _run(options: argparse.Namespace, faults: Faults) -> int:
    # Only a lab that really runs needs the servers; listing faults should not wait for their import.
    from vibehq_smoke.lab.running import Options, run
    from vibehq_smoke.lab.serving.ports import PortBusyError
    from vibehq_smoke.lab.tls.authority import NoCertificatesError

    chosen = Options(
        options.port, options.write_config, options.write_source, options.data, options.quiet, options.parent,
        options.tls,
    )  # fmt: skip
    try:
        run(chosen, faults)
    except PortBusyError as error:
        return _complain(f"{error}. Choose another --port, or leave it out.")
    except (NoCertificatesError, OSError) as error:
        return _complain(str(error))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vibehq-smoke lab", usage=USAGE, description=DESCRIPTION, epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
    )  # fmt: skip
    add = parser.add_argument
    add("--port", type=_port, default=0, metavar="N", help="port of the orchestrator; 0 = any free one (default)")
    add("--fault", action="append", default=[], metavar="ID", help="switch a fault on (or a profile's); repeatable")
    add("--profile", default="healthy", metavar="NAME", help="start with the faults of a profile; see --list-profiles")
    add("--write-config", type=Path, metavar="FILE", help="write a smoke.toml for this lab once it is ready")
    add("--write-source", type=Path, metavar="DIR", help="write the miniature source checkout there")
    add("--tls", action="store_true", help="open the https port at once, not when somebody asks for it")
    add("--data", type=Path, metavar="DIR", help="keep the databases there (default: scratch, removed at the end)")
    add("--list-faults", action="store_true", help="list all faults and stop")
    add("--list-profiles", action="store_true", help="list all profiles and stop")
    add("--json", action="store_true", help="with --list-faults or --list-profiles: as JSON, with all that is known")
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
    blocks = (
        f"[{group}]\n" + "".join(f"{switch.id:<{width}}  {switch.summary}\n" for switch in found)
        for group, found in groupby(ALL, key=lambda switch: switch.group)
    )
    return "\n".join(blocks)


def _profiles(*, as_json: bool) -> str:
    if as_json:
        return json.dumps([asdict(profile) for profile in profiles()], indent=2) + "\n"
    return "".join(
        f"{profile.name:<12}  {profile.summary}\n" + "".join(f"{'':<14}{fault}\n" for fault in profile.faults)
        for profile in profiles()
    )


def _complain(message: str) -> int:
    sys.stderr.write(f"lab: {message}\n")
    return USAGE_ERROR
