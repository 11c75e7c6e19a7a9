"""What the source is, what is said and what is seen. Each is made once for a file, whoever uploads it.

Detectors are imported where they look: loading the code location, and finding what is there, imports nothing heavy.
"""

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg

from pytoon_pipeline.contracts.analysis import (
    FaceSummary,
    FocalPoints,
    SampledFrames,
    Shots,
    SilenceSegments,
    Transcript,
)
from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.media import Metadata, SourceMedia
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.defs.io_managers import Frames
from pytoon_pipeline.defs.resources import Studio
from pytoon_pipeline.defs.stage import failures, output, run, stage_asset
from pytoon_pipeline.media import probing
from pytoon_pipeline.planning.presets import load_preset
from pytoon_pipeline.speech import recognisers
from pytoon_pipeline.store.stages import Product, Stage, run_stage

if TYPE_CHECKING:
    from pytoon_pipeline.vision.sampling import Samples

METADATA = Stage("metadata", 1)
TRANSCRIPTION = Stage("transcription", 2)
SILENCE = Stage("silence_segments", 1)
FRAMES = Stage("sampled_frames", 1)
FACES = Stage("face_detections", 1)
FOCUS = Stage("focal_points", 1)
SHOTS = Stage("shots", 1)

# The first file of an upload; metadata hands it on together with what it is.
MAIN = "media-0"
MEDIA = "media"
NO_SOUND = "none"


@stage_asset(METADATA, "analysis", "pyav")
def metadata(context: dg.AssetExecutionContext, studio: Studio, source_media: Artifact) -> dg.Output[Artifact]:
    """What the file is: length, frame rate, size, rotation, pixel shape, colour, streams; and its sound at 16 kHz."""
    limits = studio.limits
    media = {MEDIA: source_media.files[MAIN]}

    def make(room: Path) -> Product:
        from pytoon_pipeline.media import sound

        path = studio.store.path(media[MEDIA])
        info = probing.probe(path)
        video = probing.accept(info, limits)
        if info.audio is None:
            return Product(Metadata(info=info, audio_seconds=0), stored=media)
        audio = room / "audio.wav"
        seconds = sound.extract(path, info.audio, video.start, limits.source_seconds_max, audio)
        return Product(Metadata(info=info, audio_seconds=seconds), {"audio": audio} if seconds else {}, media)

    def show(artifact: Artifact) -> dict[str, Any]:
        info = artifact.read(Metadata).info
        with failures(context, studio):
            video = probing.accept(info, limits)
        return {
            "source_seconds": info.seconds,
            "picture": f"{video.width}×{video.height} {video.codec}, {video.average_rate} fps"
            + (", varying" if video.variable_rate else ""),
            "sound": f"{info.audio.codec}, {info.audio.sample_rate} Hz" if info.audio else "none",
            "streams": info.streams,
        }

    inputs = {"media": media[MEDIA].sha256}
    return run(context, studio, METADATA, make, inputs=inputs, tools={"av": version("av")}, show=show)


@stage_asset(TRANSCRIPTION, "analysis", "whisper", "pocketsphinx")
def transcription(context: dg.AssetExecutionContext, studio: Studio, metadata: Artifact) -> dg.Output[Artifact]:
    """The spoken words with their times, by Whisper where its weights are, else by pocketsphinx; it says which."""
    audio = metadata.files.get("audio")
    if audio is None:
        silent = Product(Transcript(words=(), language="", recogniser=None))
        return run(context, studio, TRANSCRIPTION, lambda room: silent, inputs={"audio": NO_SOUND})
    with failures(context, studio):
        choice = recognisers.choose(studio.speech)

    def make(room: Path) -> Product:
        from pytoon_pipeline.media.sound import load

        return Product(recognisers.transcribe(choice, load(studio.store.path(audio))))

    def show(artifact: Artifact) -> dict[str, Any]:
        transcript = artifact.read(Transcript)
        used = choice.recogniser
        return {
            "words": len(transcript.words),
            "rejected_words": transcript.rejected_words,
            "text": " ".join(word.text for word in transcript.words)[:500],
            "recogniser": f"{used.engine} {used.model}",
            "fallback": used.fallback or "–",
        }

    return run(
        context,
        studio,
        TRANSCRIPTION,
        make,
        inputs={"audio": audio.sha256},
        tools={"recogniser": choice.recogniser.identity},
        show=show,
    )


