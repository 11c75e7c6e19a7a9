"""What several rendering tests share."""

import pytest

from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.rendering.segment_plan import Source
from pytoon_pipeline_tests.harness import media


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    path = media.video(tmp_path_factory.mktemp("source") / "v.mp4", 4, "640x360", "25", True, "-g", "12")
    return Source(path, probe(path))
