"""Whether the finished file is good."""

from pathlib import Path
from typing import Any

import dagster as dg

from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.contracts.rendering import Finished
from pytoon_pipeline.contracts.spec import RenderSpec
from pytoon_pipeline.defs.resources import Studio
from pytoon_pipeline.defs.stage import run, stage_asset
from pytoon_pipeline.media import ffmpeg
from pytoon_pipeline.store.stages import Product, Stage

QC = Stage("qc_score", 2)


@stage_asset(QC, "quality", "ffmpeg")
def qc_score(
    context: dg.AssetExecutionContext, studio: Studio, render_spec: Artifact, composite: Artifact
) -> dg.Output[Artifact]:
    """What checking the encoded file against its plan found: findings, a score from 0 to 100 and a verdict."""
    video = composite.files["video"]
    limits = studio.limits

    def make(room: Path) -> Product:
        from pytoon_pipeline.quality.verdict import judge

        silent = composite.read(Finished).sound.silent
        spec = render_spec.read(RenderSpec)
        return Product(judge(studio.store.path(video), limits, studio.limit_sources, spec, silent))

    def show(artifact: Artifact) -> dict[str, Any]:
        report = artifact.read(QcReport)
        return {
            "score": report.score,
            "verdict": report.verdict,
            "findings": dg.MetadataValue.md(findings_table(report)),
            "measured": report.measured,
        }

    return run(
        context,
        studio,
        QC,
        make,
        inputs={"composite": composite.fingerprint, "render_spec": render_spec.fingerprint},
        parameters=limits.model_dump(mode="json"),
        tools={"ffmpeg": ffmpeg.identity()},
        show=show,
    )


def findings_table(report: QcReport) -> str:
    """Findings as a Markdown table."""
    if not report.findings:
        return "No findings."
    rows = [
        f"| {f.code} | {f.severity} | {'' if f.start_frame is None else f'{f.start_frame}–{f.end_frame}'} "
        f"| {'' if f.segment is None else f.segment} | {f.value} | {f.limit} | {f.message} |"
        for f in report.findings
    ]
    head = "| code | severity | frames | segment | value | limit | what |\n|---|---|---|---|---|---|---|"
    return "\n".join([head, *rows])
