"""The sound of a video: clips' own sound cut where the picture is cut, a voice, music that makes room for speech."""

import itertools
from collections.abc import Sequence

from pytoon_pipeline.contracts.output_format import SAMPLE_RATE
from pytoon_pipeline.contracts.preset import AudioSettings
from pytoon_pipeline.contracts.spec.render_spec import AudioClip, AudioMix, AudioTrack, GainKeyframe, Note
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.context import PlanContext, field_error
from pytoon_pipeline.planning.sequences import AudioRef, Timeline

# Voice and clips are brought to this loudness before they are mixed; only differences matter.
REFERENCE_LUFS = -18.0
SILENT_LUFS = -60.0
MIN_MUSIC_SECONDS = 1.0


def plan_audio(context: PlanContext, timeline: Timeline, rate: FrameRate) -> tuple[AudioMix, tuple[Note, ...]]:
    """The sound plan, and what a person should know about it."""
    settings = context.preset.audio
    samples = rate.sample(timeline.frames, SAMPLE_RATE)
    mixed = context.music is not None or context.voice is not None
    tracks = list(_original(context, timeline.audio, rate, mixed))
    notes: list[Note] = []
    speech = [(rate.sample(r.start, SAMPLE_RATE), rate.sample(r.end, SAMPLE_RATE)) for r in timeline.speech]
    if context.voice is not None:
        tracks.append(_voice(context.voice, samples, settings))
        speech += _spoken(context.voice, samples)
        if context.voice.sound_seconds > samples / SAMPLE_RATE + 0.05:
            shown = samples / SAMPLE_RATE
            notes.append(Note(code="voice_shortened", message=f"The voice was cut to the video's {shown:.1f} s."))
    if context.music is not None:
        tracks.append(_music(context.music, samples, settings, merged(speech, settings)))
    plan = AudioMix(
        sample_rate=SAMPLE_RATE,
        samples=samples,
        tracks=tuple(tracks),
        loudness=settings.loudness if settings.loudness is not None else context.platform.loudness,
        true_peak=settings.true_peak,
    )
    return plan, tuple(notes)


def _original(context: PlanContext, heard: Sequence[AudioRef], rate: FrameRate, mixed: bool) -> list[AudioTrack]:
    """A track for each item, so that clips of different loudness come out alike."""
    settings = context.preset.audio
    cut = round(settings.fade * SAMPLE_RATE)
    by_item: dict[tuple[str, float], list[AudioRef]] = {}
    for one in heard:
        by_item.setdefault((one.item, one.gain_db), []).append(one)
    known = {material.item: material for material in (*context.media, *context.files.values())}
    many = mixed or len(by_item) > 1
    tracks = []
    for (item, volume), runs in by_item.items():
        parts = []
        for run in runs:
            start = rate.sample(run.start, SAMPLE_RATE)
            samples = rate.sample(run.start + run.frames, SAMPLE_RATE) - start
            before = max((o.start + o.frames - run.start for o in heard if o.start < run.start), default=0)
            after = max((run.start + run.frames - o.start for o in heard if o.start > run.start), default=0)
            parts.append(
                AudioClip(
                    item=item,
                    start=start,
                    source_start=rate.sample(run.source_start, SAMPLE_RATE),
                    samples=samples,
                    fade_in=max(cut, min(samples // 2, rate.sample(max(0, before), SAMPLE_RATE))),
                    fade_out=max(cut, min(samples // 2, rate.sample(max(0, after), SAMPLE_RATE))),
                )
            )
        gain = volume + (_to_reference(known[item]) if many else 0.0)
        tracks.append(AudioTrack(role="original", clips=tuple(parts), gain_db=round(gain, 2)))
    return tracks


def _voice(voice: AnalysedMedia, samples: int, settings: AudioSettings) -> AudioTrack:
    length = min(samples, round(voice.sound_seconds * SAMPLE_RATE))
    fade = round(settings.fade * SAMPLE_RATE)
    part = AudioClip(item=voice.item, start=0, source_start=0, samples=length, fade_in=fade, fade_out=fade)
    return AudioTrack(role="voice", clips=(part,), gain_db=round(_to_reference(voice), 2))


def _music(
    music: AnalysedMedia, samples: int, settings: AudioSettings, speech: Sequence[tuple[int, int]]
) -> AudioTrack:
    length = round(music.sound_seconds * SAMPLE_RATE)
    if length < MIN_MUSIC_SECONDS * SAMPLE_RATE:
        raise field_error("music", "music_too_short", "it is shorter than a second.", "Give a longer sequence.")
    gain = round(_to_reference(music) + settings.music, 2)
    parts = loops(music.item, length, samples, settings)
    return AudioTrack(
        role="music", clips=parts, gain_db=gain, envelope=ducking(speech, samples, settings),
        fade_out=min(samples, round(settings.music_fade * SAMPLE_RATE)),
    )  # fmt: skip


def loops(item: str, length: int, samples: int, settings: AudioSettings) -> tuple[AudioClip, ...]:
    """Music of ``length`` samples over a video of ``samples``: again and again, each time faded into the next."""
    over = min(round(settings.loop_fade * SAMPLE_RATE), length // 4)
    cut = round(settings.fade * SAMPLE_RATE)
    parts: list[AudioClip] = []
    position = 0
    while True:
        take = min(length, samples - position)
        last = position + take >= samples
        parts.append(
            AudioClip(
                item=item, start=position, source_start=0, samples=take,
                fade_in=over if parts else cut, fade_out=cut if last else over,
            )
        )  # fmt: skip
        if last:
            return tuple(parts)
        position += length - over


def merged(speech: Sequence[tuple[int, int]], settings: AudioSettings) -> list[tuple[int, int]]:
    """Ranges of speech joined over pauses in which music could not come up and go down again."""
    breath = round((settings.attack + settings.release) * SAMPLE_RATE)
    found: list[tuple[int, int]] = []
    for start, end in sorted(speech):
        if found and start - found[-1][1] <= breath:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def ducking(speech: Sequence[tuple[int, int]], samples: int, settings: AudioSettings) -> tuple[GainKeyframe, ...]:
    """Gain of music: down by ``duck`` when speech begins, up again after it."""
    attack, release = (round(s * SAMPLE_RATE) for s in (settings.attack, settings.release))
    keys: dict[int, float] = {}
    for start, end in speech:
        keys.update({max(0, start - attack): 0.0 if start > 0 else -settings.duck, start: -settings.duck})
        keys.update({min(end, samples): -settings.duck, end + release: 0.0})
    ordered = [GainKeyframe(sample=sample, db=db) for sample, db in sorted(keys.items())]
    return tuple(a for a, b in itertools.zip_longest(ordered, ordered[1:]) if b is None or a.sample < b.sample)


def _spoken(voice: AnalysedMedia, samples: int) -> list[tuple[int, int]]:
    if voice.silence is None:
        return [(0, min(samples, round(voice.sound_seconds * SAMPLE_RATE)))]
    ranges = ((round(r.start * SAMPLE_RATE), round(r.end * SAMPLE_RATE)) for r in voice.silence.speech)
    return [(start, min(end, samples)) for start, end in ranges if start < samples]


def _to_reference(material: AnalysedMedia) -> float:
    if material.loudness is None or material.loudness <= SILENT_LUFS:
        return 0.0
    return REFERENCE_LUFS - material.loudness
