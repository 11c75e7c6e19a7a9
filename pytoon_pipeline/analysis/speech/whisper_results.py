"""What all programs that run Whisper share: which of its segments are trusted, and what a lack of memory looks like."""

from pytoon_pipeline.contracts.errors import DependencyMissing, TransientError

# Whisper's own limits. It decodes again where one is exceeded; segments that still exceed one were not recognised.
MIN_LOGPROB, MAX_COMPRESSION, MAX_NO_SPEECH = -1.0, 2.4, 0.6
# Messages of CUDA and its libraries when memory has run out; torch's own error is a RuntimeError of this kind, too.
OUT_OF_MEMORY = ("out of memory", "alloc_failed", "can't allocate memory", "not enough memory", "failed to allocate")


def trusted(logprob: float, compression: float, no_speech: float) -> bool:
    """Whether Whisper itself trusts a segment to be speech that it recognised."""
    return logprob >= MIN_LOGPROB and compression <= MAX_COMPRESSION and no_speech <= MAX_NO_SPEECH


def out_of_memory(error: BaseException) -> bool:
    """Whether ``error`` says that the machine or the GPU has too little memory."""
    return isinstance(error, MemoryError) or any(sign in str(error).lower() for sign in OUT_OF_MEMORY)


def memory_exhausted(model: str) -> TransientError:
    """The error for a machine with too little memory for ``model``."""
    return TransientError(
        "memory_exhausted",
        f"There is not enough memory for Whisper's model “{model}”.",
        "Set PYTOON_WHISPER_MODEL to a smaller model, or run fewer uploads at once (PYTOON_RUNS).",
    )


def weights_damaged(name: str, path: object) -> DependencyMissing:
    """The error for the checkpoint ``name`` at ``path``, which cannot be loaded."""
    return DependencyMissing(
        "weights_damaged",
        f"Whisper's checkpoint {name} cannot be loaded.",
        f"Delete {path}; then download it again with pytoon models fetch.",
    )
