"""The first result stands: a machine that gets a GPU, or loses it, renders the same frames."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pytoon_pipeline.analysis.stages import frame_sampling
from pytoon_pipeline.defs.running import Outcome
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.gpu import GPU, NAME, fake_gpu

Compile = Callable[..., Outcome]
LOOKING = ("sampled_frames", "face_detections", "focal_points", "shots")


def damaged_segments(store: Store, outcome: Outcome) -> dict[Path, bytes]:
    """Damages all rendered segments, so that they are rendered again. Returns what was in them."""
    found = {}
    for file in store.latest("rendered_segments", outcome.key).files.values():
        path = store.path(file)
        found[path] = path.read_bytes()
        path.write_bytes(found[path][:-10])
    return found


@pytest.mark.usefixtures("quick_encoder")
@pytest.mark.parametrize("gpu_first", [False, True], ids=["a GPU comes", "a GPU goes"])
def test_switching_the_device_changes_no_frame_of_a_video_whose_analysis_exists(
    gpu_first: bool, compile_file: Compile, talk: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def compiled(on_gpu: bool) -> Outcome:
        with monkeypatch.context() as machine:
            if on_gpu:
                fake_gpu(machine)
                machine.setattr(frame_sampling, "choose", lambda wanted: GPU)
            outcome = compile_file(talk)
        assert outcome.error is None
        return outcome

    first = compiled(gpu_first)
    devices = {name: first.assets[name]["device"] for name in LOOKING}
    assert devices == dict.fromkeys(LOOKING, "cpu") | (
        {"sampled_frames": NAME, "face_detections": NAME, "focal_points": NAME} if gpu_first else {}
    )
    before = damaged_segments(store, first)
    again = compiled(not gpu_first)
    assert {name: again.assets[name]["status"] for name in LOOKING} == dict.fromkeys(LOOKING, "cached")
    assert {name: again.assets[name]["device"] for name in LOOKING} == devices
    rendered = again.assets["rendered_segments"]
    assert rendered["segments_rendered"] == rendered["segments"] > 0
    assert {path: path.read_bytes() for path in before} == before
