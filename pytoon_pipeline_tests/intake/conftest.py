"""What several intake tests share."""

import pytest

from pytoon_pipeline.intake.inbox_folder import FolderInbox
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.inbox import Desk


@pytest.fixture
def desk(home: Home) -> Desk:
    home.inbox.mkdir(parents=True)
    return Desk(home, FolderInbox(home.inbox))
