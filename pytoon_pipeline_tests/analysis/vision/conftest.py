"""What several vision tests share."""

import pytest

from pytoon_pipeline.analysis.vision.sampling import Samples
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.sampling import sampled


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    return sampled(media.SAMPLE, tmp_path_factory.mktemp("talk"))
