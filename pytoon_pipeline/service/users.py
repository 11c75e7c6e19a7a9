"""People who sign in to pages, for those who run the server."""

from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.users import Users
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.sign_in import NewUserResult, UsersResult
from pytoon_pipeline.runtime.files import printable_name
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.api_keys import check_tenant, role_named

MAX_NAME = 100


def add_user(home: Home, name: str, role: str, tenant: str, by: str) -> NewUserResult:
    """A new local user, as ``by`` asks. Raises ``InvalidInput`` for a wrong name, role or tenant."""
    chosen = role_named(role)
    check_tenant(tenant)
    if not name or printable_name(name) != name or len(name) > MAX_NAME:
        raise InvalidInput("user_name", "This cannot be the name of a user.", "Use a name such as: kim")
    user, password = Users(Accounts.open(home), by).add(name, tenant, chosen)
    return NewUserResult(user=user, password=password)


def list_users(home: Home) -> UsersResult:
    """All users, the newest first."""
    return UsersResult(users=Users(Accounts.open(home)).all())


def remove_user(home: Home, name: str, by: str) -> UsersResult:
    """Removes a user, as ``by`` asks, and ends their sessions. Raises ``InvalidInput`` for an unknown one."""
    return UsersResult(users=(Users(Accounts.open(home), by).remove(name),))
