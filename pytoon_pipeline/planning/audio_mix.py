"""The audio of a video: clips' own audio, cut where the picture is cut; a voice; and music, ducked under speech."""

import itertools
from collections.abc import Sequence

from pytoon_pipeline.contracts.errors import field_error
from pytoon_pipeline.contracts.output_format import SAMPLE_RATE, SILENT_LUFS
from pytoon_pipeline.contracts.preset import AudioSettings
from pytoon_pipeline.contracts.request import Enhance
from pytoon_pipeline.contracts.spec.render_spec import AudioClip, AudioMix, AudioTrack, GainKeyframe, Note, Strength
from pytoon_pipeline.contracts.time import FrameRate, clip, union
from pytoon_pipeline.planning.analysed_media import AnalysedMedia, PlanMedia
from pytoon_pipeline.planning.edit_ranges import SourceRange
from pytoon_pipeline.planning.sequences import AudioRef, Timeline
from pytoon_pipeline.planning.voice_over import PlacedVoice, placed_voices, voice_seconds

# Voice and clips are brought to this loudness before they are mixed; only differences matter.
REFERENCE_LUFS = -18.0
MIN_MUSIC_SECONDS = 1.0
# A voice that is cut by less than this needs no note.
NEGLIGIBLE_SECONDS = 0.05

Span = tuple[int, int]


def plan_audio(
    timeline: Timeline,
    media: PlanMedia,
    settings: AudioSettings,
    loudness: float,
    rate: FrameRate,
    enhance: Enhance = "off",
) -> tuple[AudioMix, tuple[Note, ...]]:
    """The audio of a video at ``loudness`` (LUFS), and what a person should know about it.

    Raises ``InvalidInput`` when the music is too short.
    """
    samples = rate.sample(timeline.frames, SAMPLE_RATE)
    tracks = _original_tracks(timeline.audio, media, settings, rate)
    notes: list[Note] = []
    speech = [(rate.sample(r.start, SAMPLE_RATE), rate.sample(r.end, SAMPLE_RATE)) for r in timeline.speech]
    for voice in placed_voices(media, timeline):
        ranges = voice.ranges(rate)
        if ranges:
            tracks.append(_voice_track(voice.material, ranges, samples, settings, rate))
        speech += _spoken(voice.material, ranges, samples, rate)
        seconds = samples / SAMPLE_RATE if voice.item is None else rate.seconds(voice.end - voice.start)
        if voice_seconds(voice.material) > seconds + NEGLIGIBLE_SECONDS:
            notes.append(_shortened_note(voice, seconds))
    if enhance != "off":
        tracks = [_enhanced(track, media, enhance) for track in tracks]
        if not any(track.enhance for track in tracks):
            message = "There is no speech to enhance: no clip with speech is heard, and there is no voice-over."
            notes.append(Note(code="nothing_to_enhance", message=message))
    if media.music is not None:
        tracks.append(_music_track(media.music, samples, settings, join_speech(speech, settings)))
    mix = AudioMix(
        sample_rate=SAMPLE_RATE,
        samples=samples,
        tracks=tuple(tracks),
        loudness=loudness,
        true_peak=settings.true_peak,
    )
    return mix, tuple(notes)


def _shortened_note(voice: PlacedVoice, seconds: float) -> Note:
    message = (
        f"Only {seconds:.1f} s of the voice-over are heard, because the video ends there. "
        "Shorten the voice-over, or add media that last longer."
    )
    if voice.item is not None:
        message = (
            f"Only {max(0.0, seconds):.1f} s of the voice “{voice.material.name[:60]}” are heard, because its item "
            "ends there. Shorten it, or show the item for longer."
        )
    return Note(code="voice_shortened", message=message)


def _enhanced(track: AudioTrack, media: PlanMedia, strength: Strength) -> AudioTrack:
    """``track`` with its speech enhanced, if it has any."""
    silence = {one.item: one.silence for one in media.all()}
    spoken = (silence[clip.item] for clip in track.clips)
    if track.role == "voice" or any(found is not None and found.speech for found in spoken):
        return track.model_copy(update={"enhance": strength})
    return track


def _original_tracks(
    audio: Sequence[AudioRef], media: PlanMedia, settings: AudioSettings, rate: FrameRate
) -> list[AudioTrack]:
    """A track for each item, so that clips of different loudness are levelled."""
    by_item: dict[tuple[str, float], list[AudioRef]] = {}
    for one in audio:
        by_item.setdefault((one.item, one.gain_db), []).append(one)
    materials = {material.item: material for material in (*media.media, *media.files.values())}
    spoken_over = media.voice is not None or bool(media.item_voices)
    levelled = media.music is not None or spoken_over or len(by_item) > 1
    tracks = []
    for (item, gain_db), runs in by_item.items():
        clips = tuple(_original_clip(run, audio, settings, rate) for run in runs)
        gain = gain_db + (_gain_to_reference(materials[item]) if levelled else 0.0)
        tracks.append(AudioTrack(role="original", clips=clips, gain_db=round(gain, 2)))
    return tracks


