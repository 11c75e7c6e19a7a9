"""The same requests on one machine, and on many: a catalog and runs on PostgreSQL, a bucket, Redis, two workers as two
homes that share no folder, and two engines.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.leases import Leases
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.defs import running
from pytoon_pipeline.defs.running import compile_upload
from pytoon_pipeline.intake.ingest import ingest
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.opening import open_store
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.deployment import compile_job, deployment, engines_answer, executed_by_workers


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    """A clip that the worker renders, and a picture that only engines may render."""
    clip = media.video(tmp_path / "clip.mp4", 2, sound=True)
    folder = tmp_path / "hero"
    folder.mkdir()
    Image.effect_mandelbrot((400, 600), (-2, -1.5, 1, 1.5), 60).save(folder / "a.png")
    request = {"media": [{"file": "a.png", "end": 3}], "text": "Half price", "engine_policy": "api_only"}
    (folder / "request.yaml").write_text(json.dumps(request))
    return [clip, folder]


def queued(home: Home, paths: Sequence[Path]) -> list[SourceMedia]:
    return [ingest(home, open_store(home), read_upload(path), pending=False)[0] for path in paths]


def videos(home: Home) -> dict[str, bytes]:
    """The videos in the outbox of a home, by name."""
    return {path.name: path.read_bytes() for path in (home.root / "outbox").rglob("*.mp4")}


def test_many_machines_make_the_frames_of_one(
    paths: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with deployment(tmp_path / "machines") as many:
        one = Home(tmp_path / "one")
        alone = queued(one, paths)
        with running.instance(one) as instance:
            for upload in alone:
                request = {**upload.request, "engine_policy": "local_only"}
                Uploads(one).register(upload.model_copy(update={"request": request}), pending=False)
                assert compile_upload(compile_job(), instance, one, upload.key).error is None
        with monkeypatch.context() as shared:
            for name, value in many.settings.items():
                shared.setenv(name, value)
            for machine in many.workers:
                machine.set_up()
            for machine in many.machines:
                machine.start()
            dispatcher = Home(tmp_path / "dispatcher")
            keys = [upload.key for upload in queued(dispatcher, paths)]
            assert keys == [upload.key for upload in alone]
            assert engines_answer(many)
            assert executed_by_workers(dispatcher, keys)
            assert Leases(Database(dispatcher)).live() == {}
    made = [videos(machine.home) for machine in many.workers]
    # A worker that starts late may find both taken.
    assert sum(map(len, made)) == 2, "each video was made once"
    assert made[0] | made[1] == videos(one)
    assert not videos(dispatcher)
