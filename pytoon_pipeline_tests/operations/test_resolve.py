"""Resolving requests: what is decided, and where each value comes from."""

import pytest

from pytoon_pipeline.config.presets import load_limits, load_preset
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import MediaInfo, SourceItem, SourceMedia
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.operations.resolve import plan_parameters, resolve
from pytoon_pipeline_tests.harness.plans import footage, still

LIMITS = load_limits()
PICTURE = SourceItem(name="a.png", sha256="a" * 64, bytes=1, origin="")
FONT = SourceItem(name="own.ttf", sha256="f" * 64, bytes=1, origin="", role="font")


def resolved(
    info: MediaInfo | None = None,
    attempts: tuple[Attempt, ...] = (),
    overrides: dict | None = None,
    **request: object,
) -> ResolvedRequest:
    written = Request.model_validate({"media": ["a.png"], **request}).model_dump(mode="json", exclude_unset=True)
    upload = SourceMedia(key="k", title="t", items=(PICTURE,), request=written, overrides=overrides or {})
    return resolve(upload, {PICTURE.sha256: info or still().info}, attempts, LIMITS)


def failed(number: int, *codes: str, remedies: tuple[str, ...] = ()) -> Attempt:
    return Attempt(number=number, plan="p", remedies=remedies, verdict="fail", score=10, codes=codes)


def test_the_media_decide_the_archetype_and_the_archetype_the_preset() -> None:
    picture, clip = resolved(), resolved(footage().info)
    assert (picture.archetype, picture.preset.name) == ("hero", "clean-product")
    assert (clip.archetype, clip.preset.name) == ("footage", "clean-talk")
    assert (clip.origins["archetype"], clip.origins["preset"]) == ("media", "default")
    named = resolved(archetype="meme", preset="paper-meme")
    assert (named.archetype, named.origins["archetype"], named.origins["preset"]) == ("meme", "request", "request")


def test_every_setting_has_an_origin() -> None:
    one = resolved(
        footage().info, brand="acme", adjust={"silence": {"min_seconds": 0.9}, "camera": {"zoom_pulse": {"period": 9}}}
    )
    assert one.preset.silence.min_seconds == 0.9
    assert one.origins["silence.min_seconds"] == "request"
    assert one.origins["camera.zoom_pulse.period"] == "request"
    assert one.origins["camera.zoom_pulse.amount"] == "preset", "the file of the preset has it"
    assert one.origins["headline.colour"] == one.origins["headline.box.colour"] == "brand"
    assert one.origins["headline.max_cps"] == "default"
    assert one.origins["audio.loudness"] == "preset"
    assert {"media", "text", "platform", "transition"} <= set(one.origins)
    assert not {"adjust", "version"} & set(one.origins)


def test_the_loudness_is_the_presets_or_the_platforms() -> None:
    own, platforms = resolved(adjust={"audio": {"loudness": -20}}), resolved(platform="tiktok")
    assert (own.loudness, own.origins["audio.loudness"]) == (-20, "request")
    assert (platforms.loudness, platforms.origins["audio.loudness"]) == (platforms.platform.loudness.value, "platform")


def test_an_override_counts_instead_of_the_request() -> None:
    one = resolved(text="Hello", preset="handmade", overrides={"preset": "night-neon"})
    assert (one.preset.name, one.origins["preset"], one.origins["text"]) == ("night-neon", "override", "request")
    assert [note.code for note in one.notes] == ["overridden"]


def test_a_remedy_changes_single_settings_and_is_marked() -> None:
    one = resolved(footage().info, attempts=(failed(1, "camera_jitter"),), adjust={"camera": {"subject_y": 0.3}})
    assert (one.attempt, one.remedies, one.fallback) == (2, ("steady_camera",), False)
    pulse = one.preset.camera.zoom_pulse
    assert (pulse.amount, pulse.period) == (1.0, load_preset("clean-talk").camera.zoom_pulse.period)
    assert one.origins["camera.zoom_pulse.amount"] == one.origins["camera.smoothing"] == "remedy"
    assert one.origins["camera.subject_y"] == "request"
    assert [note.code for note in one.changed] == ["changed_after_check"]


def test_a_remedy_may_change_a_field_of_the_request() -> None:
    one = resolved(attempts=(failed(1, "text_unsafe"),), platform="reels")
    assert (one.platform.name, one.origins["platform"]) == ("any", "remedy")


def test_a_remedy_is_not_refused_by_the_brands_rules() -> None:
    one = resolved(attempts=(failed(1, "text_contrast"),), brand="acme", text="Hello")
    assert one.remedies == ("plated_text",)
    assert one.preset.headline.background == "box"
    assert one.preset.headline.colour == one.brand.colours.text if one.brand else False


@pytest.mark.parametrize("adjust", [{"headline": {"colour": "#FF0000"}}, {"captions": {"font": "Roboto Bold"}}])
def test_a_brand_safe_request_may_not_adjust_what_belongs_to_the_brand(adjust: dict) -> None:
    with pytest.raises(InvalidInput, match="the brand “acme” decides this") as raised:
        resolved(brand="acme", adjust=adjust)
    assert raised.value.code == "brand_refused"
    own = resolved(brand="acme", brand_safe=False, adjust=adjust)
    section, (name, value) = next(iter(adjust)), next(iter(next(iter(adjust.values())).items()))
    assert getattr(getattr(own.preset, section), name) == value
    assert own.origins[f"{section}.{name}"] == "request"


def test_the_transition_is_decided() -> None:
    assert resolved(transition="fade").preset.transition.kind == "fade"
    assert resolved(transition="fade").origins["transition.kind"] == "request"
    assert resolved(preset="night-neon").preset.transition.kind == "whip", "without a brand, nothing forbids it"
    branded = resolved(preset="night-neon", brand="acme")
    assert branded.brand is not None
    assert branded.preset.transition.kind in branded.brand.transitions
    assert branded.origins["transition.kind"] == "brand"
    assert "brand_transition" in {note.code for note in branded.notes}
    with pytest.raises(InvalidInput, match="does not allow “push”"):
        resolved(transition="push", brand="acme")


def test_resolving_twice_gives_the_same() -> None:
    assert resolved(brand="verde", text="Hi") == resolved(brand="verde", text="Hi")


def test_names_of_files_and_attempts_do_not_decide_the_plan() -> None:
    one = resolved(text="Hello")
    renamed = one.model_copy(update={
        "request": one.request.model_copy(
            update={"media": tuple(entry.model_copy(update={"file": "b.png"}) for entry in one.request.media)}
        ),
        "attempt": 2,
    })  # fmt: skip
    assert plan_parameters(one, (PICTURE,)) == plan_parameters(renamed, (PICTURE,))
    assert plan_parameters(one, (PICTURE,)) != plan_parameters(resolved(text="Bye"), (PICTURE,))
    # What is made of the finished video does not plan it again.
    more = one.model_copy(update={"request": one.request.model_copy(update={"audio_files": ("mp3",)})})
    assert plan_parameters(one, (PICTURE,)) == plan_parameters(more, (PICTURE,))
    assert plan_parameters(one, (PICTURE,)) != plan_parameters(one, (PICTURE, FONT))
