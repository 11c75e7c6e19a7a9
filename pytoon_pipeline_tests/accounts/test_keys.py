"""API keys: the secret is kept nowhere, and a key says who its caller is."""

import pytest

from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.keys import Keys
from pytoon_pipeline.cli.main import main
from pytoon_pipeline.contracts.access import ROLES, KeysResult, NewKeyResult
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.runtime.home import Home


def test_a_key_is_its_caller_and_its_secret_is_not_kept(home: Home) -> None:
    keys = Keys(Accounts.open(home))
    key, secret = keys.create("phone", "acme", "editor")
    caller = keys.caller(secret)
    assert caller is not None
    assert (caller.key, caller.tenant, caller.scopes) == (key.id, "acme", ROLES["editor"])
    assert secret.startswith("ptk_")
    for path in home.root.iterdir():
        assert secret.encode() not in path.read_bytes(), path
    assert keys.caller(secret[:-1]) is None
    assert keys.caller(secret.removeprefix("ptk_")) is None


def test_scopes_must_belong_to_the_role(home: Home) -> None:
    with pytest.raises(InvalidInput, match="audit:read"):
        Keys(Accounts.open(home)).create("x", "acme", "viewer", ["audit:read"])


def test_commands_create_list_and_revoke(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "create", "site", "--role", "viewer", "--tenant", "acme", "--days", "1", "--json"]) == 0
    made = NewKeyResult.model_validate_json(capsys.readouterr().out)
    assert made.key.expires == pytest.approx(made.key.created + 86400, abs=5)
    assert main(["keys", "list", "--json"]) == 0
    assert KeysResult.model_validate_json(capsys.readouterr().out).keys == (made.key,)
    assert main(["keys", "revoke", made.key.id]) == 0
    assert "revoked" in capsys.readouterr().out
    assert Keys(Accounts.open(home)).caller(made.secret) is None


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--role", "edtor"], "unknown_role"), (["--tenant", "A b"], "tenant_name"), (["--days", "0"], "key_days"),
        (["--days", "nan"], "key_days"), (["--scopes", "renders"], "unknown_scope"),
        (["--scopes", "audit:read"], "scope_not_in_role"),
    ],
)  # fmt: skip
def test_wrong_options_are_errors(options: list[str], code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "create", "x", *options]) == 1
    assert f"[{code}]" in capsys.readouterr().err
