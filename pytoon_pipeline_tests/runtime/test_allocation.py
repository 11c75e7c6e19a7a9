"""Large blocks go back to the system."""

import subprocess
import sys

import pytest

# One block that stays above those that are freed keeps the heap from shrinking.
FREES = """
import ctypes, resource, sys
from pytoon_pipeline.runtime.allocation import return_large_blocks
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
SIZE, COUNT = 3 << 20, 40
if sys.argv[1] == "return":
    return_large_blocks()
# glibc keeps blocks of a size that was freed before.
libc.free(libc.malloc(SIZE + (1 << 16)))
blocks = [libc.malloc(SIZE) for _ in range(COUNT)]
for block in blocks:
    ctypes.memset(block, 1, SIZE)
for block in blocks[:-1]:
    libc.free(block)
pages = int(open("/proc/self/statm").read().split()[1])
print(pages * resource.getpagesize())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc and sets glibc's malloc")
def test_freed_pictures_do_not_stay_in_memory() -> None:
    kept, returned = (
        int(subprocess.run([sys.executable, "-c", FREES, how], check=True, capture_output=True, text=True).stdout)
        for how in ("keep", "return")
    )
    assert kept - returned > 100 << 20
