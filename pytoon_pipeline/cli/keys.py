"""Commands about keys of the HTTP API: ``keys create``, ``keys list`` and ``keys revoke``."""

import argparse
from datetime import datetime
from typing import TYPE_CHECKING

from pytoon_pipeline.cli.options import Commands
from pytoon_pipeline.cli.output import add_json_option, print_json, say
from pytoon_pipeline.cli.text import printable
from pytoon_pipeline.cli.user import actor
from pytoon_pipeline.contracts.access import DEFAULT_TENANT, ROLES
from pytoon_pipeline.runtime.home import Home

if TYPE_CHECKING:
    from pytoon_pipeline.contracts.access import ApiKey, KeysResult


def add_commands(commands: Commands) -> None:
    """Adds the commands of this module to the parser."""
    parser = commands.add_parser("keys", help="create, list and revoke keys of the HTTP API")
    group = parser.add_subparsers(required=True, metavar="COMMAND")
    create = group.add_parser("create", help="create a key, and show its secret this once")
    create.add_argument("name", metavar="NAME", help="what the key is for, such as website")
    create.add_argument("--role", default="editor", help=f"{', '.join(ROLES)} (default: %(default)s)")
    create.add_argument("--tenant", default=DEFAULT_TENANT, help="whose renders it sees (default: %(default)s)")
    create.add_argument("--scopes", metavar="SCOPES", help="only these scopes of the role, such as renders:read")
    create.add_argument("--days", type=float, metavar="N", help="how long it is valid; without it, until it is revoked")
    create.set_defaults(run=_create)
    listing = group.add_parser("list", help="list the keys")
    listing.set_defaults(run=_list)
    revoke = group.add_parser("revoke", help="end the use of a key")
    revoke.add_argument("key", metavar="KEY", help="its id, as “pytoon keys list” shows it")
    revoke.set_defaults(run=_revoke)
    for one in (create, listing, revoke):
        add_json_option(one)


def _create(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service.api_keys import create_key

    scopes = None if options.scopes is None else options.scopes.split(",")
    result = create_key(Home.locate(), options.name, options.role, options.tenant, actor(), scopes, options.days)
    if options.json:
        print_json(result)
        return 0
    say(f"Key {result.key.id} of the tenant {result.key.tenant}, as {result.key.role}. It is shown this once:")
    print(result.secret)
    return 0


def _list(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service.api_keys import list_keys

    return _print(options, list_keys(Home.locate()))


def _revoke(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service.api_keys import revoke_key

    return _print(options, revoke_key(Home.locate(), options.key, actor()))


def _print(options: argparse.Namespace, result: "KeysResult") -> int:
    if options.json:
        print_json(result)
        return 0
    for key in result.keys:
        print(f"{key.id}  {key.tenant:12}  {key.role:13}  {_state(key):22}  {printable(key.name)}")
    if not result.keys:
        say("There is no key yet. To create one, type: pytoon keys create NAME")
    return 0


def _state(key: "ApiKey") -> str:
    if key.revoked is not None:
        return f"revoked {_day(key.revoked)}"
    if key.expires is not None and key.expires <= datetime.now().timestamp():
        return f"expired {_day(key.expires)}"
    return "never used" if key.used is None else f"used {_day(key.used)}"


def _day(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M}"
