"""Which results expire."""

from pytoon_pipeline.operations.garbage import EXPIRING, STAGES


def test_results_that_can_be_computed_again_expire() -> None:
    assert {
        "segment", "rendered_segments", "thumbnail", "thumbnail_frame", "composite", "qc_score", "delivered_video",
        "sampled_frames", "sampled_frames_of_item",
    } < EXPIRING  # fmt: skip


def test_what_is_known_of_media_and_what_people_wrote_stays() -> None:
    stay = {stage.name for stage in STAGES} - EXPIRING
    assert {
        "source_media", "resolved_request", "metadata", "transcription", "silence_segments", "face_detections",
        "focal_points", "shots", "render_spec",
    } < stay  # fmt: skip
