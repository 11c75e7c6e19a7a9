"""What the composite needs besides its segments: the audio track and the thumbnail.

Both depend on the plan and not on the segments, so a run makes them while it renders; see ``prepare_composite``.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pytoon_pipeline.analysis.results import FacesByItem, Frames, detected_faces
from pytoon_pipeline.contracts.archetypes import ARCHETYPES
from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.rendering import EngineAttempt, EngineName
from pytoon_pipeline.contracts.spec.layers import VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.engines.render_job import RenderJob
from pytoon_pipeline.rendering import stages
from pytoon_pipeline.runtime.background import current
from pytoon_pipeline.store.fingerprint import hash_value
from pytoon_pipeline.store.in_flight import ahead_of_steps


@dataclass(frozen=True)
class ThumbnailChoice:
    """What the thumbnail of footage is chosen from."""

    frames: Frames
    faces: FacesByItem

    @property
    def fingerprints(self) -> dict[str, str]:
        """Fingerprints by stage."""
        return {"sampled_frames": self.frames.fingerprint, "face_detections": self.faces.fingerprint}


def prepare_composite(job: RenderJob, spec: RenderSpec, choice: ThumbnailChoice) -> None:
    """Starts the audio track and the thumbnail in the background of the run, once for each plan.

    The composite waits for them. Does nothing outside ``runtime.background.background``.
    """
    if (threads := current()) is None:
        return

    def prepare() -> None:
        with ahead_of_steps():
            # Another machine, which may be out of reach, is not asked while it is asked for the segments.
            if job.chain()[0].name != "remote":
                thumbnail(job, spec, thumbnail_frame(job, spec, choice))
        with ahead_of_steps():
            audio_track(job, spec)

    threads.start(f"composite of {hash_value(spec.model_dump(mode='json'))}", prepare)


def audio_track(job: RenderJob, spec: RenderSpec) -> Artifact:
    """The mixed and encoded audio of ``spec``."""
    return stages.mix_audio(job.store, spec, job.audio()).artifact


def thumbnail_frame(job: RenderJob, spec: RenderSpec, choice: ThumbnailChoice) -> int:
    """The frame that stands for the video: of footage a sharp one with a face, else one with everything in place."""
    first = spec.scenes[0].layers[:1]
    if ARCHETYPES[spec.archetype].thumbnail != "face" or not first or not isinstance(first[0], VideoLayer):
        from pytoon_pipeline.rendering.thumbnail_choice import settled_frame

        return settled_frame(spec)
    item = first[0].item

    def choose() -> int:
        from pytoon_pipeline.rendering import thumbnail_choice

        faces = detected_faces(job.store, choice.faces)[item]
        return thumbnail_choice.choose_frame(spec, item, choice.frames.samples(item), faces)

    return stages.choose_thumbnail(job.store, spec, choose, choice.fingerprints)


def thumbnail(
    job: RenderJob,
    spec: RenderSpec,
    frame: int,
    preferred: EngineName | None = None,
    on_failure: Callable[[EngineAttempt], None] = lambda attempt: None,
) -> Artifact:
    """Frame ``frame`` of ``spec`` as a thumbnail, by the engine ``preferred`` or else another.

    Raises the ``PytoonError`` of the last engine.
    """
    from pytoon_pipeline.engines import policy

    return policy.render_thumbnail(job.chain(), job.request(spec), frame, preferred, on_failure).artifact
