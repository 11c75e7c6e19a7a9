"""The store of artifacts: verified reads, links, lineage."""

import pytest

from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.store.stages import Stage
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.stages import make_letters


def test_asking_for_a_damaged_file_is_a_typed_error(store: Store) -> None:
    file = make_letters(store).artifact.files["letters"]
    store.path(file).write_text("something else")
    with pytest.raises(DependencyMissing, match="artifact_damaged"):
        store.path(file)


def test_a_missing_artifact_names_what_to_materialize(store: Store) -> None:
    with pytest.raises(DependencyMissing, match="Materialize “letters”"):
        store.latest("letters", "key")
    done = make_letters(store)
    store.set_latest("letters", "key", done.artifact.fingerprint)
    assert store.latest("letters", "key") == done.artifact


def test_lineage_lists_every_ancestor_once_in_order(store: Store) -> None:
    a = make_letters(store, stage=Stage("a", 1)).artifact
    b = make_letters(store, stage=Stage("b", 1), inputs={"a": a.fingerprint}).artifact
    c = make_letters(store, stage=Stage("c", 1), inputs={"a": a.fingerprint, "b": b.fingerprint}).artifact
    assert [one.stage for one in store.lineage(c)] == ["a", "b"]
