"""What each file is, what is said in it and what is seen. Made once for a file, whoever uploads it.

Detectors are imported where they look: loading the code location, and finding what is there, imports nothing heavy.
"""

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg

from pytoon_pipeline.analysis.needs import Needs, needs
from pytoon_pipeline.analysis.speech import transcribers
from pytoon_pipeline.config.defaults import preset_name
from pytoon_pipeline.config.presets import load_preset
from pytoon_pipeline.contracts.analysis import (
    FaceSummary,
    FocalPoints,
    SampledFrames,
    Shots,
    SilenceSegments,
    Transcript,
)
from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.media import MediaInfo, Metadata, SourceItem, SourceMedia
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.defs.io_managers import Frames
from pytoon_pipeline.defs.items import ItemWork, collect_items, items_of, parts_of, run_items
from pytoon_pipeline.defs.resources import Studio
from pytoon_pipeline.defs.stage import output, stage_asset
from pytoon_pipeline.intake.preflight import Preflight
from pytoon_pipeline.media import probing
from pytoon_pipeline.media.losses import check_complete, undecoded_audio_seconds
from pytoon_pipeline.store.fingerprint import hash_value
from pytoon_pipeline.store.stages import Stage, StageOutput

if TYPE_CHECKING:
    from pytoon_pipeline.analysis.vision.sampling import Samples

METADATA = Stage("metadata", 4)
TRANSCRIPTION = Stage("transcription", 4)
SILENCE = Stage("silence_segments", 4)
FRAMES = Stage("sampled_frames", 3)
FACES = Stage("face_detections", 2)
FOCUS = Stage("focal_points", 2)
SHOTS = Stage("shots", 2)

# Files of an item's metadata: its sound at 16 kHz, and the upright copy of a still picture.
AUDIO, PICTURE = "audio", "picture"


@stage_asset(METADATA, "analysis", "pyav")
def metadata(context: dg.AssetExecutionContext, studio: Studio, source_media: Artifact) -> dg.Output[Artifact]:
    """What each file is: length, frame rate, size, rotation, pixel shape, colour, streams; and its sound at 16 kHz."""
    limits = studio.limits

    def work(item: SourceItem) -> ItemWork:
        def make(scratch: Path) -> StageOutput:
            from pytoon_pipeline.media import audio, images, loudness

            path = studio.store.path(item.stored)
            if images.kind(path):
                info = probing.probe_still(path, limits, scratch / "picture.png")
                return StageOutput(Metadata(info=info, audio_seconds=0), {PICTURE: scratch / "picture.png"})
            info = Preflight(studio.store, limits).probe(item)
            if info.video is not None or info.audio is None:
                probing.accept(info, limits)
            check_complete(info, limits)
            if info.audio is None:
                return StageOutput(Metadata(info=info, audio_seconds=0))
            wav = scratch / "audio.wav"
            start = info.video.start if info.video else info.audio.start
            seconds, undecoded = audio.extract(path, info.audio, start, limits.source_seconds_max, wav)
            lost = undecoded_audio_seconds(info, start, seconds, undecoded)
            check_complete(info, limits, audio_lost=lost)
            if not seconds:
                return StageOutput(Metadata(info=info, audio_seconds=0, audio_lost=lost))
            value = Metadata(
                info=info, audio_seconds=seconds, audio_lost=lost, loudness=loudness.integrated(wav)
            )  # fmt: skip
            return StageOutput(value, {AUDIO: wav})

        tools = {"av": version("av"), "pillow": version("pillow")}
        return ItemWork(make, {"media": item.sha256}, limits.model_dump(mode="json"), tools)

    def show(parts: Mapping[str, Artifact]) -> dict[str, Any]:
        items = items_of(source_media)
        infos = {item: part.read(Metadata).info for item, part in parts.items()}
        for one in items:
            if one.role in ("media", "background") and infos[one.sha256].still is None:
                probing.accept(infos[one.sha256], limits)
        needs(request_of(source_media), items, infos)
        lines = "\n".join(f"- {item.name}: {describe_media(infos[item.sha256])}" for item in items)
        return {"items": dg.MetadataValue.md(lines or "–")}

    return run_items(context, studio, METADATA, items_of(source_media), work, show)


