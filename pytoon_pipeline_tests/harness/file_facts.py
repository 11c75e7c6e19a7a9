"""The facts of a file that every platform accepts."""

from pytoon_pipeline.contracts.conformance import FileFacts

GOOD = FileFacts(
    container="mp4",
    bytes=8_000_000,
    seconds=20.0,
    video_codec="h264",
    pixel_format="yuv420p",
    level=4.0,
    width=1080,
    height=1920,
    colour=(1, 1, 1, 1),
    frame_rate=30.0,
    steps=(0.0333, 0.0334),
    video_bit_rate=4_000_000,
    audio_codec="aac",
    sample_rate=48_000,
    channels=2,
    language="eng",
    loudness=-14.1,
    true_peak=-1.2,
)
