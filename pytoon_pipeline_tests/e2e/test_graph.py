"""The real asset graph on a real instance: what is computed, what is cached, and how it fails."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np
import pytest

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.manifest import Manifest
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.defs.running import Outcome
from pytoon_pipeline.delivery import deliver
from pytoon_pipeline.rendering import stages
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.plans import footage_layer

ANALYSES = {
    "metadata", "transcription", "corrected_transcript", "sampled_frames", "face_detections", "focal_points", "shots",
    "silence_segments",
}  # fmt: skip
ALL = ANALYSES | {
    "source_media",
    "resolved_request",
    "render_spec",
    "rendered_segments",
    "composite",
    "qc_score",
    "delivered_video",
}

Compile = Callable[..., Outcome]
QUICK = pytest.mark.usefixtures("quick_encoder")


def status(outcome: Outcome) -> dict[str, str]:
    return {name: facts["status"] for name, facts in outcome.assets.items()}


def computed(outcome: Outcome) -> set[str]:
    return {name for name, state in status(outcome).items() if state == "computed"}


def spec_of(store: Store, outcome: Outcome) -> RenderSpec:
    return store.latest("render_spec", outcome.key).read(RenderSpec)


@QUICK
def test_a_talk_becomes_a_video(compile_file: Compile, talk: Path, store: Store, instance: dg.DagsterInstance) -> None:
    outcome = compile_file(talk)
    assert outcome.error is None
    assert computed(outcome) == ALL
    manifest = Manifest.model_validate_json(Path(outcome.assets["delivered_video"]["manifest"]).read_bytes())
    folder = Path(outcome.assets["delivered_video"]["video"]).parent
    assert {path.name for path in folder.iterdir()} == {
        "talk.mp4", "talk.jpg", "talk.srt", "talk.vtt", "spec.json", "manifest.json", "post.json",
    }  # fmt: skip
    assert manifest.qc.verdict == "pass"
    assert manifest.transcriber is not None
    assert manifest.transcriber.engine == "pocketsphinx"
    # The corrected transcript of each clip is made from the transcription of that clip.
    expected = ALL - {"delivered_video", "transcription"} | {"transcription_of_item"}
    assert {use.name for use in manifest.stages} >= expected
    spec = spec_of(store, outcome)
    assert 3.0 < spec.frames / 30 < 3.7, "the pause is gone"
    assert "fellow" in (folder / "talk.srt").read_text()
    event = instance.get_latest_data_version_record(dg.AssetKey("composite"))
    assert event is not None
    assert event.partition_key == "talk"
    markdown = outcome.assets["composite"]["thumbnail"]
    assert markdown.startswith("![thumbnail](data:image/webp;base64,")
    assert len(markdown) < 1000, "small enough to show inline"

    again = compile_file(talk)
    assert computed(again) == set()
    assert set(status(again)) == ALL


def test_every_asset_is_described_and_grouped() -> None:
    from pytoon_pipeline.definitions import defs

    specs = defs().resolve_all_asset_keys()
    assert {key.to_user_string() for key in specs} == ALL | {"action_required", "pipeline_kpis"}
    for asset in defs().resolve_all_asset_specs():
        assert asset.description
        assert asset.group_name in {"source", "analysis", "plan", "render", "quality", "delivery", "reports"}
        assert asset.kinds
        assert asset.code_version


def test_changing_the_silence_threshold_keeps_the_transcription(compile_file: Compile, finished_talk: Path) -> None:
    changed = compile_file(finished_talk, "adjust.silence.threshold_below_speech_db=20")
    assert changed.error is None
    assert computed(changed) & ANALYSES == {"silence_segments"}


def test_changing_the_caption_style_keeps_all_analyses(compile_file: Compile, finished_talk: Path) -> None:
    changed = compile_file(finished_talk, "adjust.captions.highlight='#00FF00'")
    assert changed.error is None
    assert computed(changed) & ANALYSES == set()
    assert {"rendered_segments", "composite"} <= computed(changed)


def test_changing_the_loudness_renders_no_picture(
    compile_file: Compile, finished_talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mix, mixing = stages.mix_audio, []
    monkeypatch.setattr(
        stages, "mix_audio", lambda *given: (mixing.append(threading.current_thread().name), mix(*given))[1]
    )
    changed = compile_file(finished_talk, "adjust.audio.loudness=-16")
    assert changed.error is None
    assert changed.assets["rendered_segments"]["status"] == "cached"
    assert changed.assets["composite"]["loudness_lufs"] == pytest.approx(-16, abs=0.5)
    assert any(name.startswith("composite of") for name in mixing), "the audio is mixed in the background"


def test_two_uploads_of_one_file_differ_only_in_their_names(compile_file: Compile, finished_talk: Path) -> None:
    copy = finished_talk.with_name("Another name.mp4")
    copy.write_bytes(finished_talk.read_bytes())
    again = compile_file(copy)
    assert computed(again) == {"source_media", "resolved_request", "composite", "delivered_video"}, "the title is in it"


def test_an_edited_preset_takes_effect(compile_file: Compile, finished_talk: Path, own_presets: Path) -> None:
    preset = own_presets / "clean-talk.yaml"
    preset.write_text(preset.read_text().replace("amount: 1.06", "amount: 1.10"))
    changed = compile_file(finished_talk)
    assert computed(changed) & ANALYSES == set()
    assert "rendered_segments" in computed(changed)


def test_a_damaged_artifact_is_computed_again(compile_file: Compile, finished_talk: Path, store: Store) -> None:
    first = compile_file(finished_talk)
    segments = store.latest("rendered_segments", first.key)
    one = store.path(next(iter(segments.files.values())))
    content = one.read_bytes()
    one.write_bytes(content[:-10])
    again = compile_file(finished_talk)
    assert again.error is None
    assert "rendered_segments" in computed(again)
    assert again.assets["rendered_segments"]["segments_rendered"] == 1
    assert one.read_bytes() == content


def test_a_deleted_delivery_comes_back_without_rendering(compile_file: Compile, finished_talk: Path) -> None:
    video = Path(compile_file(finished_talk).assets["delivered_video"]["video"])
    video.unlink()
    assert computed(compile_file(finished_talk)) == {"delivered_video"}
    assert video.is_file()


@QUICK
def test_picture_and_sound_agree_after_many_cuts(compile_file: Compile, tmp_path: Path) -> None:
    made = media.flash_beep(tmp_path / "flash.mp4", ((0.5, 1.5), (3.0, 4.0), (5.5, 6.5), (8.0, 9.0)), sound_offset=0.25)
    outcome = compile_file(made.path)
    assert outcome.error is None
    video = Path(outcome.assets["delivered_video"]["video"])
    brightness = media.decoded(video)[:, ::8, ::8].mean(axis=(1, 2))
    flashes = np.flatnonzero(brightness > 200) / made.rate
    beeps = media.beep_onsets(media.heard(video))
    assert len(flashes) == len(beeps) == len(made.flashes)
    assert np.abs(flashes - beeps).max() < 0.002, "a frame is 0.033 s"
    assert flashes[-1] < made.flashes[-1] - 4, "the silences are gone"


@QUICK
def test_the_plan_says_which_source_frame_is_shown(compile_file: Compile, tmp_path: Path, store: Store) -> None:
    """Each source frame carries its number as a grey; after cutting, every frame shows what the plan says."""
    loud = [(0.3, 1.2), (2.3, 3.4), (4.6, 5.2)]
    frames = np.zeros((168, 90, 160), np.uint8) + (30 + np.arange(168) % 52 * 4).astype(np.uint8)[:, None, None]
    media.write_wav(tmp_path / "a.wav", media.babble(5.6, loud))
    path = tmp_path / "numbers.mp4"
    media.run(
        "-f", "rawvideo", "-pix_fmt", "gray", "-s", "160x90", "-r", "30", "-i", "-", "-i", str(tmp_path / "a.wav"),
        "-pix_fmt", "yuv420p", "-crf", "4", "-c:a", "aac", str(path), data=frames.tobytes(),
    )  # fmt: skip
    outcome = compile_file(path, "adjust.captions.show=false")
    assert outcome.error is None
    shown = np.median(media.decoded(Path(outcome.assets["delivered_video"]["video"])), axis=(1, 2))
    expected = [
        30 + (footage_layer(scene).source_start + n) % 52 * 4
        for scene in spec_of(store, outcome).scenes
        for n in range(scene.frames)
    ]
    assert len(shown) == len(expected)
    assert np.abs(shown - expected).max() < 2, "one frame further is 4 levels brighter"


@pytest.mark.parametrize(
    ("name", "make", "code"),
    [
        ("text.mp4", lambda p: p.write_text("no video at all"), "not_media"),
        ("cut.mp4", lambda p: p.write_bytes(media.SAMPLE.read_bytes()[:3000]), "not_media"),
        ("sound.mp3", lambda p: media.run("-f", "lavfi", "-i", "sine=duration=3", str(p)), "no_picture"),
        ("pixel.mp4", lambda p: media.video(p, 3, "2x2"), "picture_size"),
        ("frame.mp4", lambda p: media.video(p, 0.04), "too_short"),
        ("paper.png", lambda p: p.write_bytes(b"%PDF-1.7 not a picture"), "not_media"),
    ],
)
def test_invalid_input_is_a_typed_error_that_affects_no_other_upload(
    compile_file: Compile, tmp_path: Path, home: Home, name: str, make: Callable[[Path], Any], code: str
) -> None:
    make(tmp_path / name)
    outcome = compile_file(tmp_path / name)
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.category) == (code, "invalid_input")
    assert outcome.error.hint
    kept = Uploads(home).failure(outcome.key)
    assert kept is not None
    assert kept.code == code
    assert not home.outbox.exists()
    assert not list(home.work.glob("scratch-*"))


def codes(outcome: Outcome, store: Store) -> set[str]:
    return {note.code for note in spec_of(store, outcome).notes}


@QUICK
def test_an_inaudible_sound_track_counts_as_none(compile_file: Compile, tmp_path: Path, store: Store) -> None:
    """Normalised to the loudness of speech, inaudible sound would be loud."""
    path = media.video(tmp_path / "silent.mp4", 1.2, "320x180", "25", True, "-af", "volume=-42dB")
    outcome = compile_file(path)
    assert outcome.error is None
    assert codes(outcome, store) >= {"silent_track"}
    assert not codes(outcome, store) & {"no_words", "no_sound"}
    spec = spec_of(store, outcome)
    assert spec.audio.tracks == ()
    assert spec.frames == 30, "all of it stays"
    report = store.latest("qc_score", outcome.key).read(QcReport)
    assert report.verdict == "pass"
    assert report.measured["loudness_lufs"] == -70
    asked = compile_file(path, "adjust.silence.remove=true")
    assert asked.error is not None
    assert asked.error.code == "all_silent"


@QUICK
def test_a_truncated_source_is_noted_and_found_or_rejected(compile_file: Compile, tmp_path: Path, store: Store) -> None:
    whole = media.video(tmp_path / "whole.mp4", 3, "320x180", "25", True, "-movflags", "+faststart", "-g", "12")
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size * 85 // 100])
    outcome = compile_file(path)
    assert outcome.error is None
    (loss,) = spec_of(store, outcome).losses
    assert loss.declared_seconds == pytest.approx(3)
    assert 2 < loss.decoded_seconds < 2.8
    report = store.latest("qc_score", outcome.key).read(QcReport)
    (finding,) = [one for one in report.findings if one.code == "truncated_source"]
    assert finding.severity == "advice"
    assert finding.message.startswith(loss.message)
    assert loss.message == f"“cut.mp4” should be 3.0 s long, but only {loss.decoded_seconds:.1f} s can be read."
    assert "truncated_source" in codes(outcome, store)
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    refused = compile_file(path)
    assert refused.error is not None
    assert (refused.error.code, refused.error.category) == ("truncated_source", "invalid_input")


@QUICK
@pytest.mark.parametrize(
    ("name", "more"),
    [
        ('it\'s "quoted"\nand : 100%.mp4', ()),
        ("-i.mp4", ()),
        ("no sound.mp4", ("-an",)),
        ("tall.mp4", ("-vf", "scale=180:400")),
        ("odd.mp4", ("-vf", "scale=321:181", "-pix_fmt", "yuv444p")),
    ],
)
def test_unusual_input_works(compile_file: Compile, tmp_path: Path, name: str, more: tuple[str, ...]) -> None:
    made = media.video(tmp_path / "made.mp4", 1.2, "320x180", "25", True, *more)
    made.rename(tmp_path / name)
    outcome = compile_file(tmp_path / name)
    assert outcome.error is None
    assert Path(outcome.assets["delivered_video"]["video"]).is_file()


def test_a_corrected_upload_loses_its_error(compile_file: Compile, finished_talk: Path, home: Home) -> None:
    bad = compile_file(finished_talk, "media.start=500")
    assert bad.error is not None
    assert bad.error.category == "invalid_input"
    assert compile_file(finished_talk).error is None
    assert Uploads(home).failure(bad.key) is None


@QUICK
def test_a_video_that_fails_its_checks_is_not_delivered(
    compile_file: Compile, tmp_path: Path, own_presets: Path, home: Home
) -> None:
    limits = own_presets / "limits.yaml"
    limits.write_text(limits.read_text().replace("value: 600.5", "value: 1.1"))
    outcome = compile_file(media.video(tmp_path / "clip.mp4", 1.2))
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.category) == ("qc_failed", "quality")
    assert outcome.assets["qc_score"]["verdict"] == "fail"
    assert "delivered_video" not in outcome.assets
    assert not home.outbox.exists()


def test_a_killed_run_resumes_from_the_finished_stages(compile_file: Compile, tmp_path: Path) -> None:
    """SIGKILL while segments are rendered; the next run renders only the rest, and the video is the same."""
    clip = media.video(tmp_path / "clip.mp4", 5, "320x180", "24", sound=False)

    def start(home: str) -> subprocess.Popen[str]:
        environment = dict(os.environ, PYTOON_HOME=str(tmp_path / home))
        command = [sys.executable, "-m", "pytoon_pipeline.cli.main", "render", str(clip), "--json"]
        return subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    with start("killed") as victim:
        artifacts = tmp_path / "killed" / "store" / "artifacts"
        patience = time.monotonic() + 900
        while time.monotonic() < patience and victim.poll() is None:
            made = [p for p in artifacts.rglob("*.json") if '"stage":"segment"' in p.read_text()]
            if made:
                break
            time.sleep(0.02)
        os.killpg(victim.pid, signal.SIGKILL)
    assert victim.returncode == -signal.SIGKILL
    with start("killed") as second:
        result = json.loads(second.communicate()[0])
    assert result["status"] == "completed"
    assert 1 <= result["segments"]["cached"] < result["segments"]["total"]
    undisturbed = compile_file(clip).assets["delivered_video"]["video"]
    assert Path(result["video"]).read_bytes() == Path(undisturbed).read_bytes()
    left = [
        path for path in (tmp_path / "killed").rglob("*") if path.suffix == ".part" or path.name.startswith("scratch-")
    ]
    assert left == []


@QUICK
def test_a_cancel_in_the_last_step_keeps_the_video_from_being_delivered(
    compile_file: Compile, home: Home, tmp_path: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "words"
    folder.mkdir()
    (folder / "request.json").write_text('{"text": "Hello", "max_seconds": 1.5}')
    uploads = Uploads(home)

    def cancelled_meanwhile(found: Uploads, video: deliver.CheckedVideo, *more: Any) -> deliver.Decision:
        # A second after the run was requested: databases may keep times in whole seconds.
        time.sleep(1.1)
        uploads.stop(video.upload.key)
        return decide(found, video, *more)

    decide = deliver.decide
    monkeypatch.setattr(deliver, "decide", cancelled_meanwhile)
    outcome = compile_file(folder)
    assert outcome.error is not None
    assert outcome.error.code == "cancelled"
    assert (uploads.delivered(outcome.key), uploads.failure(outcome.key)) == (None, None)
    assert not home.outbox.exists()
    monkeypatch.setattr(deliver, "decide", decide)
    again = compile_file(folder)
    assert again.error is None
    assert status(again)["composite"] == "cached"
    assert uploads.stopped() == set()