def describe_media(info: MediaInfo) -> str:
    """A file in a few words."""
    said = []
    if info.still is not None:
        said.append(f"picture, {info.still.original}" + (", transparent" if info.still.transparent else ""))
    if info.video is not None:
        video = info.video
        varying = ", varying" if video.variable_rate else ""
        said.append(f"{video.width}×{video.height} {video.codec}, {video.average_rate} fps{varying}")
    if info.audio is not None:
        said.append(f"{info.audio.codec}, {info.audio.sample_rate} Hz")
    return f"{'; '.join(said)}; {info.seconds:.2f} s" if info.still is None else said[0]


def request_of(source: Artifact) -> Request:
    return Request.model_validate(source.read(SourceMedia).asked)


def infos_of(studio: Studio, metadata: Artifact) -> dict[str, MediaInfo]:
    return {item: part.read(Metadata).info for item, part in parts_of(studio.store, metadata).items()}


def needed(studio: Studio, source: Artifact, metadata: Artifact) -> Needs:
    """Which analysis the upload needs."""
    return needs(request_of(source), source.read(SourceMedia).items, infos_of(studio, metadata))


@stage_asset(TRANSCRIPTION, "analysis", "whisper", "pocketsphinx")
def transcription(
    context: dg.AssetExecutionContext, studio: Studio, source_media: Artifact, metadata: Artifact
) -> dg.Output[Artifact]:
    """The spoken words with their times: from subtitles, else by Whisper where its weights are, else by pocketsphinx;
    it says which.
    """
    known = parts_of(studio.store, metadata)
    wanted = [
        item for item in items_of(source_media, needed(studio, source_media, metadata).words)
        if AUDIO in known[item.sha256].files
    ]  # fmt: skip
    beside = source_media.read(SourceMedia).subtitles()
    heard = [item for item in wanted if item.sha256 not in beside]
    choice = transcribers.choose(studio.speech) if heard else None

    def work(item: SourceItem) -> ItemWork:
        audio, info = known[item.sha256].files[AUDIO], known[item.sha256].read(Metadata).info
        file = beside.get(item.sha256)
        inputs = {"audio": audio.sha256}
        if file is not None:
            inputs |= {"subtitles": file.sha256, "subtitles_name": hash_value(file.name)}
        elif info.streams.get("subtitle"):
            inputs["media"] = item.sha256

        def make(scratch: Path) -> StageOutput:
            from pytoon_pipeline.analysis.speech import subtitle_words
            from pytoon_pipeline.media import subtitles
            from pytoon_pipeline.media.audio import ANALYSIS_RATE, load

            samples = load(studio.store.path(audio))
            if file is not None:
                lines = subtitles.read(studio.store.path(file.stored), file.name)
                return StageOutput(subtitle_words.from_file(lines, file.name, samples, ANALYSIS_RATE))
            if "media" in inputs and info.audio is not None:
                tracks = subtitles.tracks(studio.store.path(item.stored), info.video.start if info.video else 0.0)
                found = subtitle_words.from_track(tracks, info.audio.language, samples, ANALYSIS_RATE)
                if found is not None:
                    return StageOutput(found)
            assert choice is not None
            with studio.recogniser():
                value = transcribers.transcribe(choice, samples, studio.threads)
            return StageOutput(value, device=value.device, precision=value.precision)

        tools = {"transcriber": choice.transcriber.identity} if choice is not None and file is None else {}
        return ItemWork(make, inputs, tools=tools)

    def show(parts: Mapping[str, Artifact]) -> dict[str, Any]:
        found = [part.read(Transcript) for part in parts.values()]
        words = [word.text for transcript in found for word in transcript.words]
        used = [transcript.transcriber for transcript in found if transcript.transcriber is not None]
        return {
            "words": len(words),
            "rejected_words": sum(transcript.rejected_words for transcript in found),
            "text": " ".join(words)[:500],
            "transcriber": _joined(f"{by.engine} {by.model}" for by in used),
            "fallback": _joined([*(by.fallback for by in used), *(one.device_fallback for one in found)]),
        }

    return run_items(context, studio, TRANSCRIPTION, wanted, work, show)


