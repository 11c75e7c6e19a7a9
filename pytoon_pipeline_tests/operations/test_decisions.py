"""What was decided about a video, in sentences."""

from dataclasses import replace

from pytoon_pipeline.config.presets import load_preset
from pytoon_pipeline.operations.decisions import Decided, decisions
from pytoon_pipeline_tests.harness.finished_video import spec


def test_texts_of_single_files_are_told_with_their_files() -> None:
    whole = Decided(spec(), {"text": "Hi"}, load_preset("clean-product"), (), {}, ())
    assert [note.code for note in decisions(whole)] == ["preset", "length", "captions"]
    single = replace(whole, request={"media": [{"file": "a.jpg"}, {"file": "b.jpg", "text": "Hello"}]})
    assert [note.message for note in decisions(single) if note.code == "texts"] == ["Texts: “Hello” on b.jpg."]
