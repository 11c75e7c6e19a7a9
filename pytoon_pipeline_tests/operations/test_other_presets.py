"""Which other presets an upload is offered."""

from pathlib import Path

import pytest

from pytoon_pipeline.contracts.media import SourceItem, SourceMedia
from pytoon_pipeline.operations.other_presets import other_presets, preset_suits

SUITS = {"clean-product": ("hero", "overlay"), "night-neon": ("hero",), "clean-talk": ("footage",)}


def upload(file: str, **request: object) -> SourceMedia:
    item = SourceItem(name=file, sha256="0" * 64, bytes=1)
    return SourceMedia(key="1" * 32, title="a", items=(item,), request={"media": [{"file": file}], **request})


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        (upload("a.jpg"), ["night-neon"]),
        (upload("a.jpg", preset="night-neon"), ["clean-product"]),
        (upload("a.jpg", archetype="overlay", preset="mine"), ["clean-product"]),
        (upload("a.mov"), []),
        (upload("a.mov", preset="mine"), ["clean-talk"]),
        (upload("a.jpg", sparkle=True), []),
    ],
)
def test_an_upload_is_offered_the_other_presets_of_its_archetype(asked: SourceMedia, offered: list[str]) -> None:
    assert other_presets(asked, SUITS) == offered


def test_a_preset_that_a_run_uses_instead_is_not_another_one() -> None:
    changed = upload("a.jpg").model_copy(update={"overrides": {"preset": "night-neon"}})
    assert other_presets(changed, SUITS) == ["clean-product"]


def test_a_preset_that_cannot_be_read_is_not_offered(own_presets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert {"clean-product", "night-neon"} <= preset_suits().keys()
    (own_presets / "night-neon.yaml").write_text("headline: {size: huge}")
    assert "night-neon" not in preset_suits()
    monkeypatch.setenv("PYTOON_PRESETS", str(own_presets / "nowhere"))
    assert preset_suits() == {}
