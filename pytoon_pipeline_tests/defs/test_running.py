"""The runner of the use cases: what it reads from a run, and what it passes on while one works."""

from pytoon_pipeline.contracts.errors import QualityFailure
from pytoon_pipeline.contracts.render_results import STAGES, SegmentCounts, StageStatus
from pytoon_pipeline.definitions import defs
from pytoon_pipeline.defs.jobs import COMPILE
from pytoon_pipeline.defs.running import Outcome, run_outcome


def test_the_stages_of_results_are_those_of_the_graph_in_an_order_it_allows() -> None:
    job = defs().resolve_job_def(COMPILE)
    nodes = {node.name: node for node in job.nodes}
    assert set(nodes) == set(STAGES)
    graph = defs().resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        name = key.to_user_string()
        if name in nodes:
            for parent in graph.get(key).parent_keys:
                assert STAGES.index(parent.to_user_string()) < STAGES.index(name)


def test_the_outcome_of_a_run_is_read_from_the_metadata_of_its_assets() -> None:
    error = QualityFailure("qc_failed", "X.", "Y.")
    segments = {"segments": 3, "segments_rendered": 1, "segments_cached": 2, "engine": "remote"}
    outcome = run_outcome(
        Outcome(
            "0" * 32,
            {"rendered_segments": {"status": "computed", "seconds": 1.5, "started_at": 8.0, **segments}},
            error,
        )
    )
    assert outcome.stages == (StageStatus(name="rendered_segments", status="computed", seconds=1.5, started_at=8.0),)
    assert outcome.segments == SegmentCounts(total=3, rendered=1, cached=2)
    assert (outcome.engine, outcome.error) == ("remote", error)
    assert outcome.finished("rendered_segments")
    assert not outcome.finished("composite")
