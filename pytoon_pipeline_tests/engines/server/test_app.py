"""The render server: tokens are required, and wrong requests are refused with a reason."""

from collections.abc import Callable

import httpx
import pytest

from pytoon_pipeline.contracts.errors import DependencyMissing, InvalidInput, PytoonError
from pytoon_pipeline.engines.engine import RenderRequest
from pytoon_pipeline.engines.protocol import JobRequest, MediaFile, NamedFile
from pytoon_pipeline.engines.server.serve import serve
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.settings import ServerSettings
from pytoon_pipeline.store.fingerprint import canonical
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.render_server import FRAMES, HEADERS, Server, quiet, remote


def test_every_address_requires_the_token(
    work: RenderRequest, store: Store, home: Home, serving: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serving()
    with pytest.raises(DependencyMissing, match="remote_refused"):
        remote(store, server.url, token="another token for it").render_segments(work, quiet)
    assert len(server.asked) == 1
    for path in ("/v1/health", "/v1/files/" + "a" * 64, "/", "/docs", "/openapi.json"):
        assert httpx.get(server.url + path, timeout=900).status_code == 401
    health = httpx.get(server.url + "/v1/health", headers=HEADERS, timeout=900)
    assert health.json()["status"] == "ok"
    for token, code in (("", "engine_token_missing"), ("short", "engine_token_short")):
        monkeypatch.setenv("PYTOON_ENGINE_TOKEN", token)
        with pytest.raises(PytoonError, match=code):
            serve(home, port=0)
    monkeypatch.setenv("PYTOON_ENGINE_RENDERS", "many")
    with pytest.raises(InvalidInput, match="invalid_setting"):
        ServerSettings.load()


def order(work: RenderRequest, **changes: object) -> dict:
    """The order for ``work`` as JSON, with fields replaced."""
    pictures = {
        item: MediaFile(file=NamedFile(sha256=item, bytes=source.path.stat().st_size), info=source.info)
        for item, source in work.sources.items()
    }
    values = JobRequest(spec=work.spec, media=pictures, timeout_seconds=60.0).model_dump(mode="json")
    return values | changes


def test_invalid_requests_are_rejected_with_a_reason(work: RenderRequest, serving: Callable[..., Server]) -> None:
    server = serving()
    with httpx.Client(base_url=server.url, headers=HEADERS, timeout=900) as client:

        def said(method: str, path: str, **what: object) -> tuple[int, str]:
            response = client.request(method, path, **what)  # type: ignore[arg-type]
            return response.status_code, response.json()["code"]

        (item,) = work.sources
        size = work.sources[item].path.stat().st_size
        assert said("GET", f"/v1/renders/{'a' * 64}/events") == (404, "unknown_job")
        assert said("PATCH", f"/v1/files/{item}", params={"offset": 0, "total": size}) == (404, "unknown_file")
        state = client.post("/v1/renders", json=order(work)).json()
        assert (state["state"], state["missing"]) == ("waiting", {item: size})

        # The file itself: wrong place, wrong length, wrong content.
        file, whole = f"/v1/files/{item}", {"offset": 0, "total": size}
        assert said("PATCH", file, params={"offset": 7, "total": size}) == (409, "wrong_offset")
        assert said("PATCH", file, params={"offset": 0, "total": size + 1}) == (400, "wrong_length")
        assert said("PATCH", file, params=whole, content=b"x" * (size + 1)) == (413, "file_too_long")
        assert client.patch(file, params=whole, content=b"x" * 100).headers["Upload-Offset"] == "100"
        assert client.head(file).headers["Upload-Complete"] == "?0"
        rest = {"offset": 100, "total": size}
        assert said("PATCH", file, params=rest, content=b"x" * (size - 100)) == (422, "wrong_hash")
        assert client.head(file).headers["Upload-Offset"] == "0"
        assert said("GET", file) == (404, "unknown_file"), "only what was made is given away"

        # Names that are not hashes.
        for name in ("..%2f..%2fetc%2fpasswd", "A" * 64, "a" * 63, "a" * 64 + "%0a", ".."):
            assert client.get(f"/v1/files/{name}").status_code in (400, 404)
        info = work.sources[item].info.model_dump(mode="json")
        for name in ("../" + item[3:], item.upper(), item + "\n"):
            wrong = {item: {"file": {"sha256": name, "bytes": size}, "info": info}}
            assert said("POST", "/v1/renders", json=order(work, media=wrong)) == (400, "job_unreadable")

        # Orders that request too much, or something impossible.
        large = {item: {"file": {"sha256": item, "bytes": 1 << 50}, "info": info}}
        for changes, code in (
            ({"media": large}, "job_too_large"),
            ({"spec": order(work)["spec"] | {"width": 8192}}, "job_too_large"),
            ({"spec": order(work)["spec"] | {"frames": 20_000}}, "job_too_large"),
            ({"spec": order(work)["spec"] | {"rate": {"numerator": 10**9}}}, "job_too_large"),
            ({"media": {}}, "invalid_job"),
            ({"thumbnail_frame": FRAMES}, "invalid_job"),
            ({"fonts": {"a" * 64: {"sha256": "b" * 64, "bytes": 9}}}, "invalid_job"),
            ({"version": 2}, "job_unreadable"),
        ):
            assert said("POST", "/v1/renders", json=order(work, **changes))[1] == code
        endless = canonical(order(work)).replace(b'"true_peak":-1.0', b'"true_peak":1e999')
        assert said("POST", "/v1/renders", content=endless) == (400, "invalid_job")
        assert said("POST", "/v1/renders", content=b"[") == (400, "job_unreadable")
        assert said("POST", "/v1/renders", content=b" " * (9 << 20)) == (413, "job_too_large")
