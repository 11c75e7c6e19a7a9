"""The provenance of items is recorded, and generated ones can be regenerated."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pytoon_pipeline.catalog.items import Registry
from pytoon_pipeline.cli.main import main
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.intake.ingest import ingest
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.media.generators import generate, generation_of, generation_request
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.store import Store

Said = pytest.CaptureFixture[str]


def test_the_same_prompt_and_seed_give_the_same_picture(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        generate(generation_request("backdrop", "warm sunrise", seed), tmp_path / f"{name}.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    a, c = (np.asarray(Image.open(tmp_path / f"{name}.png"), int) for name in "ac")
    assert np.abs(a - c).mean() > 4
    assert np.abs(a.mean(axis=(0, 1)) - c.mean(axis=(0, 1))).max() < 60, "the colours stay"
    assert generation_of(tmp_path / "c.png") == generation_request("backdrop", "warm sunrise", 2)


@pytest.mark.parametrize(("generator", "prompt"), [("other", "x"), ("backdrop", " "), ("backdrop", "x" * 501)])
def test_impossible_generations_are_rejected(generator: str, prompt: str) -> None:
    with pytest.raises(InvalidInput):
        generation_request(generator, prompt, 0)


def test_a_record_of_an_unknown_generator_is_refused(tmp_path: Path) -> None:
    wanted = generation_request("backdrop", "sea", 1).model_copy(update={"generator": "no longer there"})
    with pytest.raises(InvalidInput, match="unknown_generator"):
        generate(wanted, tmp_path / "a.png")
    assert not (tmp_path / "a.png").exists()


def test_a_regenerated_background_replaces_the_first(tmp_path: Path, home: Home, capsys: Said) -> None:
    folder = tmp_path / "shoe"
    folder.mkdir()
    assert main(["generate", "warm sunrise", "--out", str(folder / "back.png"), "--seed", "3"]) == 0
    Image.new("RGB", (600, 600), "#224466").save(folder / "shoe.png")
    Image.new("RGB", (600, 800), "#884422").save(folder / "hat.png")
    request = {
        "archetype": "overlay", "media": [{"file": "shoe.png", "end": 1}], "background": "back.png",
        "licence": "CC BY 4.0",
    }  # fmt: skip
    (folder / "request.yaml").write_text(json.dumps(request))
    capsys.readouterr()
    assert main(["render", str(folder), "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    items = {one["role"]: one for one in json.loads(Path(first["manifest"]).read_text())["items"]}
    assert items["background"]["generation"]["seed"] == 3
    assert {one["licence"] for one in items.values()} == {"CC BY 4.0"}
    old = items["background"]["id"]
    assert old.startswith("IMG-")

    assert main(["regen", first["key"], old, "--reason", "too dark", "--json"]) == 0
    new = json.loads(capsys.readouterr().out)
    assert (new["replaces"], new["reason"], new["generation"]["seed"]) == (old, "too dark", 4)
    kept = Registry(home).get(new["id"])
    assert kept is not None
    assert kept.generation is not None
    assert kept.generation.prompt == "warm sunrise"

    from pytoon_pipeline.definitions import defs
    from pytoon_pipeline.defs.jobs import COMPILE
    from pytoon_pipeline.defs.running import compile_until_settled, instance

    with instance(home) as opened:
        again = compile_until_settled(defs().resolve_job_def(COMPILE), opened, home, first["key"])
    assert again.error is None
    assert again.assets["rendered_segments"]["segments_rendered"] >= 1
    status = {name: facts["status"] for name, facts in again.assets.items()}
    assert {status[name] for name in ("sampled_frames", "face_detections", "render_spec", "composite")} == {"computed"}
    assert {status[name] for name in ("transcription", "shots", "silence_segments")} == {"cached"}, (
        "a picture has neither speech nor cuts"
    )
    manifest = json.loads(Path(again.assets["delivered_video"]["manifest"]).read_text())
    assert new["id"] in {one["id"] for one in manifest["items"]}


def test_only_generated_items_can_be_regenerated(tmp_path: Path, home: Home, capsys: Said) -> None:
    Image.new("RGB", (600, 800), "#884422").save(tmp_path / "hat.png")
    upload, _ = ingest(home, Store(home.store, home.work), read_upload(tmp_path / "hat.png"), pending=True)
    key = upload.key
    assert main(["status", key, "--json"]) == 0
    (item,) = json.loads(capsys.readouterr().out)["items"]
    for name in (item, "IMG-nothing"):
        assert main(["regen", key, name, "--reason", "x"]) == 1
        assert "error:" in capsys.readouterr().err
