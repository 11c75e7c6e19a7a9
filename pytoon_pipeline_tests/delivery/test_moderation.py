"""What holds a video: a forbidden word in what it says, and a provider that objects or does not answer."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.moderation import ModerationRules
from pytoon_pipeline.delivery.moderation import Moderation
from pytoon_pipeline_tests.harness.finished_video import spec
from pytoon_pipeline_tests.harness.free_port import free_port
from pytoon_pipeline_tests.harness.serving import serving


def upload(tenant: str = "default", title: str = "Shoe") -> SourceMedia:
    return SourceMedia(key="0" * 32, tenant=tenant, title=title, items=(), request={})


def codes(moderation: Moderation, **about: str) -> list[str]:
    return [one.code for one in moderation.concerns(upload(**about), spec("hello there"))]


@dataclass
class Provider:
    """A moderation provider on loopback."""

    answer: Response = field(default_factory=lambda: Response('{"allowed": true}'))
    asked: list[tuple[Any, str | None]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    found = Provider()

    async def judge(request: Request) -> Response:
        found.asked.append((await request.json(), request.headers.get("authorization")))
        return found.answer

    with serving(Starlette(routes=[Route("/judge", judge, methods=["POST"])])) as found.url:
        monkeypatch.setenv("PYTOON_MODERATION_URL", f"{found.url}/judge")
        monkeypatch.setenv("PYTOON_MODERATION_TOKEN", "the-token")
        yield found


def test_a_forbidden_word_in_captions_or_title_is_a_concern() -> None:
    rules = ModerationRules(words=("hello",), tenants={"acme": ("shoe", "there")})
    assert codes(Moderation(rules)) == ["forbidden_word"]
    assert codes(Moderation(rules), tenant="acme") == ["forbidden_word"] * 3
    assert codes(Moderation(rules), title="Hat") == ["forbidden_word"]
    assert codes(Moderation()) == []


def test_the_rules_are_a_file_of_the_presets(own_presets: Path) -> None:
    assert codes(Moderation.configured()) == []
    (own_presets / "moderation.yaml").write_text(yaml.safe_dump({"words": ["hel*"]}))
    assert codes(Moderation.configured()) == ["forbidden_word"]
    (own_presets / "moderation.yaml").unlink()
    assert codes(Moderation.configured()) == []


def test_a_provider_decides_too(provider: Provider) -> None:
    assert codes(Moderation.configured(), tenant="acme") == []
    (said, token) = provider.asked[0]
    assert (said["tenant"], token) == ("acme", "Bearer the-token")
    assert said["texts"] == ["Shoe", "hello there"]
    provider.answer = Response('{"allowed": false, "reasons": ["It is rude.", "It is loud."]}')
    found = Moderation.configured().concerns(upload(), spec())
    assert [one.code for one in found] == ["moderation"] * 2
    assert found[0].message == "The moderation provider objects: It is rude."


@pytest.mark.parametrize("answer", [Response("no"), Response("{}"), Response(status_code=500)])
def test_without_an_answer_a_person_decides(provider: Provider, answer: Response) -> None:
    provider.answer = answer
    assert codes(Moderation.configured()) == ["moderation_unavailable"]


def test_a_provider_that_is_away_holds_the_video(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTOON_MODERATION_URL", f"http://127.0.0.1:{free_port()}/")
    assert codes(Moderation.configured()) == ["moderation_unavailable"]
