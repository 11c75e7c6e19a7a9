"""Markdown that operators read on assets: media, findings, attempts and pictures."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.media import MediaInfo, SourceItem
from pytoon_pipeline.contracts.quality import Finding


def bullets(lines: Iterable[str]) -> str:
    """Lines as a Markdown list; a dash when there are none."""
    return "\n".join(f"- {line}" for line in lines) or "–"


def media_list(items: Sequence[SourceItem], infos: Mapping[str, MediaInfo]) -> str:
    """What each file is. ``infos`` holds probed facts by SHA-256."""
    return bullets(f"{item.name}: {describe_media(infos[item.sha256])}" for item in items)


def describe_media(info: MediaInfo) -> str:
    """A file in a few words: codec, size, rate, length."""
    if info.still is not None:
        return f"picture, {info.still.original}" + (", transparent" if info.still.transparent else "")
    parts = []
    if info.video is not None:
        video = info.video
        varying = ", variable" if video.variable_rate else ""
        parts.append(f"{video.width}×{video.height} {video.codec}, {video.average_rate} fps{varying}")
    if info.audio is not None:
        parts.append(f"{info.audio.codec}, {info.audio.sample_rate} Hz")
    return f"{'; '.join(parts)}; {info.seconds:.2f} s"


def findings_table(findings: Sequence[Finding], pictures: Mapping[int, str] = MappingProxyType({})) -> str:
    """Findings as a Markdown table. ``pictures`` are ``data:`` addresses of the first frames, by frame."""
    if not findings:
        return "No findings."
    head = "| | code | severity | frames | segment | value | limit | finding |\n|---|---|---|---|---|---|---|---|"
    return "\n".join([head, *(_finding_row(finding, pictures) for finding in findings)])


def _finding_row(finding: Finding, pictures: Mapping[int, str]) -> str:
    start = finding.start_frame
    picture = f"![frame {start}]({pictures[start]})" if start is not None and start in pictures else ""
    frames = "" if start is None else f"{start}–{finding.end_frame}"
    segment = "" if finding.segment is None else finding.segment
    return (
        f"| {picture} | {finding.code} | {finding.severity} | {frames} | {segment} "
        f"| {finding.value} | {finding.limit} | {finding.message} |"
    )


def attempts_table(attempts: Sequence[Attempt]) -> str:
    """Attempts as a Markdown table."""
    rows = [
        f"| {one.number} | {', '.join(one.remedies) or 'none'} | {one.score:g} | {one.verdict} "
        f"| {', '.join(one.codes)} |"
        for one in attempts
    ]
    return "\n".join(["| attempt | remedies | score | verdict | gates |", "|---|---|---|---|---|", *rows])


def inline_picture(webp: Path, label: str) -> str:
    """A WebP file as an inline Markdown picture."""
    return f"![{label}](data:image/webp;base64,{base64.b64encode(webp.read_bytes()).decode()})"
