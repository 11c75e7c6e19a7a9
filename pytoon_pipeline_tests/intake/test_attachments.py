"""Music, voice and logo from anywhere; a video without a brand may have a logo."""

from pathlib import Path

import pytest
import yaml
from PIL import Image

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.request import LogoRequest
from pytoon_pipeline.intake.inbox_folder import FolderInbox
from pytoon_pipeline.intake.ingest import ingest
from pytoon_pipeline.intake.source import store_source
from pytoon_pipeline.intake.submit import submit
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.planning.plan import plan_video
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.plans import plan_inputs, still


@pytest.fixture
def shoe(tmp_path: Path) -> Path:
    (tmp_path / "job").mkdir()
    (tmp_path / "art").mkdir()
    Image.new("RGB", (200, 200), "teal").save(tmp_path / "job" / "shoe.png")
    Image.new("RGB", (120, 80), "gold").save(tmp_path / "art" / "logo.png")
    (tmp_path / "art" / "bed.mp3").write_bytes(b"x")
    return tmp_path / "job" / "shoe.png"


def test_files_come_from_anywhere(shoe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    art = shoe.parents[1] / "art"
    upload = read_upload(shoe, files={"music": art / "bed.mp3", "logo": art / "logo.png"})
    assert [(path, role) for path, role in upload.files[1:]] == [(art / "bed.mp3", "music"), (art / "logo.png", "logo")]
    assert upload.request.music == "bed.mp3"
    monkeypatch.setenv("HOME", str(art))
    for written in ("~/bed.mp3", str(art / "bed.mp3")):
        assert read_upload(shoe.parent, sets=[f"music={written}"]).files[-1] == (art / "bed.mp3", "music")
    monkeypatch.chdir(art)
    assert read_upload(shoe.parent, sets=["music=bed.mp3"]).files[-1] == (Path("bed.mp3"), "music")
    (shoe.parent / "bed.mp3").write_bytes(b"the folder's own")
    assert read_upload(shoe.parent, sets=["music=bed.mp3"]).files[-1] == (shoe.parent / "bed.mp3", "music")


def test_a_file_with_a_name_of_the_folder_keeps_both(shoe: Path) -> None:
    art = shoe.parents[1] / "art"
    (shoe.parent / "logo.png").write_bytes(shoe.read_bytes())
    upload = read_upload(shoe.parent, files={"logo": art / "logo.png"})
    assert upload.request.logo is not None
    assert upload.request.logo.file == "logo-logo.png"
    assert upload.attached == {art / "logo.png": "logo-logo.png"}


def test_a_submitted_upload_has_its_attached_files(shoe: Path, home: Home, store: Store) -> None:
    art = shoe.parents[1] / "art"
    Image.new("RGB", (100, 100), "red").save(art / "bed.png")
    given = {"logo": art / "logo.png"}
    for path in (shoe, shoe.parent):
        upload = read_upload(path, files=given, sets=["logo.corner=bottom_left"])  # type: ignore[arg-type]
        name = submit(FolderInbox(home.inbox), path, upload).name
        folder = home.inbox / name
        assert yaml.safe_load((folder / "request.yaml").read_text())["logo"]["file"] == "logo.png"
        assert (folder / "logo.png").read_bytes() == (art / "logo.png").read_bytes()
        again = read_upload(folder)
        assert ingest(home, store, again, pending=False)[0].items[-1].role == "logo"


def test_a_document_may_not_name_files_elsewhere(shoe: Path) -> None:
    (shoe.parent / "request.yaml").write_text("logo: ../art/logo.png\n")
    with pytest.raises(InvalidInput, match="outside_folder") as raised:
        read_upload(shoe.parent)
    assert raised.value.hint.endswith(f"--logo {shoe.parent.parent}/art/logo.png")


def test_a_logo_stands_in_the_corner_that_is_asked_for() -> None:
    logo = still(400, 200, item="d" * 64, transparent=True)
    resolved, media = plan_inputs([still()], logo=logo)
    asked = LogoRequest(file="logo.png", corner="bottom_left", width=0.2)
    request = resolved.request.model_copy(update={"logo": asked})
    spec = plan_video(resolved.model_copy(update={"request": request}), media)
    mark = next(
        layer for scene in spec.scenes for layer in (*scene.layers, *spec.overlays) if layer.name == "watermark"
    )
    assert mark.width == pytest.approx(0.2 * 1080)
    assert mark.transform.x[0].value < 540 < mark.transform.y[0].value


def test_an_uploads_own_logo_replaces_the_brands(shoe: Path, home: Home, store: Store) -> None:
    art = shoe.parents[1] / "art"
    with pytest.raises(InvalidInput, match="logo: the brand “acme” decides this"):
        read_upload(shoe, files={"logo": art / "logo.png"}, sets=["brand=acme"])
    upload = read_upload(shoe, files={"logo": art / "logo.png"}, sets=["brand=acme", "brand_safe=false"])
    known, _ = ingest(home, store, upload, pending=False)
    items = store_source(store, known, "acme").artifact.read(SourceMedia).items
    assert [item.name for item in items if item.role == "logo"] == ["logo.png"]
