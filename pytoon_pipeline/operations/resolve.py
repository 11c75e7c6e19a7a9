"""From an upload and its attempts to the resolved request of the next attempt."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from pytoon_pipeline.config.defaults import archetype_of
from pytoon_pipeline.config.presets import load_lut
from pytoon_pipeline.config.resolve import load_documents, resolve_request
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.media import MediaInfo, Metadata, SourceItem, SourceMedia
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.stored import Stored, StoredItems
from pytoon_pipeline.intake.ingest import canonical_request
from pytoon_pipeline.operations.attempt_notes import next_retry
from pytoon_pipeline.operations.remedies import Step, apply_remedies, changes, next_step
from pytoon_pipeline.runtime.logs import RUN_PAGE
from pytoon_pipeline.store.fingerprint import hash_value
from pytoon_pipeline.store.stages import Stage, StageOutput, StageResult, run_stage
from pytoon_pipeline.store.store import Store

people = logging.getLogger(RUN_PAGE)

# Fields of the request about files that are made of a finished video: they do not change its plan.
OF_FINISHED_VIDEOS = ("teaser", "audio_files")
RESOLVED = Stage("resolved_request", 1, "dynamic")


def resolve(
    upload: SourceMedia, infos: Mapping[str, MediaInfo], attempts: Sequence[Attempt], limits: Limits
) -> ResolvedRequest:
    """The upload's request with everything decided for the attempt that follows ``attempts``.

    ``infos`` describe the upload's files by their SHA-256. Raises ``InvalidInput`` for wrong settings, unknown names,
    and what a brand-safe request may not ask for.
    """
    asked = Request.model_validate(upload.asked)
    step = next_step(asked, attempts)
    remedied = apply_remedies(asked, step.remedies)
    documents = load_documents(remedied, archetype_of(remedied, upload.items, infos), limits)
    resolved = resolve_request(upload, remedied, documents)
    return resolved.model_copy(
        update={
            "attempt": step.number,
            "remedies": step.remedies,
            "fallback": step.fallback,
            "changed": changes(step, attempts),
            "lut": load_lut(resolved.preset.look.lut),
        }
    )


def store_resolved(
    store: Store, source: Stored[SourceMedia], metadata: StoredItems[Metadata], resolved: ResolvedRequest
) -> StageResult:
    """Stores the resolved request of an upload; the record is a ``ResolvedRequest``."""
    return run_stage(
        store,
        RESOLVED,
        lambda scratch: StageOutput(resolved),
        inputs={"source_media": source.fingerprint, "metadata": metadata.fingerprint},
        parameters={"resolved": hash_value(resolved.model_dump(mode="json"))},
    )


def announce(resolved: ResolvedRequest, attempts: Sequence[Attempt]) -> None:
    """Says on the page of the run what this attempt changes, if one before failed quality control."""
    if attempts and resolved.attempt > attempts[-1].number:
        retry = next_retry(Step(resolved.attempt, resolved.remedies, resolved.fallback), attempts)
        people.info("Attempt %d: %s. Reason: %s", retry.attempt, retry.remedy, retry.reason)


def plan_parameters(resolved: ResolvedRequest, items: Sequence[SourceItem]) -> dict[str, Any]:
    """Everything in a resolved request that decides the plan, for the key of its stage.

    Files count by content, so that renaming one does not plan the video again; the attempt's number and the origins of
    values do not count.
    """
    decided = canonical_request(resolved.request, items)
    undecided = {"request", "attempt", "origins", "platform"}
    return {
        **resolved.model_dump(mode="json", exclude=undecided),
        "platform": resolved.platform.planned,
        "request": hash_value({name: value for name, value in decided.items() if name not in OF_FINISHED_VIDEOS}),
        "items": [[item.role, item.sha256] for item in items],
    }
