"""Zooms at cuts."""

from pytoon_pipeline.contracts.preset import PunchInSettings
from pytoon_pipeline.planning.edit_ranges import SourceRange
from pytoon_pipeline.planning.shots.punch_ins import divided, punch_in_marks
from pytoon_pipeline_tests.harness.plans import RATE, face, footage, footage_layer, plan, words_at


def test_every_other_cut_zooms() -> None:
    source = footage(20, ((0.0, 4.0), (6.0, 10.0), (12.0, 16.0)), faces=[face(0.2 * n, 0.5) for n in range(100)])
    spec = plan(source, adjust={"camera": {"punch_in": {"amount": 1.15}}})
    zooms = [footage_layer(scene).crop_path.keyframes[0].zoom for scene in spec.scenes]
    assert zooms == [1.0, 1.15, 1.0]
    assert {key.zoom for scene in spec.scenes for key in footage_layer(scene).crop_path.keyframes} == {1.0, 1.15}


def test_a_long_take_zooms_at_words() -> None:
    words = words_at(*((n, n + 0.8) for n in range(20)))
    ranges = [SourceRange(0, 0, 300), SourceRange(300, 400, 60)]
    settings = PunchInSettings(amount=1.1, seconds=4)
    assert punch_in_marks(ranges, words, settings, RATE) == {120, 240}
    parts = divided(ranges, {120, 240})
    assert [(one.start, one.source_start, one.frames) for one in parts] == [
        (0, 0, 120), (120, 120, 120), (240, 240, 60), (300, 400, 60)
    ]  # fmt: skip
    assert punch_in_marks(ranges, words, PunchInSettings(amount=1.1), RATE) == set()


def test_zooms_change_neither_sound_nor_length() -> None:
    words = words_at(*((n, n + 0.8) for n in range(20)))
    source = footage(20, ((0.0, 20.0),), words=words)
    calm = plan(source, adjust={"camera": {"punch_in": {"amount": 1.0}}})
    lively = plan(source, adjust={"camera": {"punch_in": {"amount": 1.15, "seconds": 3}}})
    assert len(lively.scenes) > len(calm.scenes)
    assert lively.audio == calm.audio
    assert lively.frames == calm.frames
