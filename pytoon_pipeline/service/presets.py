"""What presets there are: in brief, one with all of its settings, and as a page with their pictures."""

import base64
import html
from pathlib import Path
from string import Template

from pytoon_pipeline.config.caption_styles import caption_style_names, describe_caption_style
from pytoon_pipeline.config.folder import presets_folder
from pytoon_pipeline.config.glossary import PRESETS, meanings
from pytoon_pipeline.config.merge import leaves
from pytoon_pipeline.config.presets import load_preset, preset_document, preset_names, preset_picture
from pytoon_pipeline.contracts.preset_results import (
    CaptionStyleSummary,
    PresetResult,
    PresetSetting,
    PresetsResult,
    PresetSummary,
)
from pytoon_pipeline.runtime.atomic import write_bytes
from pytoon_pipeline.runtime.home import Home

# Facts about a preset, which are no settings.
FACTS = {"name", "description", "suits"}


def list_presets() -> PresetsResult:
    """All presets and caption styles, by name. Raises ``InvalidInput`` for one with wrong values."""
    styles = (
        CaptionStyleSummary(name=name, description=describe_caption_style(name)) for name in caption_style_names()
    )
    return PresetsResult(presets=tuple(_summary(name) for name in preset_names()), caption_styles=tuple(styles))


def describe_preset(name: str) -> PresetResult:
    """One preset with each of its settings. Raises ``InvalidInput`` for an unknown name and for wrong values."""
    own, words = dict(leaves(preset_document(name))), meanings(PRESETS)
    settings = tuple(
        PresetSetting(name=path, value=value, meaning=words.get(path, ""), preset=path in own)
        for path, value in leaves(load_preset(name).model_dump(mode="json"))
        if path not in FACTS
    )
    file = presets_folder() / f"{name}.yaml"
    return PresetResult(**_summary(name).model_dump(), file=str(file), settings=settings)


def write_page(home: Home) -> PresetsResult:
    """Writes a page with all pictures into the home. The page needs no other file and no network."""
    result = list_presets()
    path = home.root / "presets.html"
    cards = "\n".join(map(_card, result.presets))
    write_bytes(path, PAGE.substitute(cards=cards).encode())
    return result.model_copy(update={"page": str(path)})


def options_of(preset: PresetSummary) -> str:
    """The options that make a video like the picture. Overlays and memes must be asked for."""
    best = preset.suits[0] if preset.suits else "hero"
    return f"--preset {preset.name}" + (f" --set archetype={best}" if best in ("overlay", "meme") else "")


def _summary(name: str) -> PresetSummary:
    preset, picture = load_preset(name), preset_picture(name)
    return PresetSummary(
        name=name,
        description=preset.description,
        suits=preset.suits,
        picture=str(picture) if picture is not None else None,
    )


def _card(preset: PresetSummary) -> str:
    name = html.escape(preset.name)
    if preset.picture is None:
        picture = '<div class="none">no picture</div>'
    else:
        data = base64.b64encode(Path(preset.picture).read_bytes()).decode()
        picture = f'<img src="data:image/webp;base64,{data}" alt="A frame of a video with the preset {name}">'
    return (
        f"<figure>{picture}<figcaption><h2>{name}</h2><p>{html.escape(preset.description)}</p>"
        f"<p>For {', '.join(preset.suits)}.</p><code>{html.escape(options_of(preset))}</code></figcaption></figure>"
    )


PAGE = Template(
    """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pytoon presets</title>
<style>
  body { margin: 2rem auto; max-width: 76rem; padding: 0 1rem; font: 16px/1.45 system-ui, sans-serif;
         background: #14161a; color: #e8eaee; }
  main { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: 1.75rem 1.25rem; }
  figure { margin: 0; display: flex; flex-direction: column; }
  img, .none { width: 100%; aspect-ratio: 9 / 16; border-radius: .6rem; background: #23272e; }
  .none { display: grid; place-items: center; color: #9aa3b2; }
  h1 { font-size: 1.6rem; } h2 { font-size: 1.05rem; margin: .7rem 0 .2rem; }
  p { margin: 0 0 .4rem; color: #b6bdc9; font-size: .92rem; }
  code { display: inline-block; background: #23272e; padding: .15rem .4rem; border-radius: .3rem; font-size: .88rem; }
</style>
<h1>Presets</h1>
<p>Choose one: <code>pytoon render PATH --preset NAME</code>. What it sets: <code>pytoon presets NAME</code>.</p>
<main>
$cards
</main>
</html>
"""
)
