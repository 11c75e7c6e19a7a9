"""Videos that somebody should look at."""

import dagster as dg

from pytoon_pipeline.defs.resources import Studio


@dg.asset(group_name="quality", kinds={"file"}, code_version="1")
def quarantine(studio: Studio) -> dg.MaterializeResult[None]:
    """Keys that failed three times, of which the plain, safe video was delivered as degraded."""
    rows = []
    for key in studio.uploads.degraded():
        attempts, upload = studio.uploads.attempts(key), studio.uploads.get(key)
        codes = ", ".join(sorted({code for attempt in attempts for code in attempt.codes}))
        rows.append(f"| {key} | {upload.title} | {len(attempts)} | {codes} |")
    table = "\n".join(["| key | title | attempts | gates |", "|---|---|---|---|", *rows])
    return dg.MaterializeResult(metadata={"keys": len(rows), "videos": dg.MetadataValue.md(table)})