def _joined(said: Iterable[str | None]) -> str:
    return ", ".join(dict.fromkeys(one for one in said if one)) or "–"


@stage_asset(SILENCE, "analysis", "numpy")
def silence_segments(
    context: dg.AssetExecutionContext,
    studio: Studio,
    source_media: Artifact,
    metadata: Artifact,
    transcription: Artifact,
) -> dg.Output[Artifact]:
    """Where nothing is said, what stays, and the words with impossible times repaired."""
    request = request_of(source_media)
    known = parts_of(studio.store, metadata)
    heard = parts_of(studio.store, transcription)
    wanted = items_of(source_media, needed(studio, source_media, metadata).speech)
    name = preset_name(request, source_media.read(SourceMedia).items, infos_of(studio, metadata))
    settings = load_preset(name, request.adjust).silence
    asked = request.adjust.get("silence", {}).get("remove") is True

    def work(item: SourceItem) -> ItemWork:
        stored = known[item.sha256].files.get(AUDIO)
        words = heard.get(item.sha256)
        talk = asked and item.role == "media"

        def make(scratch: Path) -> StageOutput:
            from pytoon_pipeline.analysis.speech import silence
            from pytoon_pipeline.media import audio

            transcript = words.read(Transcript) if words else Transcript(words=(), language="", transcriber=None)
            samples = audio.load(studio.store.path(stored)) if stored else audio.nothing()
            return StageOutput(silence.find_silence(samples, audio.ANALYSIS_RATE, transcript, settings, talk))

        inputs = {"audio": stored.sha256 if stored else "none", "words": words.fingerprint if words else "none"}
        return ItemWork(make, inputs, {**settings.model_dump(mode="json"), "asked": talk})

    def show(parts: Mapping[str, Artifact]) -> dict[str, Any]:
        found = [part.read(SilenceSegments) for part in parts.values()]
        return {
            "silences": sum(len(one.silences) for one in found),
            "seconds_silent": round(sum(part.seconds for one in found for part in one.silences), 2),
            "repaired_words": sum(one.repaired_words for one in found),
            "dropped_words": sum(one.dropped_words for one in found),
        }

    return run_items(context, studio, SILENCE, wanted, work, show)


@stage_asset(FRAMES, "analysis", "pyav", io_manager_key="frames")
def sampled_frames(
    context: dg.AssetExecutionContext, studio: Studio, source_media: Artifact, metadata: Artifact
) -> dg.Output[Frames]:
    """Small pictures five times a second and a thumb of every frame, from the one decode that feeds all detectors."""
    made: dict[str, Samples] = {}
    known = parts_of(studio.store, metadata)
    wanted = items_of(source_media, needed(studio, source_media, metadata).pictures)
    limits = studio.limits

    def work(item: SourceItem) -> ItemWork:
        part = known[item.sha256]
        info = part.read(Metadata).info

        def make(scratch: Path) -> StageOutput:
            from pytoon_pipeline.analysis.vision.sampling import sample, sample_still
            from pytoon_pipeline.media import images

            if info.still is not None:
                samples = sample_still(images.read(studio.store.path(part.files[PICTURE])), scratch)
            else:
                assert info.video is not None
                path = studio.store.path(item.stored)
                samples = sample(path, info.video, limits, scratch)
                check_complete(info, limits, samples.record)
            made[item.sha256] = samples
            return StageOutput(samples.record, {"pictures": samples.pictures, "thumbs": samples.thumbs})

        video = info.model_dump(mode="json", include={"video", "still"})
        tools = {"av": version("av"), "opencv": version("opencv-contrib-python")}
        return ItemWork(make, {"media": item.sha256}, video, tools)

    done, parts = collect_items(studio.store, FRAMES, wanted, work)
    records = [part.read(SampledFrames) for part in parts.values()]
    shown = {
        "samples": sum(record.samples for record in records),
        "frames": sum(record.frames for record in records),
        "damaged_packets": sum(record.damaged for record in records),
    }
    return output(context, done, shown, Frames(studio.store, done.artifact, made))


