"""The analysis ``metadata``: what each file is, and its audio in the form that recognition needs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytoon_pipeline.analysis.results import AUDIO, PICTURE
from pytoon_pipeline.analysis.stages.analysis import Analysis
from pytoon_pipeline.contracts.media import MediaInfo, Metadata, SourceItem
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.media import probing
from pytoon_pipeline.media.losses import check_complete, undecoded_audio_seconds
from pytoon_pipeline.runtime.versions import version
from pytoon_pipeline.store.items import ItemWork
from pytoon_pipeline.store.stages import Stage, StageOutput
from pytoon_pipeline.store.store import Store

# Music is a fact of few uploads: its beats are found with the rest of its audio, and not in a stage of their own.
BEATS_VERSION = 1


@dataclass(frozen=True)
class MediaProbe(Analysis[Metadata]):
    """Probes every file of an upload. ``probe`` returns what a clip or an audio file is."""

    stage = Stage("metadata", 5)
    libraries = ("pyav",)
    record = Metadata

    store: Store
    limits: Limits
    probe: Callable[[SourceItem], MediaInfo]

    def covers(self, item: SourceItem) -> bool:
        return True

    def work(self, item: SourceItem) -> ItemWork:
        tools = {"av": version("av"), "pillow": version("pillow")}
        parameters = self.limits.model_dump(mode="json")
        if item.role == "music":
            parameters["beats"] = BEATS_VERSION
        return ItemWork(
            lambda scratch: self._compute(item, scratch),
            {"media": item.sha256},
            parameters,
            tools,
        )

    def _compute(self, item: SourceItem, scratch: Path) -> StageOutput:
        from pytoon_pipeline.media import images

        path = self.store.path(item.stored)
        if images.kind(path):
            info = probing.probe_still(path, self.limits, scratch / "picture.png")
            return StageOutput(Metadata(info=info, audio_seconds=0), {PICTURE: scratch / "picture.png"})
        info = self.probe(item)
        if info.video is not None or info.audio is None:
            probing.accept(info, self.limits)
        check_complete(info, self.limits)
        return self._extract_audio(path, info, scratch / "audio.wav", music=item.role == "music")

    def _extract_audio(self, path: Path, info: MediaInfo, wav: Path, music: bool) -> StageOutput:
        from pytoon_pipeline.analysis.music.beats import find_beats
        from pytoon_pipeline.media import audio, loudness

        if info.audio is None:
            return StageOutput(Metadata(info=info, audio_seconds=0))
        start = info.video.start if info.video else info.audio.start
        seconds, undecoded = audio.extract(path, info.audio, start, self.limits.source_seconds_max, wav)
        lost = undecoded_audio_seconds(info, start, seconds, undecoded)
        check_complete(info, self.limits, audio_lost=lost)
        if not seconds:
            return StageOutput(Metadata(info=info, audio_seconds=0, audio_lost=lost))
        value = Metadata(
            info=info,
            audio_seconds=seconds,
            audio_lost=lost,
            loudness=loudness.integrated(wav),
            beats=find_beats(audio.load(wav), audio.ANALYSIS_RATE) if music else (),
        )
        return StageOutput(value, {AUDIO: wav})

    def summary(self, values: Sequence[Metadata]) -> Mapping[str, int | float | str]:
        return {"files": len(values), "audio_seconds": round(sum(one.audio_seconds for one in values), 2)}
