"""The files of a brand, and its look."""

from dataclasses import replace

from pytoon_pipeline.config.brands import brand_changes, brand_files, with_stored_fonts
from pytoon_pipeline.config.presets import load_brand, load_limits, load_preset
from pytoon_pipeline.config.resolve import load_documents, resolve_request
from pytoon_pipeline.contracts.brand import Brand
from pytoon_pipeline.contracts.glossary import Glossary
from pytoon_pipeline.contracts.media import SourceItem, SourceMedia
from pytoon_pipeline.contracts.request import Request


def with_fonts(headline: str, body: str) -> Brand:
    brand = load_brand("acme")
    fonts = brand.fonts.model_copy(update={"headline": headline, "body": body})
    return brand.model_copy(update={"fonts": fonts})


def font(name: str, digit: str) -> SourceItem:
    return SourceItem(name=name, sha256=digit * 64, bytes=1, origin="", role="font")


def test_a_brands_own_fonts_are_files_and_named_by_content() -> None:
    brand = with_fonts("Own Bold.ttf", "Roboto Bold")
    assert [(path.name, role) for path, role in brand_files(brand)] == [("acme.png", "logo"), ("Own Bold.ttf", "font")]
    stored = with_stored_fonts(brand, [font("Own Bold.ttf", "1")])
    assert (stored.fonts.headline, stored.fonts.body) == ("1" * 64, "Roboto Bold")


def test_one_file_for_both_fonts_is_brought_once() -> None:
    brand = with_fonts("own.otf", "own.otf")
    assert [role for _, role in brand_files(brand)] == ["logo", "font"]
    stored = with_stored_fonts(brand, [font("own.otf", "2")])
    assert stored.fonts.headline == stored.fonts.body == "2" * 64


def test_captions_mask_the_words_that_a_brand_forbids() -> None:
    upload = SourceMedia(key="k", title="t", items=(), request={"brand": "acme", "profanity": "keep"})
    request = Request.model_validate(upload.asked)
    documents = load_documents(request, "overlay", load_limits())
    assert documents.brand is not None
    glossary = Glossary(forbidden=("Cheap", "best buy"))
    documents = replace(documents, brand=documents.brand.model_copy(update={"glossary": glossary}))
    assert resolve_request(upload, request, documents).profanity == ("cheap", "best", "buy")


def test_without_a_brand_there_are_no_files() -> None:
    assert brand_files(None) == []


def test_a_brand_limits_moves_only_while_its_rules_apply() -> None:
    preset, brand = load_preset("night-neon"), load_brand("acme")
    safe = brand_changes(preset, brand, Request())
    assert safe["stills"] == {"ken_burns": ("in", "out"), "zoom": 1.10, "punch_in": 1.10}
    assert "stills" not in brand_changes(preset, brand, Request(brand_safe=False))


def test_own_adjustments_take_precedence_when_the_request_is_not_brand_safe() -> None:
    preset, brand = load_preset("night-neon"), load_brand("acme")
    adjust = {"headline": {"colour": "#FF0000", "box": {"opacity": 0.5}}}
    changes = brand_changes(preset, brand, Request(brand_safe=False, adjust=adjust))
    assert {"colour", "box"} & set(changes["headline"]) == set()
    assert changes["headline"]["font"] == "Manrope ExtraBold"
