"""The commands about people who sign in."""

import json

import pytest

from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.users import Users
from pytoon_pipeline.cli.main import main
from pytoon_pipeline.contracts.sign_in import NewUserResult, UsersResult
from pytoon_pipeline.runtime.home import Home


def test_a_person_is_added_listed_and_removed(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["users", "list"]) == 0
    assert "Nobody signs in yet" in capsys.readouterr().err
    assert main(["users", "add", "kim"]) == 0
    password = capsys.readouterr().out.strip()
    signed_in = Users(Accounts.open(home)).with_password("kim", password)
    assert signed_in is not None
    assert (signed_in.role, signed_in.tenant) == ("admin", "default")
    assert main(["users", "add", "lee", "--role", "viewer", "--tenant", "acme", "--json"]) == 0
    made = NewUserResult.model_validate_json(capsys.readouterr().out)
    assert (made.user.role, made.user.tenant) == ("viewer", "acme")
    assert main(["users", "list"]) == 0
    assert [line.split()[3] for line in capsys.readouterr().out.splitlines()] == ["lee", "kim"]
    assert main(["users", "remove", "kim"]) == main(["users", "remove", made.user.id, "--json"]) == 0
    assert main(["users", "list", "--json"]) == 0
    assert UsersResult.model_validate_json(capsys.readouterr().out.splitlines()[-1]).users == ()
    assert main(["users", "remove", "kim", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "unknown_user"