def look_at_items(
    studio: Studio, source: Artifact, metadata: Artifact, frames: Frames
) -> tuple[dict[str, Artifact], list[SourceItem]]:
    """The sampled frames of each item, and the items that detectors look at."""
    return frames.parts, items_of(source, needed(studio, source, metadata).subjects)


@stage_asset(FACES, "analysis", "mediapipe")
def face_detections(
    context: dg.AssetExecutionContext, studio: Studio, source_media: Artifact, metadata: Artifact,
    sampled_frames: Frames,
) -> dg.Output[Artifact]:  # fmt: skip
    """Faces in the sampled frames: boxes, scores and landmarks, as Parquet."""
    frames, wanted = look_at_items(studio, source_media, metadata, sampled_frames)

    def work(item: SourceItem) -> ItemWork:
        def make(scratch: Path) -> StageOutput:
            from pytoon_pipeline.analysis.vision import faces

            found, summary = faces.detect(sampled_frames.samples(item.sha256))
            faces.write(found, scratch / "faces.parquet")
            return StageOutput(summary, {"faces": scratch / "faces.parquet"})

        return ItemWork(make, {"frames": frames[item.sha256].fingerprint}, tools={"mediapipe": version("mediapipe")})

    def show(parts: Mapping[str, Artifact]) -> dict[str, Any]:
        found = [part.read(FaceSummary) for part in parts.values()]
        with_face, samples = sum(one.with_face for one in found), sum(one.samples for one in found)
        return {"faces": sum(one.faces for one in found), "samples_with_face": f"{with_face} of {samples}"}

    return run_items(context, studio, FACES, wanted, work, show)


@stage_asset(FOCUS, "analysis", "opencv")
def focal_points(
    context: dg.AssetExecutionContext, studio: Studio, source_media: Artifact, metadata: Artifact,
    sampled_frames: Frames,
) -> dg.Output[Artifact]:  # fmt: skip
    """Where the picture's detail is: where to look when there is no face."""
    frames, wanted = look_at_items(studio, source_media, metadata, sampled_frames)

    def work(item: SourceItem) -> ItemWork:
        def make(scratch: Path) -> StageOutput:
            from pytoon_pipeline.analysis.vision.focus import find

            return StageOutput(find(sampled_frames.samples(item.sha256)))

        tools = {"opencv": version("opencv-contrib-python")}
        return ItemWork(make, {"frames": frames[item.sha256].fingerprint}, tools=tools)

    def show(parts: Mapping[str, Artifact]) -> dict[str, Any]:
        return {"points": sum(len(part.read(FocalPoints).points) for part in parts.values())}

    return run_items(context, studio, FOCUS, wanted, work, show)


@stage_asset(SHOTS, "analysis", "opencv")
def shots(
    context: dg.AssetExecutionContext, studio: Studio, source_media: Artifact, metadata: Artifact,
    sampled_frames: Frames,
) -> dg.Output[Artifact]:  # fmt: skip
    """Scene cuts, by PySceneDetect over every frame; and where the source itself is still or black."""
    frames, pictures = look_at_items(studio, source_media, metadata, sampled_frames)
    infos = infos_of(studio, metadata)
    wanted = [item for item in pictures if infos[item.sha256].video is not None]

    def work(item: SourceItem) -> ItemWork:
        record = frames[item.sha256].read(SampledFrames)

        def make(scratch: Path) -> StageOutput:
            from pytoon_pipeline.analysis.vision.shots import find

            return StageOutput(find(sampled_frames.samples(item.sha256).every_frame(), record.frames / record.seconds))

        tools = {"scenedetect": version("scenedetect")}
        return ItemWork(make, {"frames": frames[item.sha256].fingerprint}, tools=tools)

    def show(parts: Mapping[str, Artifact]) -> dict[str, Any]:
        return {"cuts": sum(len(part.read(Shots).cuts) for part in parts.values())}

    return run_items(context, studio, SHOTS, wanted, work, show)
