"""Where delivered files are, as metadata: a link that a browser opens when the outbox is served, otherwise a path."""

from pathlib import Path
from urllib.parse import quote

import dagster as dg

from pytoon_pipeline.runtime.home import Home


def file_link(home: Home, files_url: str | None, path: Path) -> dg.MetadataValue:
    """A file of the home. Only those in the outbox have links: held videos are not served."""
    if files_url is None or not path.is_relative_to(home.outbox):
        return dg.MetadataValue.path(str(path))
    below = quote(path.relative_to(home.outbox).as_posix())
    return dg.MetadataValue.url(f"{files_url.rstrip('/')}/{below}")
