"""Commands about people who sign in to pages: ``users add``, ``users list`` and ``users remove``."""

import argparse
from typing import TYPE_CHECKING

from pytoon_pipeline.cli.options import Commands
from pytoon_pipeline.cli.output import add_json_option, print_json, say
from pytoon_pipeline.cli.text import printable
from pytoon_pipeline.cli.user import actor
from pytoon_pipeline.contracts.access import DEFAULT_TENANT, ROLES
from pytoon_pipeline.runtime.home import Home

if TYPE_CHECKING:
    from pytoon_pipeline.contracts.sign_in import UsersResult


def add_commands(commands: Commands) -> None:
    """Adds the commands of this module to the parser."""
    parser = commands.add_parser("users", help="add, list and remove people who sign in to the pages of the API")
    group = parser.add_subparsers(required=True, metavar="COMMAND")
    add = group.add_parser("add", help="add a person, and show the password this once")
    add.add_argument("name", metavar="NAME", help="the name to sign in with")
    add.add_argument("--role", default="admin", help=f"{', '.join(ROLES)} (default: %(default)s)")
    add.add_argument("--tenant", default=DEFAULT_TENANT, help="whose renders they see (default: %(default)s)")
    add.set_defaults(run=_add)
    listing = group.add_parser("list", help="list who can sign in")
    listing.set_defaults(run=_list)
    remove = group.add_parser("remove", help="remove a person and end their sessions")
    remove.add_argument("name", metavar="NAME", help="their name, or the id that “pytoon users list” shows")
    remove.set_defaults(run=_remove)
    for one in (add, listing, remove):
        add_json_option(one)


def _add(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service.users import add_user

    result = add_user(Home.locate(), options.name, options.role, options.tenant, actor())
    if options.json:
        print_json(result)
        return 0
    say(f"{result.user.name} signs in as {result.user.role} of the tenant {result.user.tenant}. Shown this once:")
    print(result.password)
    return 0


def _list(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service.users import list_users

    return _print(options, list_users(Home.locate()))


def _remove(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service.users import remove_user

    return _print(options, remove_user(Home.locate(), options.name, actor()))


def _print(options: argparse.Namespace, result: "UsersResult") -> int:
    if options.json:
        print_json(result)
        return 0
    for user in result.users:
        way = "password" if user.issuer is None else printable(user.issuer)
        print(f"{user.id}  {user.tenant:12}  {user.role:13}  {printable(user.name)}  ({way})")
    if not result.users:
        say("Nobody signs in yet. To add a person, type: pytoon users add NAME")
    return 0
