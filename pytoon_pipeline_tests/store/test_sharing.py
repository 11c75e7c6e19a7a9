"""A home from before joins an object store."""

from pathlib import Path

import pytest

from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.store.sharing import share_all
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.object_store import Server
from pytoon_pipeline_tests.harness.stages import make_letters


def test_everything_of_an_existing_home_is_sent_once(
    s3: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = s3.store(tmp_path / "a")
    assert store.shared is not None
    before = Store(store.root, store.work)
    for n in range(3):
        make_letters(before, "abc"[n] * 10, parameters={"n": n})
    assert not store.shared.is_complete(store.root)
    sent = []

    def interrupted(path: Path, name: str, sha256: str) -> None:
        if len(sent) == 1:
            raise TransientError("store_unreachable", "", "")
        sent.append(name)
        type(objects).send(objects, path, name, sha256)

    objects = store.shared.objects
    with monkeypatch.context() as broken:
        broken.setattr(objects, "send", interrupted)
        with pytest.raises(TransientError):
            share_all(store, store.shared)
    assert not store.shared.is_complete(store.root)
    report = share_all(store, store.shared)
    assert (report.files, report.records, report.bytes) == (3, 3, 30)
    assert store.shared.is_complete(store.root)
    assert share_all(store, store.shared) == report
    assert make_letters(s3.store(tmp_path / "b"), "aaaaaaaaaa", parameters={"n": 0}).status == "cached"


def test_a_home_that_is_complete_for_one_bucket_is_not_for_another(s3: Server, tmp_path: Path) -> None:
    store = s3.store(tmp_path / "a")
    file = make_letters(store).artifact.files["letters"]
    other = s3.store(tmp_path / "a", prefix="moved")
    assert other.put(store.path(file)) == file
    assert s3.names("moved/") == [f"moved/objects/{file.sha256[:2]}/{file.sha256}"]
