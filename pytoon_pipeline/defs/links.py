"""Links that operators follow: to delivered files, and to pages of Dagster's UI."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

import dagster as dg
import yaml

from pytoon_pipeline.defs.jobs import COMPILE
from pytoon_pipeline.defs.overrides import config_for, preset_config
from pytoon_pipeline.defs.partitions import PARTITION_TAG
from pytoon_pipeline.runtime.home import Home

# Characters of Markdown that the UI shows on the page of an asset without a click.
MAX_MARKDOWN = 1000
# Other presets on the page of a run, which shows each address in full.
MAX_ADDRESSES = 4


def file_link(home: Home, files_url: str | None, path: Path) -> dg.MetadataValue:
    """A delivered file: a link that a browser opens when the outbox is served, otherwise a path. Held videos are not
    served.
    """
    url = home.served_url(files_url, path)
    return dg.MetadataValue.path(str(path)) if url is None else dg.MetadataValue.url(url)


def run_page(run: str) -> str:
    """The page of a run: why it failed, and its log. The path works on any address of the UI."""
    return f"/runs/{run}"


def runs_of(partition: str) -> str:
    """The runs of an upload, the newest first."""
    return f"/runs?{urlencode({'q[0]': f'tag:{PARTITION_TAG}={partition}'})}"


def partition_page(asset: str, partition: str) -> str:
    """The results of an asset for one upload."""
    return f"/assets/{asset}?{urlencode({'view': 'partitions', 'partition': partition})}"


def render_again_link(partition: str) -> dg.MetadataValue:
    """``render_again`` in words, for pages of assets. The page of a run hides Markdown; there, use the address."""
    return dg.MetadataValue.md(f"[Open in the Launchpad]({render_again(partition)})")


def render_again(partition: str, preset: str | None = None) -> str:
    """The Launchpad, filled in for an upload: with ``preset``, or with all values that may be changed. The UI finds the
    code location.
    """
    config = config_for({}) if preset is None else preset_config(preset)
    parameters = {
        "config": yaml.safe_dump(config, sort_keys=False),
        "tags[0][key]": PARTITION_TAG,
        "tags[0][value]": partition,
    }
    return f"/guess/{COMPILE}/playground/setup?{urlencode(parameters, safe='/:[]')}"


def launchpad_addresses(partition: str, presets: Sequence[str]) -> dict[str, dg.MetadataValue]:
    """``render_again``, and the Launchpad with other presets filled in, for pages of runs."""
    again = {"render_again": render_again(partition)}
    others = {f"render_with_{name}": render_again(partition, name) for name in presets[:MAX_ADDRESSES]}
    return {label: dg.MetadataValue.url(address) for label, address in {**again, **others}.items()}


def preset_links(partition: str, presets: Sequence[str]) -> str:
    """The Launchpad with other presets filled in, in one line of Markdown: as many as the UI shows without a click."""
    links = [f"[{name}]({render_again(partition, name)})" for name in presets]
    while len(text := " · ".join(links)) >= MAX_MARKDOWN:
        links.pop()
    return text
