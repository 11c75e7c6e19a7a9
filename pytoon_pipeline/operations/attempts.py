"""Recording attempts: what each pass through plan, render and check came to."""

import logging

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.contracts.rendering import RenderedSegments
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.contracts.stored import Stored
from pytoon_pipeline.delivery.outbox import failure
from pytoon_pipeline.quality.assessment import QC
from pytoon_pipeline.runtime.logs import RUN_PAGE

log = logging.getLogger("pytoon.quality")
people = logging.getLogger(RUN_PAGE)
VERDICTS = {"pass": "passed", "advise": "passed with advice", "fail": "failed"}


def record_attempt(
    uploads: Uploads,
    upload: SourceMedia,
    planned: Stored[RenderSpec],
    segments: RenderedSegments,
    report: QcReport,
    run: str,
) -> None:
    """Logs the verdict and records the attempt. A failed check becomes the failure of the key, except of the fallback.

    Nothing is recorded for a plan that the engines could not render, or when the upload has changed since ``run`` read
    it.
    """
    log.info(
        "assessed",
        extra={
            "event": "attempt",
            "verdict": report.verdict,
            "score": report.score,
            "engine": segments.engine,
            "seconds": report.seconds,
        },
    )
    people.info("Quality control: %s, score %g.", VERDICTS[report.verdict], report.score)
    for message in dict.fromkeys(finding.message for finding in report.findings):
        people.info(message)
    if segments.fallback_spec is not None or not uploads.is_current(upload):
        return
    spec = planned.value
    attempt = Attempt(
        number=len(uploads.attempts(upload.key, upload.overrides)) + 1,
        plan=planned.fingerprint,
        remedies=spec.remedies,
        fallback=spec.fallback,
        verdict=report.verdict,
        score=report.score,
        codes=report.gates,
        messages=tuple(dict.fromkeys(one.message for one in report.findings if one.severity == "gate")),
    )
    uploads.record(upload.key, attempt, upload.overrides)
    if report.verdict == "fail" and not spec.fallback:
        uploads.fail(upload.key, failure(report), QC.name, run, upload.overrides)
