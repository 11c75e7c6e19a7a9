"""Captions of voice-overs, and of people who talk in clips among other pictures."""

from dataclasses import replace

import pytest

from pytoon_pipeline.contracts.analysis import Cut
from pytoon_pipeline.contracts.spec.layers import TextLayer
from pytoon_pipeline.contracts.spec.render_spec import Cue, RenderSpec
from pytoon_pipeline.planning.captions.layout import extent
from pytoon_pipeline.planning.layout.text_placement import layer_area
from pytoon_pipeline_tests.harness.plans import edited, face, footage, heard, planned, still, words_at
from pytoon_pipeline_tests.harness.voice_over import TIMES, spoken, voice


def codes(spec: RenderSpec) -> set[str]:
    return {note.code for note in spec.notes}


def said(cues: tuple[Cue, ...]) -> str:
    return " ".join(cue.text for cue in cues)


@pytest.mark.parametrize("archetype", ["hero", "overlay", "meme"])
def test_a_voice_over_has_captions_when_its_words_are_spoken(archetype: str) -> None:
    spec = planned([still()], voice=voice(), archetype=archetype, text="A title")
    assert said(spec.captions.cues) == " ".join(f"said{n}" for n in range(12))
    starts = [word.start for cue in spec.captions.cues for word in cue.words]
    assert starts == [round(start * 30) for start, _ in TIMES]


def test_captions_and_titles_do_not_share_a_pixel() -> None:
    for archetype in ("hero", "overlay", "meme"):
        for media in ([still()], [still(transparent=True)], [still(), still(item="d" * 64)]):
            text = {"hook": "A title of some words", "beats": ["A second one", "And the third of them"]}
            spec = planned(media, voice=voice(), archetype=archetype, text=text)
            assert spec.captions.cues
            texts = [
                (scene.start + layer.start, scene.start + layer.start + (layer.frames or scene.frames), layer)
                for scene in spec.scenes
                for layer in scene.layers
                if isinstance(layer, TextLayer)
            ]
            texts += [
                (layer.start, layer.start + (layer.frames or spec.frames), layer)
                for layer in spec.overlays
                if isinstance(layer, TextLayer)
            ]
            assert texts
            for cue in spec.captions.cues:
                own = extent(cue, spec.captions.style)
                for start, end, layer in texts:
                    if start < cue.end and cue.start < end:
                        assert not own.intersection(layer_area(layer)).area, (archetype, cue.text, layer.text)


def test_captions_stay_in_the_safe_area_and_leave_faces_free() -> None:
    portrait = still(width=900, height=1600, faces=[face(0.0, 0.5, y=0.72, size=0.2)])
    spec = planned([portrait], voice=voice(), archetype="hero")
    safe = spec.constraints.safe_area
    for cue in spec.captions.cues:
        own = extent(cue, spec.captions.style)
        assert safe.top <= own.top
        assert own.bottom <= safe.bottom + 2


def test_a_voice_over_that_reads_out_the_texts_is_in_the_subtitle_files_only() -> None:
    text = " ".join(f"said{n}" for n in range(12))
    spec = planned([still()], voice=voice(), archetype="hero", text=text)
    assert not spec.captions.cues
    assert said(spec.captions.hidden) == text
    assert "captions_read_out" in codes(spec)
    asked = planned([still()], voice=voice(), archetype="hero", text=text, adjust={"captions": {"sources": "voice"}})
    assert said(asked.captions.cues) == text


def test_what_the_transcript_cuts_is_neither_heard_nor_captioned() -> None:
    words = words_at(*(TIMES[:4] + TIMES[8:]), text="said")
    cut = voice(cuts=(Cut(start=2.45, end=4.45, text="x", reason="transcript"),))
    assert cut.silence is not None
    cut = replace(cut, silence=cut.silence.model_copy(update={"words": words}))
    spec = planned([still()], voice=cut, archetype="hero")
    (track,) = (one for one in spec.audio.tracks if one.role == "voice")
    first, second = track.clips
    assert second.start == first.samples
    assert abs(second.source_start - round(4.45 * 48_000)) <= 48_000 / 30
    later = [word for cue in spec.captions.cues for word in cue.words][4]
    assert abs(later.start - round((4.5 - 2.0) * 30)) <= 1
    assert "speech_cut" in codes(spec)