def _original_clip(run: AudioRef, audio: Sequence[AudioRef], settings: AudioSettings, rate: FrameRate) -> AudioClip:
    """A run of a clip's own audio, faded where it overlaps the one before or after."""
    start = rate.sample(run.start, SAMPLE_RATE)
    samples = rate.sample(run.start + run.frames, SAMPLE_RATE) - start
    cut = round(settings.fade * SAMPLE_RATE)
    before = max((o.start + o.frames - run.start for o in audio if o.start < run.start), default=0)
    after = max((run.start + run.frames - o.start for o in audio if o.start > run.start), default=0)
    return AudioClip(
        item=run.item,
        start=start,
        source_start=rate.sample(run.source_start, SAMPLE_RATE),
        samples=samples,
        fade_in=max(cut, min(samples // 2, rate.sample(max(0, before), SAMPLE_RATE))),
        fade_out=max(cut, min(samples // 2, rate.sample(max(0, after), SAMPLE_RATE))),
    )


def _voice_track(
    voice: AnalysedMedia, ranges: Sequence[SourceRange], samples: int, settings: AudioSettings, rate: FrameRate
) -> AudioTrack:
    fade, length = round(settings.fade * SAMPLE_RATE), round(voice.sound_seconds * SAMPLE_RATE)
    clips = []
    for one in ranges:
        start, source_start = rate.sample(one.start, SAMPLE_RATE), rate.sample(one.source_start, SAMPLE_RATE)
        used = min(rate.sample(one.end, SAMPLE_RATE), samples, start + length - source_start) - start
        clips.append(
            AudioClip(
                item=voice.item, start=start, source_start=source_start, samples=used, fade_in=fade, fade_out=fade
            )
        )
    return AudioTrack(role="voice", clips=tuple(clips), gain_db=round(_gain_to_reference(voice), 2))


def _music_track(music: AnalysedMedia, samples: int, settings: AudioSettings, speech: Sequence[Span]) -> AudioTrack:
    length = round(music.sound_seconds * SAMPLE_RATE)
    if length < MIN_MUSIC_SECONDS * SAMPLE_RATE:
        raise field_error("music", "music_too_short", "the music is shorter than a second.", "Use a longer file.")
    return AudioTrack(
        role="music",
        clips=loops(music.item, length, samples, settings),
        gain_db=round(_gain_to_reference(music) + settings.music, 2),
        envelope=ducking(speech, samples, settings),
        fade_out=min(samples, round(settings.music_fade * SAMPLE_RATE)),
    )


def loops(item: str, length: int, samples: int, settings: AudioSettings) -> tuple[AudioClip, ...]:
    """Music of ``length`` samples repeated over a video of ``samples``, each repetition crossfaded into the next."""
    crossfade = min(round(settings.loop_fade * SAMPLE_RATE), length // 4)
    cut = round(settings.fade * SAMPLE_RATE)
    clips: list[AudioClip] = []
    position = 0
    while True:
        used = min(length, samples - position)
        last = position + used >= samples
        clips.append(
            AudioClip(
                item=item,
                start=position,
                source_start=0,
                samples=used,
                fade_in=crossfade if clips else cut,
                fade_out=cut if last else crossfade,
            )
        )
        if last:
            return tuple(clips)
        position += length - crossfade


def music_beats(music: AnalysedMedia | None, frames: int, settings: AudioSettings, rate: FrameRate) -> tuple[int, ...]:
    """The frames of a video of ``frames`` at which its music has beats; empty without any."""
    if music is None or not music.beats:
        return ()
    samples, length = rate.sample(frames, SAMPLE_RATE), round(music.sound_seconds * SAMPLE_RATE)
    clips = loops(music.item, length, samples, settings) if length >= MIN_MUSIC_SECONDS * SAMPLE_RATE else ()
    return tuple(
        rate.nearest(clip.start / SAMPLE_RATE + time)
        for clip in clips
        for time in music.beats
        if clip.fade_in / 2 <= time * SAMPLE_RATE < clip.samples - clip.fade_out / 2
    )


def join_speech(speech: Sequence[Span], settings: AudioSettings) -> list[Span]:
    """Ranges of speech, joined over pauses that are too short for music to come up and go down again."""
    return union(speech, round(max(settings.min_pause, settings.attack + settings.release) * SAMPLE_RATE))


def ducking(speech: Sequence[Span], samples: int, settings: AudioSettings) -> tuple[GainKeyframe, ...]:
    """The gain of music: down by ``duck`` dB when speech begins, up again after it."""
    attack, release = (round(s * SAMPLE_RATE) for s in (settings.attack, settings.release))
    gains: dict[int, float] = {}
    for start, end in speech:
        gains.update({max(0, start - attack): 0.0 if start > 0 else -settings.duck, start: -settings.duck})
        gains.update({min(end, samples): -settings.duck, end + release: 0.0})
    keys = [GainKeyframe(sample=sample, db=db) for sample, db in sorted(gains.items())]
    return tuple(a for a, b in itertools.zip_longest(keys, keys[1:]) if b is None or a.sample < b.sample)


def _spoken(voice: AnalysedMedia, ranges: Sequence[SourceRange], samples: int, rate: FrameRate) -> list[Span]:
    """Where a voice-over speaks, in samples of the video."""
    silence = voice.silence
    speech = [one.span for one in silence.speech] if silence is not None else [(0.0, voice.sound_seconds)]
    spoken = []
    for one in ranges:
        later = rate.seconds(one.start - one.source_start)
        for start, end in clip(speech, rate.seconds(one.source_start), rate.seconds(one.source_end)):
            spoken.append((round((start + later) * SAMPLE_RATE), min(round((end + later) * SAMPLE_RATE), samples)))
    return [(start, end) for start, end in spoken if start < end]


def _gain_to_reference(material: AnalysedMedia) -> float:
    if material.loudness is None or material.loudness <= SILENT_LUFS:
        return 0.0
    return REFERENCE_LUFS - material.loudness
