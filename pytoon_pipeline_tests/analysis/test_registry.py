"""The registry of analyses, and the graph that follows from it."""

from pytoon_pipeline.analysis.registry import ANALYSES, STAGES
from pytoon_pipeline.defs.assets import analysis, source

ASSETS = (source, analysis)


def test_every_analysis_is_an_asset_with_its_name_version_and_retention_class() -> None:
    for one in ANALYSES:
        definition = next(getattr(module, one.stage.name) for module in ASSETS if hasattr(module, one.stage.name))
        (spec,) = definition.specs
        assert spec.key.to_user_string() == one.stage.name
        assert spec.code_version == str(one.stage.version)
        assert spec.tags["pytoon/retention"] == one.stage.retention
        assert spec.kinds == set(one.libraries)
        if one.columns:
            schema = spec.metadata["dagster/column_schema"]
            assert [column.name for column in schema.columns] == [column.name for column in one.columns]


def test_stage_names_are_unique() -> None:
    assert len({stage.name for stage in STAGES}) == len(STAGES) == 2 * len(ANALYSES)
