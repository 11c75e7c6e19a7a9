"""The command about the audit log: ``audit verify``."""

import argparse

from pytoon_pipeline.cli.options import Commands
from pytoon_pipeline.cli.output import add_json_option, print_json
from pytoon_pipeline.runtime.home import Home


def add_commands(commands: Commands) -> None:
    """Adds the command of this module to the parser."""
    parser = commands.add_parser("audit", help="check that nobody has changed the audit log of the HTTP API")
    group = parser.add_subparsers(required=True, metavar="COMMAND")
    verify = group.add_parser("verify", help="read every line, and name the first that is not as it was written")
    add_json_option(verify)
    verify.set_defaults(run=_verify)


def _verify(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service.audit import verify

    result = verify(Home.locate())
    if options.json:
        print_json(result)
    else:
        for one in result.chains:
            wrong = "" if one.broken is None else f"; line {one.broken} is not as it was written"
            print(f"{one.chain:9} {one.lines} lines, the last is {one.head[:16]}{wrong}")
    return 0 if result.ok else 1