def test_the_voice_of_an_item_is_heard_and_captioned_while_no_other_item_is_seen() -> None:
    wishes = [{"file": "item-0"}, {"file": "item-1", "voice": "voice.wav"}, {"file": "item-2", "voice": "other.wav"}]
    other = replace(voice(), item="f" * 64)
    pictures = [still(item=letter * 64) for letter in "abc"]
    spec = planned(pictures, media_wishes=wishes, item_voices={1: voice(), 2: other}, transition="crossfade")
    tracks = [track for track in spec.audio.tracks if track.role == "voice"]
    assert [track.clips[0].item for track in tracks] == ["e" * 64, "f" * 64]
    for track, scene, after in zip(tracks, spec.scenes[1:], [*spec.scenes[2:], None], strict=False):
        (clip,) = track.clips
        assert scene.transition is not None
        assert clip.start == (scene.start + scene.transition.frames) * 1600
        assert clip.samples == 7 * 48000
        assert after is None or clip.start + clip.samples <= after.start * 1600
    starts = [word.start for cue in spec.captions.cues for word in cue.words]
    expected = [track.clips[0].start // 1600 + round(start * 30) for track in tracks for start, _ in TIMES]
    assert starts == expected
    assert spec.scenes[0].frames < spec.scenes[1].frames
    assert "voice_shortened" not in codes(spec)


def test_the_voice_of_an_item_that_is_too_short_for_it_is_cut_with_a_note() -> None:
    wishes = [{"file": "item-0", "voice": "voice.wav", "end": 3}, {"file": "item-1"}]
    spec = planned([still(), still()], media_wishes=wishes, item_voices={0: voice()}, transition="cut")
    (track,) = [track for track in spec.audio.tracks if track.role == "voice"]
    assert sum(clip.samples for clip in track.clips) == 3 * 48000
    (note,) = [note.message for note in spec.notes if note.code == "voice_shortened"]
    assert "3.0 s of the voice “talk”" in note


def test_people_who_talk_in_clips_are_captioned_while_their_clip_is_shown() -> None:
    clip = spoken(footage(8.0, item="d" * 64))
    spec = planned([still(), clip], archetype="hero")
    (first, *_) = spec.captions.cues
    start = spec.scenes[1].start
    assert first.start >= start
    assert first.words[0].start == start + 15
    assert not planned([still(), clip], archetype="hero", original_audio="mute").captions.cues


def test_a_voice_over_is_captioned_before_people_in_clips() -> None:
    clip = spoken(footage(8.0, item="d" * 64))
    request = {"archetype": "hero"}
    spec = planned([clip], voice=voice(), **request)
    assert "word0" not in said(spec.captions.cues)
    both = planned([clip], voice=voice(), adjust={"captions": {"sources": "all"}}, **request)
    assert "word3" not in said(both.captions.cues), "spoken at the same time"
    assert "captions_spoken_over" in codes(both)
    clips = planned([clip], voice=voice(), adjust={"captions": {"sources": "clips"}}, **request)
    assert "said0" not in said(clips.captions.cues)
    assert "word0" in said(clips.captions.cues)


def test_music_is_ducked_under_people_in_clips() -> None:
    clip = spoken(footage(8.0, item="d" * 64))
    spec = planned([clip], archetype="hero", music=heard(20.0, item="b" * 64))
    (music,) = (one for one in spec.audio.tracks if one.role == "music")
    assert min(key.db for key in music.envelope) == -6


def test_captions_keep_away_from_the_texts_of_edit_plans_or_are_left_out() -> None:
    def text(y: int, height: int) -> dict:
        return {"kind": "text", "text": "Stay", "y": y, "width": 1000, "height": height, "style": {"size": 90}}

    plan = {"scenes": [{"seconds": 8, "background": "#102030", "layers": [text(1340, 300)]}]}
    spec = edited(plan, voice=voice())
    area = layer_area(spec.scenes[0].layers[0])
    assert spec.captions.cues
    for cue in spec.captions.cues:
        assert not extent(cue, spec.captions.style).intersection(area).area
    full = {"scenes": [{"seconds": 8, "background": "#102030", "layers": [text(960, 1900)]}]}
    crowded = edited(full, voice=voice())
    assert not crowded.captions.cues
    assert crowded.captions.hidden
    assert "captions_crowded" in codes(crowded)


def test_captions_that_are_switched_off_take_no_room() -> None:
    request = {"archetype": "hero", "text": "A title"}
    off = planned([still()], voice=voice(), adjust={"captions": {"show": False}}, **request)
    silent = planned([still()], voice=heard(7.0, ((0.0, 7.0),), item="e" * 64), **request)
    assert not off.captions.cues
    assert off.captions.hidden
    assert off.overlays == silent.overlays


def test_pictures_give_way_where_the_voice_begins_a_sentence() -> None:
    one = voice()
    assert one.silence is not None
    words = [word.model_copy(update={"text": f"{word.text}."}) if n in (3, 8) else word
             for n, word in enumerate(one.silence.words)]  # fmt: skip
    one = replace(one, silence=one.silence.model_copy(update={"words": tuple(words)}))
    media = [still(item=letter * 64) for letter in "abc"]
    spec = planned(media, voice=one, archetype="hero", transition="cut")
    starts = [scene.start for scene in spec.scenes]
    assert starts[1:3] == [round(words[4].start * 30), round(words[9].start * 30)]
    fixed = planned(
        media, voice=one, archetype="hero", transition="cut",
        media_wishes=[{"file": f"item-{n}", "end": 2.5} for n in range(3)],
    )  # fmt: skip
    assert [scene.start for scene in fixed.scenes][:3] == [0, 75, 150]
