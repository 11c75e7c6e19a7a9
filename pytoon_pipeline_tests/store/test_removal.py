"""What was computed for one upload leaves the store; what others use stays."""

from pathlib import Path

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.store.inventory import ArtifactFacts
from pytoon_pipeline.store.removal import RemovalReport, dependents, left_over, remove
from pytoon_pipeline.store.stages import Stage, StageOutput, run_stage
from pytoon_pipeline.store.store import Store


class Value(Record):
    text: str = ""


def artifact(name: str, *inputs: str, file: str = "") -> ArtifactFacts:
    return ArtifactFacts(name, "x", 0, {file: 1} if file else {}, inputs)


def test_all_that_was_computed_from_a_file_depends_on_it() -> None:
    chain = [
        artifact("decoded", "clip", file="frames"), artifact("faces", "decoded"), artifact("seen", "frames"),
        artifact("other", "another"), artifact("both", "another", "faces"),
    ]  # fmt: skip
    assert dependents(chain, {"clip"}) == {"decoded", "faces", "seen", "both"}
    assert dependents(chain, {"other"}) == {"other"}
    assert dependents(chain, {"unknown"}) == set()


def test_what_only_removed_results_used_goes_too() -> None:
    segment = artifact("segment", file="pixels")
    chain = [segment, artifact("frames", "photo"), artifact("video", "frames", file="pixels")]
    assert left_over(chain, {"video"}, set()) == {"segment", "frames"}
    assert left_over(chain, {"video"}, {"segment"}) == {"frames"}, "the latest result of some upload"
    both = [*chain, artifact("second video", "frames", file="pixels")]
    assert left_over(both, {"video"}, {"second video"}) == set(), "another video has the same segment and photo"
    assert left_over(chain, set(), set()) == set()


def test_results_of_earlier_versions_go_without_any_file(store: Store) -> None:
    first = computed(store, "k", "plan", "first", source=computed(store, "k", "source", "first words", upload="k"))
    second = computed(store, "k", "plan", "second", source=computed(store, "k", "source", "second words", upload="k"))
    report = remove(store, "k", {"plan", "source"}, set(), set())
    assert [store.find(one) for one in (first, second)] == [None, None]
    assert report.artifacts == 4


def computed(store: Store, key: str, stage: str, content: str, **inputs: str) -> str:
    def write(scratch: Path) -> StageOutput:
        (scratch / "file").write_text(content)
        return StageOutput(Value(text=content), {"file": scratch / "file"})

    made = run_stage(store, Stage(stage, 1), write, inputs=inputs, parameters={"content": content}).artifact
    store.set_latest(stage, key, made.fingerprint)
    return made.fingerprint


def test_files_and_results_of_others_stay(store: Store, tmp_path: Path) -> None:
    files = {}
    for name in ("own", "shared"):
        (tmp_path / name).write_text(name)
        files[name] = store.put(tmp_path / name).sha256
    mine = computed(store, "mine", "look", "own look", source=files["own"])
    both = computed(store, "mine", "look", "shared look", source=files["shared"])
    plan = computed(store, "mine", "plan", "my plan", look=both)
    theirs = computed(store, "theirs", "plan", "their plan", look=both)
    report = remove(store, "mine", {"plan"}, {files["own"]}, {files["shared"]})
    assert report == RemovalReport(artifacts=2, files=3, bytes=len("own" + "own look" + "my plan"))
    assert [store.find(one) is not None for one in (mine, plan, both, theirs)] == [False, False, True, True]
    assert [path.name for path in (store.root / "links").glob("*/*")] == ["theirs"]
    assert remove(store, "mine", {"plan"}, {files["own"]}, {files["shared"]}) == RemovalReport(0, 0, 0)


def test_results_that_a_variant_shares_or_has_of_the_same_files_stay(store: Store, tmp_path: Path) -> None:
    (tmp_path / "clip").write_text("the clip")
    clip = store.put(tmp_path / "clip").sha256
    source = computed(store, "a-h01", "source", "the clip", upload="a-h01")
    words = computed(store, "a", "words", "words", media=clip)
    spec = computed(store, "a-h01", "spec", "spec", words=words)
    store.set_latest("spec", "a", spec)
    remove(store, "a-h01", {"source", "spec"}, set(), {clip})
    assert [store.find(one) is not None for one in (source, words, spec)] == [False, True, True]
    assert store.latest("spec", "a").fingerprint == spec
