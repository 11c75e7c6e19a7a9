"""The format of every video: the size of the canvas in pixels, and the sample rate of its sound in Hz."""

WIDTH, HEIGHT = 1080, 1920
SAMPLE_RATE = 48_000
