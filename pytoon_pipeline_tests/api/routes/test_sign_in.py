"""Signing in: with a password, at a provider; sessions of pages; what others may try is refused."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import sqlalchemy as sa

from pytoon_pipeline.accounts.sessions import Sessions
from pytoon_pipeline.accounts.tables import sessions, sign_ins
from pytoon_pipeline.accounts.users import Users
from pytoon_pipeline.api.access import LINKS, OPEN
from pytoon_pipeline.api.app import application
from pytoon_pipeline.api.cookies import BROWSER, SESSION
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.contracts.access import Role
from pytoon_pipeline.contracts.errors import DependencyMissing, InvalidInput
from pytoon_pipeline.service.users import add_user, list_users, remove_user
from pytoon_pipeline_tests.api.conftest import TOKEN, Client
from pytoon_pipeline_tests.harness.browser import Page, follow
from pytoon_pipeline_tests.harness.free_port import free_port
from pytoon_pipeline_tests.harness.oidc_provider import (
    CLIENT,
    SECRET,
    Claims,
    OidcProvider,
    confused,
    forged,
    unsigned,
)
from pytoon_pipeline_tests.harness.serving import serving


@pytest.fixture
def page(api: Client) -> Page:
    return Page(api.url)


def user(service: ApiService, role: Role = "admin", tenant: str = "default") -> tuple[str, str]:
    made, password = Users(service.accounts).add(f"{role} of {tenant}", tenant, role)
    return made.name, password


# Passwords and sessions


def test_a_person_signs_in_and_out(page: Page, service: ApiService) -> None:
    assert page.ask("GET", "/v1/brands")[0] == 401
    status, headers, _ = page.sign_in(*user(service))
    assert (status, headers["location"]) == (303, "/v1/brands")
    assert {"httponly", "secure", "samesite=lax", "path"} <= page.attributes[SESSION]
    assert page.ask("GET", "/v1/brands")[0] == 200
    who = json.loads(page.ask("GET", "/v1/session")[2])
    assert (who["name"], who["role"], who["tenant"]) == ("admin of default", "admin", "default")
    kept = dict(page.cookies)
    assert page.ask("DELETE", "/v1/session", **{"X-CSRF-Token": page.token()})[0] == 204
    assert page.cookies == {}
    page.cookies = kept
    assert page.ask("GET", "/v1/brands")[0] == 401, "the session itself has ended"
    assert [one["action"] for one in Client(page.url).call("GET", "/v1/audit").json["lines"]] == [
        "user.added",
        "user.signed_in",
    ]


def test_a_session_may_change_something_only_with_its_token(page: Page, service: ApiService) -> None:
    page.sign_in(*user(service))
    body = json.dumps({"request": {"text": "Hello"}})
    for wrong in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "0" * 64}, {"X-CSRF-Token": "ü"}):
        status, _, answer = page.ask("POST", "/v1/renders", body, **wrong)
        assert (status, json.loads(answer)["code"]) == (403, "csrf_token_missing")
    other = Page(page.url)
    other.sign_in(*user(service, "editor"))
    assert page.ask("POST", "/v1/renders", body, **{"X-CSRF-Token": other.token()})[0] == 403
    assert json.loads(page.ask("GET", "/v1/renders")[2])["renders"] == []
    assert page.ask("POST", "/v1/renders", body, **{"X-CSRF-Token": page.token()})[0] == 202
    assert Client(page.url).call("GET", "/v1/session").json["csrf_token"] is None, "a key needs none"


def test_a_session_has_the_role_and_tenant_of_its_user(page: Page, service: ApiService) -> None:
    page.sign_in(*user(service, "viewer", "acme"))
    assert page.ask("GET", "/v1/renders")[0] == 200
    status, _, answer = page.ask("POST", "/v1/renders", "{}", **{"X-CSRF-Token": page.token()})
    assert (status, json.loads(answer)["code"]) == (403, "scope_missing")


def test_a_wrong_name_or_password_is_refused_and_slowed_down(page: Page, service: ApiService) -> None:
    name, password = user(service)
    for wrong in ((name, password + "x"), ("nobody", password), (name, ""), ("", "")):
        status, headers, text = page.sign_in(*wrong)
        assert (status, page.cookies) == (403, {})
        assert "The name or the password is wrong." in text
        assert "default-src 'none'" in headers["content-security-policy"]
    statuses = [page.sign_in(name, "guess")[0] for _ in range(12)]
    assert set(statuses) == {403, 429}
    assert page.sign_in(name, password)[0] == 429, "of somebody who guesses, no password counts for a while"


def test_sessions_end(page: Page, service: ApiService, home: Any) -> None:
    name, password = user(service)
    page.sign_in(name, password)
    with service.accounts.write() as connection:
        connection.execute(sessions.update().values(expires=time.time() - 1))
    assert page.ask("GET", "/v1/brands")[0] == 401
    page.sign_in(name, password)
    assert page.ask("GET", "/v1/brands")[0] == 200
    remove_user(home, name, "shell:me")
    assert page.ask("GET", "/v1/brands")[0] == 401
    assert list_users(home).users == ()
    with service.accounts.read() as connection:
        assert connection.execute(sa.select(sessions)).all() == []


def test_neither_password_nor_session_is_in_the_database(page: Page, service: ApiService, home: Any) -> None:
    name, password = user(service)
    page.sign_in(name, password)
    content = b"".join(path.read_bytes() for path in home.root.glob("accounts.sqlite*"))
    assert name.encode() in content
    for secret in (password, page.cookies[SESSION], page.token()):
        assert secret.encode() not in content


@pytest.mark.parametrize(
    "after", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nX: y", "javascript:x", ""]
)
def test_nobody_is_sent_to_another_site(page: Page, service: ApiService, after: str) -> None:
    status, headers, _ = page.sign_in(*user(service), after)
    assert (status, headers["location"]) == (303, "/v1/session")


def test_a_form_of_another_site_signs_nobody_in(page: Page, service: ApiService) -> None:
    name, password = user(service)
    for origin in ("https://evil.example", "null"):
        assert page.sign_in(name, password, Origin=origin)[0] == 403
    assert page.sign_in(name, password, Origin=page.url)[0] == 303


def test_what_is_written_into_the_page_stays_text(page: Page) -> None:
    _, _, text = page.ask("GET", "/sign-in?next=/%22%3E%3Cscript%3E")
    assert "<script" not in text


def test_users_are_added_on_the_command_line(home: Any, service: ApiService) -> None:
    made = add_user(home, "kim", "admin", "default", "shell:me")
    assert Users(service.accounts).with_password("kim", made.password) is not None
    with pytest.raises(InvalidInput, match="user_exists"):
        add_user(home, "kim", "viewer", "acme", "shell:me")
    for name, role, tenant in (
        ("", "admin", "default"),
        ("a\nb", "admin", "default"),
        ("x", "king", "default"),
        ("x", "admin", "A B"),
    ):
        with pytest.raises(InvalidInput):
            add_user(home, name, role, tenant, "shell:me")


def test_the_door_to_dagster(page: Page, service: ApiService) -> None:
    assert page.ask("GET", "/v1/door/dagster")[0] == 401
    for role, tenant, status in (("viewer", "default", 403), ("operator", "acme", 403), ("operator", "default", 204)):
        page.sign_in(*user(service, role, tenant))  # type: ignore[arg-type]
        found, headers, _ = page.ask("GET", "/v1/door/dagster")
        assert found == status
    assert headers["x-pytoon-role"] == "operator"


def test_what_is_open_to_everybody(service: ApiService) -> None:
    assert (OPEN, LINKS) == (("/healthz", "/sign-in", "/sign-in/provider", "/sign-in/callback"), "/v1/links/")


# The provider


@pytest.fixture
def provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OidcProvider]:
    with OidcProvider().running() as running:
        rules = [
            {"claim": "groups", "value": "video-admins", "role": "admin"},
            {"claim": "realm_access.roles", "value": "cutter", "role": "editor", "tenant": "acme"},
            {"claim": "groups", "value": "video", "role": "editor", "tenant": "acme"},
        ]
        settings = {
            "issuer": running.url, "client_id": CLIENT, "public_url": f"http://127.0.0.1:{free_port()}",
            "name": "Acme’s login", "roles": rules,
        }  # fmt: skip
        (tmp_path / "sign-in.yaml").write_text(json.dumps(settings))
        monkeypatch.setenv("PYTOON_OIDC", str(tmp_path / "sign-in.yaml"))
        monkeypatch.setenv("PYTOON_OIDC_SECRET", SECRET)
        yield running


@pytest.fixture
def visitor(provider: OidcProvider, service: ApiService) -> Iterator[Page]:
    """A browser at a server whose people sign in at the provider."""
    with serving(application(service, TOKEN)) as url:
        yield Page(url)


def leave(visitor: Page, after: str = "/v1/brands") -> str:
    """Goes to the provider. Returns the path with which it sends the browser back."""
    status, headers, _ = visitor.ask("GET", f"/sign-in/provider?{urlencode({'next': after})}")
    assert status == 303
    assert {"httponly", "secure", "samesite=lax"} <= visitor.attributes[BROWSER]
    return f"/sign-in/{follow(headers['location'])}"


def test_a_person_of_the_provider_signs_in(visitor: Page, provider: OidcProvider, service: ApiService) -> None:
    assert "Sign in with Acme’s login" in visitor.ask("GET", "/sign-in")[2]
    for name, groups, role, tenant in (
        ("Kim", ["video"], "editor", "acme"), ("Kim Lee", ["video", "video-admins"], "admin", "default"),
    ):  # fmt: skip
        provider.person.update(name=name, groups=groups)
        status, headers, _ = visitor.ask("GET", leave(visitor))
        assert (status, headers["location"]) == (303, "/v1/brands")
        assert BROWSER not in visitor.cookies
        who = json.loads(visitor.ask("GET", "/v1/session")[2])
        assert (who["name"], who["role"], who["tenant"]) == (name, role, tenant)
    (known,) = Users(service.accounts).all()
    assert (known.name, known.issuer) == ("Kim Lee", provider.url), "one user, with what the provider says today"


def test_claims_inside_others_decide_too(visitor: Page, provider: OidcProvider) -> None:
    provider.person = {"sub": "7", "realm_access": {"roles": ["cutter"]}}
    assert visitor.ask("GET", leave(visitor))[0] == 303
    assert json.loads(visitor.ask("GET", "/v1/session")[2])["role"] == "editor"


def test_somebody_without_a_role_is_not_let_in(visitor: Page, provider: OidcProvider, service: ApiService) -> None:
    provider.person["groups"] = ["accounting"]
    status, _, text = visitor.ask("GET", leave(visitor))
    assert (status, SESSION in visitor.cookies) == (403, False)
    assert "You may not use this server." in text
    assert Users(service.accounts).all() == ()


Change = Callable[[Claims], Claims]
WRONG: dict[str, Change] = {
    "expired": lambda claims: {**claims, "exp": int(time.time()) - 120, "iat": int(time.time()) - 180},
    "not yet valid": lambda claims: {**claims, "nbf": int(time.time()) + 600},
    "of another issuer": lambda claims: {**claims, "iss": "https://evil.example"},
    "for another client": lambda claims: {**claims, "aud": "another"},
    "for several, not asked by this one": lambda claims: {**claims, "aud": [CLIENT, "another"], "azp": "another"},
    "of another sign-in": lambda claims: {**claims, "nonce": "replayed"},
    "without a nonce": lambda claims: {name: value for name, value in claims.items() if name != "nonce"},
    "without an end": lambda claims: {name: value for name, value in claims.items() if name != "exp"},
    "without a subject": lambda claims: {name: value for name, value in claims.items() if name != "sub"},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_token_with_wrong_claims_is_refused(visitor: Page, provider: OidcProvider, wrong: str) -> None:
    provider.change = WRONG[wrong]
    status, _, text = visitor.ask("GET", leave(visitor))
    assert (status, SESSION in visitor.cookies) == (403, False)
    assert "The token of the provider is not valid." in text


@pytest.mark.parametrize("forger", ["none", "another key", "unknown key", "public key as secret", "not a token"])
def test_a_token_that_the_provider_did_not_sign_is_refused(visitor: Page, provider: OidcProvider, forger: str) -> None:
    signers: dict[str, Callable[[Claims], str]] = {
        "none": unsigned, "another key": forged, "unknown key": lambda claims: forged(claims, "nobody's"),
        "public key as secret": lambda claims: confused(provider, claims), "not a token": lambda claims: "a.b.c",
    }  # fmt: skip
    provider.sign = signers[forger]  # type: ignore[method-assign]
    status, _, text = visitor.ask("GET", leave(visitor))
    assert (status, SESSION in visitor.cookies) == (403, False)
    assert "The token of the provider is not valid." in text


def test_a_provider_may_use_new_keys(visitor: Page, provider: OidcProvider) -> None:
    from joserfc.jwk import RSAKey

    assert visitor.ask("GET", leave(visitor))[0] == 303
    provider.keys.append(RSAKey.generate_key(2048, {"kid": "second", "use": "sig"}))
    assert visitor.ask("GET", leave(visitor))[0] == 303


def test_a_state_brings_one_browser_back_once(visitor: Page, provider: OidcProvider, service: ApiService) -> None:
    back = leave(visitor)
    thief = Page(visitor.url)
    assert thief.ask("GET", back)[0] == 403, "another browser"
    cookies = dict(visitor.cookies)
    assert visitor.ask("GET", back)[0] == 303
    again = Page(visitor.url, cookies)
    assert again.ask("GET", back)[0] == 403, "a second time"
    assert again.ask("GET", "/sign-in/callback?code=x&state=invented")[0] == 403
    assert again.ask("GET", "/sign-in/callback")[0] == 403
    assert provider.redeemed == 1
    late = leave(visitor)
    with service.accounts.write() as connection:
        connection.execute(sign_ins.update().values(expires=time.time() - 1))
    assert visitor.ask("GET", late)[0] == 403, "too late"


def test_a_code_works_only_with_the_proof_of_who_asked_for_it(visitor: Page, provider: OidcProvider) -> None:
    victim, attacker = Page(visitor.url), visitor
    stolen = parse_qs(urlsplit(leave(victim)).query)["code"][0]
    state = parse_qs(urlsplit(leave(attacker)).query)["state"][0]
    assert attacker.ask("GET", f"/sign-in/callback?{urlencode({'code': stolen, 'state': state})}")[0] == 403
    assert (provider.redeemed, SESSION in attacker.cookies) == (0, False)


def test_an_answer_of_another_provider_or_a_refusal_is_not_taken(visitor: Page, provider: OidcProvider) -> None:
    for more in ("&iss=https://evil.example", "&error=access_denied"):
        assert visitor.ask("GET", leave(visitor) + more)[0] == 403
    assert provider.redeemed == 0


def test_a_provider_that_does_not_answer(tmp_path: Path, service: ApiService, provider: OidcProvider) -> None:
    settings = json.loads((tmp_path / "sign-in.yaml").read_text())
    (tmp_path / "sign-in.yaml").write_text(json.dumps({**settings, "issuer": f"http://127.0.0.1:{free_port()}"}))
    with serving(application(service, TOKEN)) as url:
        status, _, text = Page(url).ask("GET", "/sign-in/provider")
    assert status == 503
    assert "does not answer" in text


@pytest.mark.parametrize(
    ("change", "said"),
    [({"issuer": "http://login.example.com"}, "https"), ({"roles": []}, "roles"), ({"colour": "red"}, "colour")],
)
def test_wrong_settings_stop_the_start(
    tmp_path: Path, service: ApiService, provider: OidcProvider, change: dict[str, object], said: str
) -> None:
    settings = json.loads((tmp_path / "sign-in.yaml").read_text())
    (tmp_path / "sign-in.yaml").write_text(json.dumps(settings | change))
    with pytest.raises(InvalidInput, match=said):
        application(service, TOKEN)


def test_without_authlib_the_start_says_what_to_install(
    service: ApiService, provider: OidcProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "authlib.integrations.requests_client", None)
    with pytest.raises(DependencyMissing, match=r"pytoon-pipeline\[oidc\]"):
        application(service, TOKEN)


def test_a_session_of_nobody_is_nobody(service: ApiService) -> None:
    assert Sessions(service.accounts).caller("guess") is None
