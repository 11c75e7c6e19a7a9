"""Whatever people write into a document, the error is in the words of the product and names a field of the document."""

import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytoon_pipeline.config.expectations import expectation
from pytoon_pipeline.config.setting_names import preset_settings
from pytoon_pipeline.config.validation import validate
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.brand import Brand
from pytoon_pipeline.contracts.edit_plan import EditPlan
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.operations import Operations
from pytoon_pipeline.contracts.platforms import Platform
from pytoon_pipeline.contracts.preset import Limits, Preset
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.runtime.files import printable_name

MODELS: tuple[type[Record], ...] = (Request, EditPlan, Preset, Brand, Platform, Limits, Operations)
# What a validator would say.
FOREIGN = re.compile(
    r"input should|valid (?:tuple|string|integer|number|dictionary|boolean|list)|constrained|pydantic|pattern|regex|"
    r"extra (?:fields|inputs)|NoneType|(?-i:\bNone\b)|\bstr\b|\bdict\b|discriminator|function-|value error|"
    r"greater than|less than|permitted|_type\b|Traceback|something else|<class",
    re.IGNORECASE,
)
WORDS = ("auto", "gold", "#12", "", "x" * 700, "crossfade", "photo.jpg", "hero", "blur", "text", "image")


def values() -> st.SearchStrategy[Any]:
    scalars = st.one_of(
        st.none(), st.booleans(), st.integers(-10_000, 10_000), st.floats(-1e6, 1e6, allow_nan=False),
        st.sampled_from(WORDS), st.text(max_size=8),
    )  # fmt: skip
    names = st.one_of(st.sampled_from(("kind", "file", "hook", "size", "colours", "seconds", "x")), st.text(max_size=6))
    return st.recursive(
        scalars, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=4))
    )


@st.composite
def documents(draw: st.DrawFn) -> tuple[type[Record], dict[str, Any]]:
    """A model, and a document whose names are mostly its own at every depth, with arbitrary values."""
    record = draw(st.sampled_from(MODELS))

    def group(path: tuple[str | int, ...], depth: int) -> Any:
        expected = expectation(record, path, {})
        if depth == 0 or not draw(st.integers(0, 3)):
            return draw(values())
        if expected.is_list and draw(st.booleans()):
            return [group((*path, n), depth - 1) for n in range(draw(st.integers(0, 2)))]
        if expected.names:
            chosen = draw(st.lists(st.sampled_from(expected.names), max_size=4, unique=True))
            found = {name: group((*path, name), depth - 1) for name in chosen}
            return found | ({draw(st.text(max_size=5)): 1} if not draw(st.integers(0, 4)) else {})
        return expected.choices[0] if expected.choices and draw(st.booleans()) else draw(values())

    document = group((), 4)
    return record, document if isinstance(document, dict) else {}


def names_in(document: Any) -> set[str]:
    if isinstance(document, dict):
        return set(map(str, document)) | {name for inner in document.values() for name in names_in(inner)}
    return {name for inner in document for name in names_in(inner)} if isinstance(document, list) else set()


def refusal(record: type[Record], document: dict[str, Any]) -> InvalidInput | None:
    try:
        validate(record, document, "", "invalid_request")
    except InvalidInput as error:
        return error
    return None


@given(documents())
@example((Request, {"highlights": {"seconds": []}}))
@settings(max_examples=100)
def test_errors_are_in_the_words_of_the_product(case: tuple[type[Record], dict[str, Any]]) -> None:
    record, document = case
    error = refusal(record, document)
    if error is not None:
        # Not what the person wrote, which is quoted.
        said = re.sub(r"“[^”]*”", "", f"{error.message} {error.hint}")
        assert not FOREIGN.search(said), said
        assert error.hint.strip()
        assert error.message.endswith(".")
        known = {printable_name(name)[:40] for name in names_in(document)} | set(record.model_fields)
        # An entry of “layers” is called “layer”.
        assert any(name in error.message or name.removesuffix("s") in error.message for name in known)


