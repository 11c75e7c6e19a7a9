"""Opens the Dagster instance of a home."""

from contextlib import AbstractContextManager

import dagster as dg

from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.settings import export


def open_instance(home: Home) -> AbstractContextManager[dg.DagsterInstance]:
    """The instance that ``dagster.yaml`` of the home describes, which must exist. The file names the folder by its
    variable.
    """
    export({"DAGSTER_HOME": home.dagster, "PYTOON_HOME": home.root})
    return dg.DagsterInstance.from_config(str(home.dagster))
