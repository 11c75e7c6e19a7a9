"""Subtitle files in several languages have the same times as the video, each with its own words."""

from pytoon_pipeline.contracts.analysis import TranslatedSentence, Translation
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline_tests.harness.plans import planned, still
from pytoon_pipeline_tests.harness.voice_over import voice


def translated(language: str, text: str) -> Translation:
    return Translation(language=language, sentences=(TranslatedSentence(start=0.5, end=6.4, text=text),))


def tracks(spec: RenderSpec) -> dict[str, str]:
    return {one.language: " ".join(word.text for cue in one.cues for word in cue.words) for one in spec.captions.tracks}


GERMAN, FRENCH = translated("de", "Das hat jemand gesagt."), translated("fr", "Voilà ce que l’on a dit.")


def test_each_language_has_its_words_and_the_picture_those_of_the_speech() -> None:
    spoken = voice(subtitle_translations=(GERMAN, FRENCH))
    spec = planned([still()], voice=spoken, archetype="hero", subtitle_languages=["de", "fr", "en"])
    plain = planned([still()], voice=voice(), archetype="hero")
    words = " ".join(cue.text for cue in plain.captions.cues)
    assert tracks(spec) == {"de": GERMAN.sentences[0].text, "fr": FRENCH.sentences[0].text, "en": words}
    assert spec.captions.cues == plain.captions.cues
    assert (spec.scenes, spec.overlays) == (plain.scenes, plain.overlays)


def test_captions_in_another_language_have_the_spoken_words_beside_them() -> None:
    spoken = voice(translation=GERMAN, subtitle_translations=(GERMAN,))
    spec = planned([still()], voice=spoken, archetype="hero", subtitle_languages=["en", "de"], translate="de")
    assert " ".join(cue.text for cue in spec.captions.cues) == GERMAN.sentences[0].text
    assert tracks(spec)["de"] == GERMAN.sentences[0].text
    assert tracks(spec)["en"].startswith("said0 said1")


def test_a_language_that_is_missing_has_no_file_and_a_note() -> None:
    missing = Translation(language="fr", missing="no language model is set up for translations")
    spoken = voice(subtitle_translations=(GERMAN, missing))
    spec = planned([still()], voice=spoken, archetype="hero", subtitle_languages=["de", "fr"])
    assert set(tracks(spec)) == {"de"}
    (note,) = (note for note in spec.notes if note.code == "subtitles_untranslated")
    assert "“fr”" in note.message
    assert "no language model" in note.message
