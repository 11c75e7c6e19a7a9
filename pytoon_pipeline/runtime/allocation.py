"""Memory of the C library: large blocks go back to the system as soon as they are freed."""

import ctypes
import sys

# A parameter of glibc's mallopt(3), and the size from which a block is large: the planes of a picture are.
M_MMAP_THRESHOLD, LARGE_BYTES = -3, 1 << 20


def return_large_blocks() -> None:
    """Lets this process give back each large block that it frees.

    glibc keeps freed blocks of a size that was freed before. Encoders and decoders open and close for each segment, in
    several threads, and what is kept for all of them adds up: 60 MB of 570 while a video is rendered. Elsewhere than
    on glibc, nothing changes.
    """
    if sys.platform == "linux" and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)) is not None:
        mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
