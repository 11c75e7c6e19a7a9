"""Stages that work item by item."""

from pathlib import Path

import pytest

from pytoon_pipeline.contracts.errors import DependencyMissing, InvalidInput
from pytoon_pipeline.contracts.media import SourceItem, SourceMedia
from pytoon_pipeline.store.items import ItemWork, compute_items, item_artifacts, item_stage, unique_items
from pytoon_pipeline.store.stages import Stage, StageOutput
from pytoon_pipeline.store.store import Store

STAGE = Stage("measured", 1, "by_rule")


def item(name: str, content: str = "a", role: str = "media") -> SourceItem:
    values = {"name": name, "sha256": content * 64, "bytes": 1, "origin": "here", "role": role}
    return SourceItem.model_validate(values)


def measure(one: SourceItem) -> ItemWork:
    return ItemWork(lambda scratch: StageOutput(one), {"media": one.sha256})


def test_each_content_is_computed_once_in_whichever_upload_it_is(store: Store) -> None:
    first, parts = compute_items(store, STAGE, [item("a.mp4"), item("b.mp4", "b")], measure)
    assert first.status == "computed"
    assert list(parts) == ["a" * 64, "b" * 64]
    second, again = compute_items(store, STAGE, [item("other name.mp4", "b")], measure)
    assert second.status == "cached"
    assert again["b" * 64] == parts["b" * 64]
    assert item_artifacts(store, first.artifact) == parts


def test_an_error_names_the_file_only_where_there_are_several(store: Store) -> None:
    def refuse(one: SourceItem) -> ItemWork:
        def fail(scratch: Path) -> StageOutput:
            raise InvalidInput("too_long", "It is too long.", "Cut it.")

        return ItemWork(fail, {"media": one.sha256})

    with pytest.raises(InvalidInput, match=r"^It is too long\.") as alone:
        compute_items(store, STAGE, [item("a.mp4")], refuse)
    assert alone.value.message == "It is too long."
    with pytest.raises(InvalidInput) as among_others:
        compute_items(store, STAGE, [item("a.mp4"), item("b.mp4", "b")], refuse)
    assert among_others.value.message == "“a.mp4”: It is too long."


def test_no_items_are_a_result_too(store: Store) -> None:
    first, parts = compute_items(store, STAGE, [], measure)
    assert (first.status, parts, first.artifact.device) == ("computed", {}, "cpu")
    assert compute_items(store, STAGE, [], measure)[0].status == "cached"


def test_a_lost_result_is_missing(store: Store) -> None:
    result, parts = compute_items(store, STAGE, [item("a.mp4")], measure)
    fingerprint = parts["a" * 64].fingerprint
    next(store.root.rglob(f"{fingerprint}.json")).unlink()
    with pytest.raises(DependencyMissing, match="measured"):
        item_artifacts(store, result.artifact)


def test_items_are_media_files_each_content_once() -> None:
    items = (item("a.mp4"), item("a.srt", "s", "subtitles"), item("again.mp4"), item("b.mp4", "b"))
    source = SourceMedia(key="k", title="t", items=items, request={})
    assert [one.name for one in unique_items(source)] == ["again.mp4", "b.mp4"]
    assert [one.name for one in unique_items(source, {"b" * 64})] == ["b.mp4"]


def test_results_for_items_have_the_retention_class_of_their_stage() -> None:
    assert item_stage(STAGE) == Stage("measured_of_item", 1, "by_rule")
