"""How the pipeline handles a damaged file: refused, noted, or a silent loss.

Each file goes through what the pipeline does with a file up to its plan, in a process of its own with a time limit. The
loss is what an intact decode of the original gives and the damaged file does not: pictures, and audible sound. A loss
above 0.5 s with neither refusal nor note is *silent*.
"""

import multiprocessing
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from pytoon_pipeline.analysis.speech.silence import find_silence, levels
from pytoon_pipeline.analysis.vision.sampling import sample
from pytoon_pipeline.config.presets import load_limits, load_platform, load_preset
from pytoon_pipeline.contracts.analysis import FocalPoints, Shots, Transcript
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.request import MediaRequest, Request
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.media import audio, loudness, probing
from pytoon_pipeline.media.losses import check_complete, undecoded_audio_seconds
from pytoon_pipeline.planning.analysed_media import AnalysedMedia, PlanMedia
from pytoon_pipeline.planning.plan import plan_video
from pytoon_pipeline_tests.harness.damaged_files import variants

HANGING_SECONDS, LOUD_SECONDS = 60.0, 0.5


# Notes that report a loss.
TELLING = {"truncated_source", "damaged_source", "unreadable_sound", "no_sound", "silent_track"}


# Sound of the original above the first level that is below the second in the variant is gone, in dB.
HEARD_DB, GONE_DB = -45.0, -65.0


@dataclass(frozen=True)
class Came:
    """What was read of a file: the ``code`` of its rejection, or pictures, duration, levels of its sound, and notes."""

    code: str = ""
    frames: int = 0
    seconds: float = 0.0
    heard: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """``lost`` is in seconds; ``outcome`` *refused*, *noted*, *intact*, *silent*, *hangs* or *breaks*."""

    file: str
    damage: str
    outcome: str
    code: str
    lost: float
    notes: tuple[str, ...]
    seconds: float


def process(path: Path, folder: Path) -> Came:
    """What the stages of the pipeline do with one file, up to its plan. Raises ``InvalidInput`` as they do."""
    limits = load_limits()
    info = probing.probe(path)
    video = probing.accept(info, limits)
    check_complete(info, limits)
    seconds, lost, level, samples = 0.0, 0.0, None, audio.nothing()
    if info.audio is not None:
        wav = folder / "audio.wav"
        seconds, undecoded = audio.extract(path, info.audio, video.start, limits.source_seconds_max, wav)
        lost = undecoded_audio_seconds(info, video.start, seconds, undecoded)
        check_complete(info, limits, audio_lost=lost)
        if seconds:
            level, samples = loudness.integrated(wav), audio.load(wav)
    record = sample(path, video, limits, folder).record
    check_complete(info, limits, record)
    preset = load_preset("clean-talk")
    said = Transcript(words=(), language="", transcriber=None)
    silence = find_silence(samples, audio.ANALYSIS_RATE, said, preset.silence) if seconds else None
    material = AnalysedMedia(
        item="0" * 64, info=info, name=path.name, frames=record, focus=FocalPoints(points=()),
        shots=Shots(cuts=(), static=(), black=()), silence=silence, loudness=level, sound_seconds=seconds,
        audio_lost=lost,
    )  # fmt: skip
    resolved = ResolvedRequest(
        request=Request(media=(MediaRequest(file=path.name),)), archetype="footage", preset=preset,
        platform=load_platform("any"), limits=limits,
    )  # fmt: skip
    media = PlanMedia(media=(material,), files={path.name: material})
    notes = tuple(note.code for note in plan_video(resolved, media).notes)
    heard = tuple(levels(samples, audio.ANALYSIS_RATE)[::5].tolist())
    return Came(frames=record.frames, seconds=record.seconds, heard=heard, notes=notes)


def _work(path: Path, answer: Connection) -> None:
    with TemporaryDirectory() as folder:
        try:
            answer.send(process(path, Path(folder)))
        except InvalidInput as error:
            answer.send(Came(code=error.code))


def ask(path: Path) -> tuple[Came | None, str, float]:
    """The outcome of a file in a process of its own, or how that process ended, and the seconds that it took."""
    began = time.perf_counter()
    here, there = multiprocessing.Pipe(duplex=False)
    worker = multiprocessing.get_context("fork").Process(target=_work, args=(path, there))
    worker.start()
    there.close()
    came, ended = None, "hangs"
    if here.poll(HANGING_SECONDS):
        try:
            came, ended = here.recv(), ""
        except EOFError:
            ended = "breaks"
    worker.kill()
    worker.join()
    return came, ended, time.perf_counter() - began


def lost(original: Came, came: Came) -> float:
    """Seconds of the original's pictures or sound that are missing."""
    pictures = max(
        original.seconds - came.seconds, (original.frames - came.frames) * original.seconds / original.frames
    )
    gone = 0
    if original.heard:
        before = np.array(original.heard)
        after = np.full(len(before), -120.0)
        after[: len(came.heard)] = came.heard[: len(before)]
        gone = int(((before > HEARD_DB) & (after < GONE_DB)).sum())
    return round(max(0.0, pictures, gone * 0.05), 3)


def judge(name: str, damage: str, original: Came, path: Path) -> Answer:
    came, ended, seconds = ask(path)
    if came is None:
        return Answer(name, damage, ended, "", 0.0, (), round(seconds, 2))
    if came.code:
        return Answer(name, damage, "refused", came.code, original.seconds, (), round(seconds, 2))
    missing = lost(original, came)
    told = tuple(sorted(TELLING.intersection(came.notes) - set(original.notes)))
    outcome = "noted" if told else "silent" if missing > LOUD_SECONDS else "intact"
    return Answer(name, damage, outcome, "", missing, told, round(seconds, 2))


def measure(files: Sequence[Path], room: Path, seed: int) -> tuple[list[Answer], list[str]]:
    """The answers to all variants, and the intact files that were reported as damaged."""
    answers, alarms = [], []
    for file in files:
        original, ended, _ = ask(file)
        if original is None or original.code or TELLING.intersection(original.notes):
            alarms.append(f"{file.name}: {ended or (original and (original.code or original.notes))}")
        if original is None or original.code:
            continue
        for damage, data in variants(file, seed):
            damaged = room / f"damaged{file.suffix}"
            damaged.write_bytes(data)
            answers.append(judge(file.name, damage, original, damaged))
    return answers, alarms


def report(answers: Sequence[Answer], alarms: Sequence[str]) -> dict[str, Any]:
    outcomes = Counter(one.outcome for one in answers)
    slowest = max(answers, key=lambda one: one.seconds)
    return {
        "variants": len(answers),
        **{name: outcomes[name] for name in ("refused", "noted", "intact")},
        "silent_losses": outcomes["silent"],
        "hangs": outcomes["hangs"],
        "breaks": outcomes["breaks"],
        "codes": dict(Counter(one.code for one in answers if one.code).most_common()),
        "notes": dict(Counter(note for one in answers for note in one.notes).most_common()),
        "false_alarms": list(alarms),
        "slowest": [slowest.file, slowest.damage, slowest.seconds],
        "offenders": [asdict(one) for one in answers if one.outcome in ("silent", "hangs", "breaks")],
    }