@pytest.mark.parametrize(
    ("document", "message", "hint"),
    [
        ({"max_seconds": 900}, "max_seconds is 900; it must be a number from 1 to 600.", "The largest value is 600."),
        (
            {"platform": "instagram"},
            "platform is “instagram”; it must be any, tiktok, reels, ",
            "choose reels or stories",
        ),
        ({"outputs": ["3:2"]}, "“3:2” is no aspect ratio, resolution or codec", "Choose from: 9:16"),
        ({"outputs": "3:2"}, "outputs: “3:2” is no aspect ratio, resolution or codec of a video.", "Choose from: 9:16"),
        ({"outputs": "gif"}, "outputs: a file of the kind “gif” stands beside the video.", "Write: teaser: 6"),
        ({"outputs": ["1:1", "mp3"]}, "“mp3” stands beside the video", "Write: audio_files: mp3"),
        (
            {"teaser": 60},
            "a GIF of 60 s that is 360 pixels wide can have 62 MB, and at most 15 MB are accepted.",
            "Set teaser.seconds to 14.4 or less",
        ),
        ({"media": [{"fil": "a.png"}]}, "There is no setting “fil” under media, 1st file.", "Did you mean “file”?"),
        ({"text": {"hook": [1]}}, "text.hook is a list; it must be text.", "remove “hook”"),
        ({"text": 7}, "text is the number 7, not a text.", 'quotes: text: "7"'),
        ({"media": [{"text": "a"}]}, "The 1st entry of media names no photo or clip.", "{file: photo.jpg, text: a}"),
        ({"adjust": {"sparkle": None}}, "adjust.sparkle has no value; it must be a group of settings.", "leave out"),
        ({"size": 90}, "“size” alone is not enough", "For headline.size, write: adjust: {headline: {size: 90}}"),
        ({"edit_plan": {"scenes": []}}, "edit_plan.scenes is empty", 'for example: "scenes": [{"seconds": 1}]'),
        ({"background": "#12"}, "“#12”, which is not a colour", "The code is too short: it must be # and six"),
        ({"background": "#12345Z"}, "which is not a colour", "“Z” is not allowed in a colour code"),
        (
            {"headline": {"size": 9}},
            "“headline” belongs to the preset; a request changes it under “adjust”.",
            "adjust:",
        ),
        ({"logo": {"file": "a.png", "corner": "left"}}, "logo.corner is “left”; it must be top_left", "top_"),
    ],
)
def test_messages_say_what_is_wrong_and_what_is_possible(document: dict, message: str, hint: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        validate(Request, document, "", "invalid_request")
    assert message in raised.value.message
    assert hint in raised.value.hint


def test_a_layer_with_a_field_named_as_its_kind_is_not_mistaken() -> None:
    layer = {"kind": "text", "text": "a", "effects": ["blurr"]}
    with pytest.raises(
        InvalidInput,
        match="1st scene, 1st layer, 1st effect: there is no effect “blurr”",
    ):
        validate(EditPlan, {"scenes": [{"seconds": 1, "layers": [layer]}]}, "", "invalid_request")
    with pytest.raises(InvalidInput, match=r"background\.blur is 999; it must be a number from 5 to 150"):
        validate(Preset, {"name": "a", "description": "b", "background": {"kind": "blur", "blur": 999}}, "", "x")


@pytest.mark.parametrize(
    ("layer", "hint"),
    [
        ({"file": "a.jpg"}, 'Add it: {"kind": "image", "file": "a.jpg"}'),
        ({"file": "a.mov"}, 'Add it: {"kind": "video", "file": "a.mov"}'),
        ({"text": "a"}, 'Add it: {"kind": "text", "text": "a"}'),
        ({"fill": {"colours": ["gold"]}, "shape": "ellipse"}, 'Add it: "kind": "shape"'),
        ({}, 'Choose one, for example: {"kind": "image"}'),
    ],
)
def test_a_layer_without_a_kind_is_told_which_one_fits_it(layer: dict, hint: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        validate(EditPlan, {"scenes": [{"seconds": 1, "layers": [layer]}]}, "", "invalid_request")
    assert raised.value.hint == hint


def test_a_layer_without_a_value_is_told_so() -> None:
    with pytest.raises(InvalidInput, match="1st overlay: the overlay has no value"):
        validate(EditPlan, {"scenes": [{"seconds": 1}], "overlays": [None]}, "", "invalid_request")


def test_american_spelling_is_read() -> None:
    asked = {"adjust": {"headline": {"color": "gold", "background_color": "#000"}}}
    assert validate(Request, asked, "", "x").adjust == {"headline": {"colour": "gold", "background_colour": "#000"}}
    with pytest.raises(InvalidInput, match="the same setting"):
        validate(Request, {"adjust": {"headline": {"color": "gold", "colour": "red"}}}, "", "x")


def test_every_setting_of_a_preset_says_what_it_accepts() -> None:
    for path in preset_settings():
        assert expectation(Preset, tuple(path.split(".")), {}).describe() != "something else"
