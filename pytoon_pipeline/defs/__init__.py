"""Everything that imports dagster, and nothing else: adapters from assets to domain functions."""

import warnings

import dagster as dg

# Public parameters of Dagster that are still in beta or preview and are used on purpose: owners of jobs, sensors and
# schedules, code references, and partitions of checks. A warning for each of them would hide others in the log.
for _used in ("Parameter `owners`", "Class `(Local|Code)", "Specifying a partitions_def on an AssetCheckSpec"):
    warnings.filterwarnings("ignore", _used, dg.BetaWarning)
    warnings.filterwarnings("ignore", _used, dg.PreviewWarning)