@stage_asset(SILENCE, "analysis", "numpy")
def silence_segments(
    context: dg.AssetExecutionContext,
    studio: Studio,
    source_media: Artifact,
    metadata: Artifact,
    transcription: Artifact,
) -> dg.Output[Artifact]:
    """Where nothing is said, what stays, and the words with impossible times repaired."""
    with failures(context, studio):
        request = Request.model_validate(source_media.read(SourceMedia).request)
        settings = load_preset(request.preset, request.adjust).silence
    audio = metadata.files.get("audio")

    def make(room: Path) -> Product:
        from pytoon_pipeline.media import sound
        from pytoon_pipeline.speech import silence

        transcript = transcription.read(Transcript)
        samples = sound.load(studio.store.path(audio)) if audio else sound.nothing()
        return Product(silence.find_silence(samples, sound.ANALYSIS_RATE, transcript, settings))

    def show(artifact: Artifact) -> dict[str, Any]:
        found = artifact.read(SilenceSegments)
        return {
            "silences": len(found.silences),
            "seconds_silent": round(sum(part.seconds for part in found.silences), 2),
            "repaired_words": found.repaired_words,
            "dropped_words": found.dropped_words,
            "threshold_db": found.threshold_db,
        }

    return run(
        context,
        studio,
        SILENCE,
        make,
        inputs={"audio": audio.sha256 if audio else NO_SOUND, "transcription": transcription.fingerprint},
        parameters=settings.model_dump(mode="json"),
        show=show,
    )


@stage_asset(FRAMES, "analysis", "pyav", io_manager_key="frames")
def sampled_frames(context: dg.AssetExecutionContext, studio: Studio, metadata: Artifact) -> dg.Output[Frames]:
    """Small pictures five times a second and a thumb of every frame, from the one decode that feeds all detectors."""
    video = metadata.read(Metadata).info.video
    assert video is not None
    media = metadata.files[MEDIA]
    made: list[Samples] = []

    def make(room: Path) -> Product:
        from pytoon_pipeline.vision.sampling import sample

        samples = sample(studio.store.path(media), video, studio.limits, room)
        made.append(samples)
        return Product(samples.record, {"pictures": samples.pictures, "thumbs": samples.thumbs})

    with failures(context, studio):
        done = run_stage(
            studio.store,
            FRAMES,
            make,
            inputs={"media": media.sha256},
            parameters={"video": video.model_dump(mode="json")},
            tools={"av": version("av"), "opencv": version("opencv-contrib-python")},
        )
    record = done.artifact.read(SampledFrames)
    shown = {"samples": record.samples, "frames": record.frames, "damaged_packets": record.damaged}
    return output(context, done, shown, Frames(studio.store, done.artifact, *made))


@stage_asset(FACES, "analysis", "mediapipe")
def face_detections(context: dg.AssetExecutionContext, studio: Studio, sampled_frames: Frames) -> dg.Output[Artifact]:
    """Faces in the sampled frames: boxes, scores and landmarks, as Parquet."""

    def make(room: Path) -> Product:
        from pytoon_pipeline.vision import faces

        found, summary = faces.detect(sampled_frames.samples)
        faces.write(found, room / "faces.parquet")
        return Product(summary, {"faces": room / "faces.parquet"})

    def show(artifact: Artifact) -> dict[str, Any]:
        summary = artifact.read(FaceSummary)
        return {"faces": summary.faces, "samples_with_face": f"{summary.with_face} of {summary.samples}"}

    inputs = {"frames": sampled_frames.artifact.fingerprint}
    return run(context, studio, FACES, make, inputs=inputs, tools={"mediapipe": version("mediapipe")}, show=show)


@stage_asset(FOCUS, "analysis", "opencv")
def focal_points(context: dg.AssetExecutionContext, studio: Studio, sampled_frames: Frames) -> dg.Output[Artifact]:
    """Where the picture's detail is: where to look when there is no face."""

    def make(room: Path) -> Product:
        from pytoon_pipeline.vision.focus import find

        return Product(find(sampled_frames.samples))

    return run(
        context,
        studio,
        FOCUS,
        make,
        inputs={"frames": sampled_frames.artifact.fingerprint},
        tools={"opencv": version("opencv-contrib-python")},
        show=lambda artifact: {"points": len(artifact.read(FocalPoints).points)},
    )


@stage_asset(SHOTS, "analysis", "opencv")
def shots(context: dg.AssetExecutionContext, studio: Studio, sampled_frames: Frames) -> dg.Output[Artifact]:
    """Scene cuts, by PySceneDetect over every frame; and where the source itself is still or black."""
    record = sampled_frames.artifact.read(SampledFrames)
    rate = round(record.frames / record.seconds, 4)

    def make(room: Path) -> Product:
        from pytoon_pipeline.vision.shots import find

        return Product(find(sampled_frames.samples.every_frame(), rate))

    return run(
        context,
        studio,
        SHOTS,
        make,
        inputs={"frames": sampled_frames.artifact.fingerprint},
        tools={"scenedetect": version("scenedetect")},
        show=lambda artifact: {"cuts": len(artifact.read(Shots).cuts)},
    )
