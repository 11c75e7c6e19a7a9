"""Speech models: the list is Whisper's own, and only a fetch uses the network."""

import base64
import functools
import gzip
import http.server
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pytoon_pipeline.analysis.speech.choice import SpeechSettings
from pytoon_pipeline.analysis.speech.models import WHISPER_MODELS, fetch_model, speech_models
from pytoon_pipeline.analysis.speech.transcribers import choose
from pytoon_pipeline.contracts.errors import DependencyMissing


def test_the_models_are_those_that_whisper_can_download() -> None:
    import whisper

    assert set(WHISPER_MODELS) <= set(whisper.available_models())


def test_a_missing_model_is_reported_without_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", lambda *_, **__: pytest.fail("used the network"))
    choice = choose(SpeechSettings("auto", "base", tmp_path / "models"))
    assert choice.transcriber.engine == "pocketsphinx"
    assert "“base” is not on this machine" in (choice.transcriber.fallback or "")
    with pytest.raises(DependencyMissing, match="whisper_missing") as missing:
        choose(SpeechSettings("whisper", "base", tmp_path / "models"))
    assert "pytoon models fetch base" in missing.value.hint
    with pytest.raises(DependencyMissing, match="unknown_model"):
        fetch_model(SpeechSettings("auto", "bass", tmp_path / "models"))
    assert not (tmp_path / "models").exists()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A server on loopback that serves a folder, and the folder."""
    served = tmp_path / "served"
    served.mkdir()
    handler = functools.partial(_Quiet, directory=str(served))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield served, f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """A real Whisper checkpoint with random weights."""
    import torch
    from whisper.model import ModelDimensions, Whisper

    dimensions = ModelDimensions(80, 1500, 16, 2, 1, 51864, 16, 16, 2, 2)
    path = tmp_path / "mini.pt"
    torch.save({"dims": dimensions.__dict__, "model_state_dict": Whisper(dimensions).state_dict()}, path)
    return path


def test_a_fetched_model_is_used(
    server: tuple[Path, str], checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import whisper

    from pytoon_pipeline.store.fingerprint import hash_files

    served, address = server
    digest = hash_files(checkpoint)
    (served / digest).mkdir()
    (served / digest / "base.pt").write_bytes(checkpoint.read_bytes())
    monkeypatch.setattr(whisper, "_MODELS", {"base": f"{address}/{digest}/base.pt"})
    heads = base64.b85encode(gzip.compress(np.ones((2, 2), bool).tobytes()))
    monkeypatch.setattr(whisper, "_ALIGNMENT_HEADS", {"base": heads})
    settings = SpeechSettings("auto", "base", tmp_path / "models")
    path = fetch_model(settings)
    assert [one.name for one in (tmp_path / "models").iterdir()] == ["base.pt"]
    assert choose(settings).weights == path
    assert [one.name for one in speech_models(settings) if one.path] == ["base"]
    monkeypatch.setattr(whisper, "load_model", lambda *_, **__: pytest.fail("downloaded again"))
    assert fetch_model(settings) == path


def test_a_failed_download_leaves_nothing(
    server: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import whisper

    _, address = server
    monkeypatch.setattr(whisper, "_MODELS", {"base": f"{address}/{'0' * 64}/base.pt"})
    with pytest.raises(DependencyMissing, match="weights_unavailable") as failed:
        fetch_model(SpeechSettings("auto", "base", tmp_path / "models"))
    assert "404" in failed.value.message
    assert not list((tmp_path / "models").iterdir())
