"""The format of every rendered video: its size in pixels, its audio sample rate, and the loudness that is silence."""

WIDTH, HEIGHT = 1080, 1920
SAMPLE_RATE = 48_000
# Integrated loudness at or below this is silence. ITU-R BS.1770 gates at -70 LUFS; encoders leave some noise above it.
SILENT_LUFS = -60.0
