"""Notes about the files of a video."""

from dataclasses import replace

from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.planning.analysed_media import PlanMedia
from pytoon_pipeline.planning.source_notes import source_notes
from pytoon_pipeline_tests.harness.plans import footage


def test_bars_that_are_cut_off_are_named() -> None:
    clip = footage(10.0)
    barred = replace(clip, frames=clip.sampled.model_copy(update={"picture": Box(0, 0.12, 1, 0.88)}))
    (note,) = [one for one in source_notes(PlanMedia(media=(barred,)), ()) if one.code == "bars_cut"]
    assert "top 12%" in note.message
    assert "left" not in note.message
    assert not [one for one in source_notes(PlanMedia(media=(clip,)), ()) if one.code == "bars_cut"]
