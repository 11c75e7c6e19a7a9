"""The audio mix: loudness, peak, joins, timing."""

from pathlib import Path

import numpy as np
import pytest

from pytoon_pipeline.contracts.spec.render_spec import (
    AudioClip,
    AudioMix,
    AudioTrack,
    GainKeyframe,
    SoundEffect,
)
from pytoon_pipeline.media import loudness
from pytoon_pipeline.media.audio import AudioReader
from pytoon_pipeline.media.encoder import SOUND
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.media.sound_effects import synthesised
from pytoon_pipeline.rendering import audio_mix
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.segments import ITEM


def sounding(tmp_path: Path, level: float, seconds: float = 6.0) -> audio_mix.AudioSource:
    time = np.arange(round(seconds * media.RATE)) / media.RATE
    speech = np.random.default_rng(0).normal(0, 1, len(time)) * (0.3 + np.abs(np.sin(time * 7))) * level
    media.write_wav(tmp_path / "a.wav", speech)
    path = tmp_path / "v.mkv"
    media.run(
        "-f", "lavfi", "-i", f"testsrc2=size=64x64:rate=25:duration={seconds}", "-i", str(tmp_path / "a.wav"),
        "-c:a", "pcm_s16le", str(path),
    )  # fmt: skip
    info = probe(path)
    assert info.audio is not None
    assert info.video is not None
    return audio_mix.AudioSource(path, info.audio, info.video.start)


def plan_of(*clips: tuple[int, int]) -> AudioMix:
    parts, position = [], 0
    for start, count in clips:
        parts.append(AudioClip(item=ITEM, start=position, source_start=start, samples=count, fade_in=384, fade_out=384))
        position += count
    track = AudioTrack(role="original", clips=tuple(parts))
    return AudioMix(samples=position, tracks=(track,), loudness=-14, true_peak=-1)


@pytest.mark.parametrize("level", [0.3, 0.05, 0.004])
def test_loudness_and_peak_hold_on_the_encoded_file(tmp_path: Path, level: float) -> None:
    source = sounding(tmp_path, level)
    plan = plan_of((0, 96_000), (120_000, 96_000))
    out = tmp_path / "audio.mp4"
    result = audio_mix.encode(list(audio_mix.mix(plan, {ITEM: source})), plan, SOUND, out)
    measured = loudness.of_file(out)
    assert measured.integrated == pytest.approx(-14, abs=0.5)
    assert measured.true_peak <= -1
    assert (result.loudness, result.true_peak) == (measured.integrated, measured.true_peak)


def test_silence_stays_silent(tmp_path: Path) -> None:
    plan = plan_of((0, 96_000)).model_copy(update={"tracks": ()})
    result = audio_mix.encode(list(audio_mix.mix(plan, {})), plan, SOUND, tmp_path / "s.mp4")
    assert result.silent
    assert loudness.of_file(tmp_path / "s.mp4").integrated == loudness.FLOOR_LUFS


def test_joins_do_not_click(tmp_path: Path) -> None:
    """Between clips of a full-scale low tone the sound falls to nothing and rises again, without a step."""
    time = np.arange(media.RATE * 3) / media.RATE
    media.write_wav(tmp_path / "a.wav", 0.9 * np.sin(2 * np.pi * 55 * time))
    path = tmp_path / "v.mkv"
    media.run("-f", "lavfi", "-i", "testsrc2=size=64x64:rate=25:duration=3", "-i", str(tmp_path / "a.wav"),
               "-c:a", "pcm_s16le", str(path))  # fmt: skip
    info = probe(path)
    assert info.audio is not None
    plan = plan_of((1000, 20_000), (50_321, 20_000), (90_777, 20_000))
    track = np.concatenate(list(audio_mix.mix(plan, {ITEM: audio_mix.AudioSource(path, info.audio, 0.0)})))[:, 0]
    steps = np.abs(np.diff(track))
    assert steps.max() < 2 * np.pi * 55 / media.RATE * 0.95 + 0.9 / 384 + 0.001
    assert np.abs(track[[0, 20_000, 40_000, -1]]).max() < 0.005


def test_the_encoder_moves_no_sample(tmp_path: Path) -> None:
    source = sounding(tmp_path, 0.05)
    plan = plan_of((0, 144_000))
    track = np.concatenate(list(audio_mix.mix(plan, {ITEM: source})))
    out = tmp_path / "s.mp4"
    audio_mix.encode([track], plan, SOUND, out)
    played = media.heard(out)
    a, b = track[4800:52_800, 0], played[4800:52_800]
    spectrum = np.fft.irfft(np.fft.rfft(b) * np.conj(np.fft.rfft(a)))
    assert int(spectrum.argmax()) in (0, 1, len(spectrum) - 1)
    assert abs(len(played) - len(track)) <= 1024


def test_a_mix_comes_second_by_second_and_can_be_read_again_from_disk(tmp_path: Path) -> None:
    source = sounding(tmp_path, 0.3)
    clips = (
        AudioClip(item=ITEM, start=1000, source_start=0, samples=70_000, fade_in=384, fade_out=50_000),
        AudioClip(item=ITEM, start=60_000, source_start=48_123, samples=40_000),
    )
    keys = (GainKeyframe(sample=0, db=-6), GainKeyframe(sample=110_000, db=0))
    track = AudioTrack(role="music", gain_db=-3, clips=clips, envelope=keys, fade_out=60_000)
    plan = AudioMix(samples=110_000, tracks=(track,), loudness=-14, true_peak=-1)
    blocks = list(audio_mix.mix(plan, {ITEM: source}))
    assert [len(block) for block in blocks] == [48_000, 48_000, 14_000]
    stored = audio_mix.SampleFile.write(tmp_path / "mix", plan.sample_rate, blocks)
    for _ in range(2):
        assert np.array_equal(np.concatenate(list(stored)), np.concatenate(blocks))
    mixed = np.concatenate(blocks)[:, 0]
    assert np.abs(mixed[:1000]).max() == 0
    reader = AudioReader(source.path, source.audio, source.origin, 48_000, "stereo", 0)
    whole = reader.take(70_000)[:, 0].astype(np.float32) / 32768
    gain = 10 ** ((-3 + np.interp(np.arange(1384, 36_000), [0, 110_000], [-6, 0])) / 20)
    assert np.allclose(mixed[1384:36_000], whole[384:35_000] * gain, atol=1e-5), "between the fades"
    first, second = (np.abs(mixed[at : at + 2000]).max() for at in (47_000, 48_000))
    assert second > 0.5 * first, "the clip goes on in the next block"


def test_effects_are_mixed_where_they_are_planned() -> None:
    effect = SoundEffect(kind="pop", start=47_000, samples=5760, gain_db=-6, seed=1)
    plan = AudioMix(samples=96_000, effects=(effect,), loudness=-14, true_peak=-1)
    mixed = np.concatenate(list(audio_mix.mix(plan, {})))
    expected = synthesised("pop", 1) * 10 ** (-6 / 20)
    assert np.allclose(mixed[47_000:52_760], expected, atol=1e-6)
    assert not mixed[:47_000].any()
    assert not mixed[52_760:].any()
