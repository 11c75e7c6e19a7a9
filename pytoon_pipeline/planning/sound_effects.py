"""Which sounds a video has at its transitions and its emphasised texts. Pure."""

from collections.abc import Iterator, Sequence

from pytoon_pipeline.contracts.output_format import SAMPLE_RATE
from pytoon_pipeline.contracts.preset import SoundEffects
from pytoon_pipeline.contracts.spec.layers import Layer, TextLayer
from pytoon_pipeline.contracts.spec.render_spec import AudioMix, Cue, Scene, SoundEffect, SoundKind
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.contracts.transitions import TransitionKind
from pytoon_pipeline.media.sound_effects import PEAK, SECONDS

# Peak levels in dB of full scale, against speech and music at -18 LUFS, and what is taken away under speech.
LEVELS: dict[SoundEffects, float] = {"subtle": -20.0, "full": -12.0}
UNDER_SPEECH_DB = 8.0
# Effects that nothing else accompanies are so much quieter than a video with speech or music, in LU.
ALONE_LU = 10.0
# A sentence begins undisturbed: no effect sounds within this time before and after its start, in seconds.
BEFORE_SENTENCE, AFTER_SENTENCE = 0.05, 0.4
# Two effects begin at least so far apart, in seconds.
MIN_DISTANCE = 0.35
# Transitions that move. Those that fade have a sound only where all effects are wanted.
MOVING: dict[TransitionKind, SoundKind] = {
    "slide": "whoosh",
    "push": "whoosh",
    "push_up": "whoosh",
    "whip": "whoosh",
    "wipe": "whoosh",
    "zoom": "whoosh",
    "zoom_through": "whoosh",
    "circle": "pop",
}
FADING: dict[TransitionKind, SoundKind] = {"crossfade": "whoosh", "fade": "riser", "dip": "riser"}
ENDINGS = (".", "!", "?", "…", "。", "！", "？")

Span = tuple[int, int]


def plan_effects(
    scenes: Sequence[Scene],
    overlays: Sequence[Layer],
    cues: Sequence[Cue],
    speech: Sequence[Span],
    frames: int,
    rate: FrameRate,
    amount: SoundEffects,
) -> tuple[SoundEffect, ...]:
    """The effects in order of time. ``speech`` are ranges of frames in which somebody speaks.

    An effect that would sound while a sentence begins is left out, as is one that follows another too closely.
    """
    if amount == "off":
        return ()
    moments = [*_transitions(scenes, amount), *_texts(scenes, overlays, amount)]
    if amount == "full":
        moments += _key_words(cues)
    spoken = [(rate.sample(a, SAMPLE_RATE), rate.sample(b, SAMPLE_RATE)) for a, b in speech]
    sentences = [rate.sample(frame, SAMPLE_RATE) for frame in _sentence_starts(cues, speech)]
    total = rate.sample(frames, SAMPLE_RATE)
    found: list[SoundEffect] = []
    for number, (frame, kind) in enumerate(sorted(moments, key=lambda one: one[0])):
        length = round(SECONDS[kind] * SAMPLE_RATE)
        start = rate.sample(frame, SAMPLE_RATE) - round(PEAK[kind] * length)
        end = start + length
        close = bool(found) and start - found[-1].start < MIN_DISTANCE * SAMPLE_RATE
        if start < 0 or end > total or close or _disturbs((start, end), sentences):
            continue
        under = any(a < end and start < b for a, b in spoken)
        level = LEVELS[amount] - (UNDER_SPEECH_DB if under else 0.0)
        found.append(SoundEffect(kind=kind, start=start, samples=length, gain_db=level, seed=number))
    return tuple(found)


def with_effects(audio: AudioMix, effects: Sequence[SoundEffect]) -> AudioMix:
    """``audio`` with ``effects``. Alone they are not brought to the loudness of speech or music."""
    quieter = ALONE_LU if effects and not audio.tracks else 0.0
    return audio.model_copy(update={"effects": tuple(effects), "loudness": audio.loudness - quieter})


def _transitions(scenes: Sequence[Scene], amount: SoundEffects) -> Iterator[tuple[int, SoundKind]]:
    """The middle of each transition that is heard."""
    heard = MOVING if amount == "subtle" else MOVING | FADING
    for scene in scenes:
        if scene.transition is not None and scene.transition.kind in heard:
            yield scene.start + scene.transition.frames // 2, heard[scene.transition.kind]


def _texts(scenes: Sequence[Scene], overlays: Sequence[Layer], amount: SoundEffects) -> Iterator[tuple[int, SoundKind]]:
    """The moments at which texts come in: a bell with the call to action; a drum with the hook, others pop."""
    within = [(scene.start + layer.start, layer) for scene in scenes for layer in scene.layers]
    for start, layer in (*within, *((layer.start, layer) for layer in overlays)):
        if not isinstance(layer, TextLayer):
            continue
        if layer.role == "cta":
            yield start, "ding"
        elif amount == "full" and layer.role == "hook":
            yield start, "hit"
        elif layer.role in ("beat", "item") and (amount == "full" or layer.emphasised):
            yield start, "pop"


def _key_words(cues: Sequence[Cue]) -> Iterator[tuple[int, SoundKind]]:
    for cue in cues:
        yield from ((word.start, "click") for word in cue.words if word.emphasis)


def _sentence_starts(cues: Sequence[Cue], speech: Sequence[Span]) -> Iterator[int]:
    """The frames at which somebody begins to speak, or a sentence."""
    yield from (start for start, _ in speech)
    before = "."
    for cue in sorted(cues, key=lambda one: one.start):
        for word in cue.words:
            if before.endswith(ENDINGS):
                yield word.start
            before = word.text


def _disturbs(effect: Span, sentences: Sequence[int]) -> bool:
    before, after = (round(seconds * SAMPLE_RATE) for seconds in (BEFORE_SENTENCE, AFTER_SENTENCE))
    return any(effect[0] < start + after and start - before < effect[1] for start in sentences)
