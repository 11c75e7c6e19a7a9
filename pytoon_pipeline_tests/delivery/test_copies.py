"""Copies of a delivery: the kit names the copied files."""

from pathlib import Path

from pytoon_pipeline.contracts.post import Post
from pytoon_pipeline.delivery.copies import copy_files


def test_the_copied_kit_names_the_copies(tmp_path: Path) -> None:
    folder, target = tmp_path / "shoe", tmp_path / "out"
    folder.mkdir()
    target.mkdir()
    (target / "shoe.mp4").write_text("another video")
    for name in ("shoe.mp4", "shoe.jpg", "shoe.srt"):
        (folder / name).write_text(name)
    kit = Post(
        video="shoe.mp4", cover="shoe.jpg", captions=("shoe.srt",), aspect="9:16", seconds=2, title="Shoe",
        title_source="upload",
    )  # fmt: skip
    (folder / "post.json").write_text(kit.model_dump_json())
    copy_files(folder, "shoe", target)
    copied = Post.model_validate_json((target / "shoe-2.post.json").read_bytes())
    assert {copied.video, copied.cover, *copied.captions} == {"shoe-2.mp4", "shoe-2.jpg", "shoe-2.srt"}
    (folder / "post.json").write_text("changed by a person")
    copy_files(folder, "shoe", tmp_path / "other")
    assert (tmp_path / "other" / "shoe.post.json").read_text() == "changed by a person"
