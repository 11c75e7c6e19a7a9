"""The cost of an edit: a 60 s video, changed in one place, as a share of rendering it cold.

``python -m benchmarks.edit``. Shares of the wall time and of the processor time of all threads. One caption of 20 shows
during 5 % of all frames; one of 60, which is what speech gives, during 1.7 %. Also whether every frame outside the
changed segments is bit-identical, and whether times and lengths of the joined file are as they should be.
"""

import json
import resource
import time
from dataclasses import dataclass
from pathlib import Path

from pytoon_pipeline.contracts.spec.layers import ImageLayer, VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import AudioClip, AudioTrack, RenderSpec
from pytoon_pipeline.media import ffmpeg
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.rendering import concat, stages
from pytoon_pipeline.rendering.audio_mix import AudioSource
from pytoon_pipeline.store.stages import StageResult
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.encode_floor import in_memory
from pytoon_pipeline_tests.harness.machine import machine
from pytoon_pipeline_tests.harness.timelines import Timeline, clip, cues, finished, footage, photo, stills

SECONDS, CAPTIONS, SPOKEN_CAPTIONS = 60, 20, 60


def processor_seconds() -> float:
    """Processor time of this process and its ended children."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


@dataclass(frozen=True)
class Cost:
    """Seconds of wall time and of all processors."""

    wall: float
    cpu: float

    def shares(self, cold: "Cost") -> dict[str, float]:
        return {"share_of_cold": round(self.wall / cold.wall, 4), "cpu_share_of_cold": round(self.cpu / cold.cpu, 4)}


class Studio:
    """Renders plans to whole videos with one store."""

    def __init__(self, folder: Path, line: Timeline, sounds: dict[str, AudioSource]) -> None:
        self.folder, self.line, self.sounds = folder, line, sounds
        self.store = Store(folder / "store", folder / "work")

    def make(self, spec: RenderSpec, out: Path) -> tuple[Cost, list[StageResult], StageResult]:
        began, used = time.perf_counter(), processor_seconds()
        done = stages.render_segments(self.store, spec, self.line.sources, lambda ready, total: None)
        sound = stages.mix_audio(self.store, spec, self.sounds)
        files = [self.store.path(one.artifact.files["video"]) for one in done]
        joined = concat.join(spec, files, self.store.path(sound.artifact.files["audio"]), out)
        assert abs(joined.video_seconds - joined.audio_seconds) <= 0.020
        return Cost(time.perf_counter() - began, processor_seconds() - used), done, sound


def compare(studio: Studio, before: list[str], spec: RenderSpec, cold: Cost) -> dict[str, object]:
    """Makes ``spec`` warm and looks at what became of the frames."""
    out = studio.folder / "after.mp4"
    cost, done, sound = studio.make(spec, out)
    fresh = [n for n, one in enumerate(done) if one.status == "computed"]
    after = hashes(out)
    touched = [spec.segments[n] for n in fresh]
    changed = {frame for one in touched for frame in range(one.start, one.start + one.frames)}
    same = [a == b for a, b in zip(before, after, strict=True)]
    outside = [same[f] for f in range(len(same)) if f not in changed]
    return {
        "seconds": round(cost.wall, 3),
        **cost.shares(cold),
        "segments_rendered": len(fresh),
        "segments": len(done),
        "sound_made": sound.status == "computed",
        "identical_outside": all(outside),
        "frames_compared": len(outside),
        "times_continuous": continuous(out, spec),
    }


def hashes(video: Path) -> list[str]:
    """A hash of each decoded picture."""
    said, _ = ffmpeg.run(["-v", "error", "-i", str(video), "-map", "0:v", "-f", "framemd5", "-"])
    return [line.split(",")[-1].strip() for line in said.decode().splitlines() if not line.startswith("#")]


def continuous(video: Path, spec: RenderSpec) -> bool:
    import av

    with av.open(str(video)) as container:
        times = sorted(p.pts * p.time_base * spec.rate.fraction for p in container.demux(video=0) if p.pts is not None)
    return times == list(range(spec.frames))


def captioned(spec: RenderSpec, captions: int = CAPTIONS) -> RenderSpec:
    return finished(list(spec.scenes), cues(spec.frames, spec.frames // captions))


def other_word(spec: RenderSpec) -> RenderSpec:
    """``spec`` with another word in the caption in the middle."""
    texts = list(spec.captions.cues)
    middle = len(texts) // 2
    first, _, *rest = words = texts[middle].words
    changed = (first, words[1].model_copy(update={"text": "other"}), *rest)
    texts[middle] = texts[middle].model_copy(update={"words": changed})
    return spec.model_copy(update={"captions": spec.captions.model_copy(update={"cues": tuple(texts)})})


def over_speech(folder: Path) -> dict[str, object]:
    """One of as many captions as a minute of speech has."""
    line = footage(folder, SECONDS)
    spec = captioned(line.spec, SPOKEN_CAPTIONS)
    studio = Studio(folder, line, {})
    before = folder / "before.mp4"
    cold, _, _ = studio.make(spec, before)
    found = compare(studio, hashes(before), other_word(spec), cold)
    return {"cold_seconds": round(cold.wall, 2), "cold_cpu_seconds": round(cold.cpu, 2), "one_caption": found}


def over_footage(folder: Path) -> dict[str, object]:
    line = footage(folder, SECONDS)
    item = next(iter(line.sources))
    info = line.sources[item].info
    assert info.audio is not None
    assert info.video is not None
    music = clip(folder, 20)
    heard = probe(music)
    assert heard.audio is not None
    sounds = {item: AudioSource(line.sources[item].path, info.audio, info.video.start),
              "m" * 64: AudioSource(music, heard.audio, 0.0)}  # fmt: skip
    samples = SECONDS * 48_000
    voice = AudioTrack(role="original", clips=(AudioClip(item=item, start=0, source_start=0, samples=samples),))
    spec = captioned(line.spec)
    spec = spec.model_copy(update={"audio": spec.audio.model_copy(update={"tracks": (voice,)})})
    studio = Studio(folder, line, sounds)
    before = folder / "before.mp4"
    cold, _, _ = studio.make(spec, before)
    known = hashes(before)

    layer = spec.scenes[0].layers[0]
    assert isinstance(layer, VideoLayer)
    keys = list(layer.crop_path.keyframes)
    keys[120] = keys[120].model_copy(update={"x": keys[120].x + 0.01})
    camera = layer.crop_path.model_copy(update={"keyframes": tuple(keys)})
    moved = spec.scenes[0].model_copy(update={"layers": (layer.model_copy(update={"crop_path": camera}),)})
    one_key = spec.model_copy(update={"scenes": (moved,)})

    bed = AudioTrack(role="music", gain_db=-12,
                     clips=(AudioClip(item="m" * 64, start=0, source_start=0, samples=20 * 48_000),))  # fmt: skip
    other_music = spec.model_copy(update={"audio": spec.audio.model_copy(update={"tracks": (voice, bed)})})

    style = spec.captions.style.model_copy(update={"highlight": "#00FF88"})
    preset = spec.model_copy(update={"captions": spec.captions.model_copy(update={"style": style})})
    edits = {"one_caption": other_word(spec), "one_crop_key": one_key, "music": other_music, "preset": preset}
    found: dict[str, object] = {name: compare(studio, known, changed, cold) for name, changed in edits.items()}
    return {
        "cold_seconds": round(cold.wall, 2),
        "cold_cpu_seconds": round(cold.cpu, 2),
        "segments": len(spec.segments),
    } | found


def over_stills(folder: Path) -> dict[str, object]:
    line = stills(folder, count=10, each=194, captions=False)
    spec = captioned(line.spec)
    studio = Studio(folder, line, {})
    before = folder / "before.mp4"
    cold, _, _ = studio.make(spec, before)
    known = hashes(before)
    path = folder / "other.png"
    photo(path, 1500, 2000, 99)
    other = "9" * 64
    line.sources[other] = type(line.sources[f"{7:064x}"])(path, line.sources[f"{7:064x}"].info)
    scenes = list(spec.scenes)
    layer = scenes[7].layers[0]
    assert isinstance(layer, ImageLayer)
    scenes[7] = scenes[7].model_copy(update={"layers": (layer.model_copy(update={"item": other}),)})
    changed = spec.model_copy(update={"scenes": tuple(scenes)})
    return {
        "cold_seconds": round(cold.wall, 2),
        "cold_cpu_seconds": round(cold.cpu, 2),
        "one_item": compare(studio, known, changed, cold),
    }


def main() -> None:
    result: dict[str, object] = {}
    for name, run in (("footage", over_footage), ("speech", over_speech), ("stills", over_stills)):
        with in_memory() as folder:
            result[name] = run(folder)
    print(json.dumps(result | {"machine": machine()}, indent=2))


if __name__ == "__main__":
    main()
