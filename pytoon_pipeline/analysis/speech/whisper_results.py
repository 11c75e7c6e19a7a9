"""What all programs that run Whisper share: which of its segments are trusted, and their errors."""

from pytoon_pipeline.contracts.errors import DependencyMissing, TransientError

# Whisper's own limits. It decodes again where one is exceeded; segments that still exceed one were not recognised.
MIN_LOGPROB, MAX_COMPRESSION, MAX_NO_SPEECH = -1.0, 2.4, 0.6


def trusted(logprob: float, compression: float, no_speech: float) -> bool:
    """Whether Whisper itself trusts a segment to be speech that it recognised."""
    return logprob >= MIN_LOGPROB and compression <= MAX_COMPRESSION and no_speech <= MAX_NO_SPEECH


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
