"""Renders several segments side by side and stores each as soon as it is finished."""

import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextvars import copy_context
from dataclasses import dataclass, replace
from pathlib import Path

from pytoon_pipeline.contracts.rendering import SegmentResult
from pytoon_pipeline.media.encoder import PictureEncoder
from pytoon_pipeline.media.source_reader import SourceReaders
from pytoon_pipeline.rendering.contact_sheet import ContactSheet
from pytoon_pipeline.rendering.frame_counter import FrameCounter
from pytoon_pipeline.rendering.segment_plan import SegmentPlan, Source
from pytoon_pipeline.rendering.segment_queue import SegmentQueue
from pytoon_pipeline.rendering.segments import FrameWatch, render_segment
from pytoon_pipeline.rendering.stored_segments import CONTACT_SHEET, FRAME_STATS, VIDEO
from pytoon_pipeline.runtime.allocation import return_large_blocks
from pytoon_pipeline.runtime.capacity import Capacity
from pytoon_pipeline.store.stages import StageKey, StageOutput, StageResult, get_or_compute
from pytoon_pipeline.store.store import Store

log = logging.getLogger("pytoon.render")

# The plan and the key of each segment to render, by the segment's number in the video.
Tasks = Mapping[int, tuple[SegmentPlan, StageKey]]


@dataclass(frozen=True)
class SegmentPool:
    """Renders segments into ``store``, until ``deadline`` on the monotonic clock, and counts their frames."""

    store: Store
    sources: Mapping[str, Source]
    counter: FrameCounter
    deadline: float | None

    def render(self, tasks: Tasks, processors: int) -> dict[int, StageResult]:
        """The results of ``tasks``.

        So many are rendered at once as the memory of the machine allows. Raises the first error of a segment; those
        that have not started then are not rendered.
        """
        import cv2

        # OpenCV's own threads would compete with those of the segments.
        cv2.setNumThreads(1)
        queue = SegmentQueue(tasks)
        results: dict[int, StageResult] = {}
        threads = Capacity.of_machine().segments(processors, max(plan.memory for plan, _ in tasks.values()))
        if len(tasks) > threads:
            # Of what a thread frees, its next segment could use only a part.
            return_large_blocks()
        with (
            SourceReaders(threads) as readers,
            ThreadPoolExecutor(threads, thread_name_prefix="segment") as pool,
        ):
            # Each in the context of this thread, so that it stops with it.
            futures = [pool.submit(copy_context().run, self._render_next, queue, tasks, readers) for _ in tasks]
            try:
                for future in as_completed(futures):
                    number, results[number] = future.result()
                    _log(number, tasks[number][1], results[number])
            finally:
                for future in futures:
                    future.cancel()
        return results

    def _render_next(self, queue: SegmentQueue, tasks: Tasks, readers: SourceReaders) -> tuple[int, StageResult]:
        number = queue.take()
        plan, key = tasks[number]
        # Processors whose threads find no more segments help with the last ones.
        ahead = queue.empty
        result = get_or_compute(self.store, key, lambda scratch: self._compute(plan, readers, scratch, ahead))
        if result.status == "cached":
            # Another process has rendered it in the meantime.
            self.counter.advance(plan.frames)
        return number, result

    def _compute(self, plan: SegmentPlan, readers: SourceReaders, scratch: Path, ahead: bool) -> StageOutput:
        files = {
            VIDEO: scratch / "segment.mp4",
            FRAME_STATS: scratch / "frame_stats.arrow",
            CONTACT_SHEET: scratch / "contact_sheet.jpg",
        }
        watch = FrameWatch(self.deadline, self.counter.advance)
        encoder: PictureEncoder | None = plan.encoder
        while encoder is not None:
            used, sheet = encoder, ContactSheet(plan.sheet_frames)
            part = replace(plan, encoder=used)
            render_segment(part, self.sources, files[VIDEO], watch, sheet, readers, ahead).save(files[FRAME_STATS])
            watch = FrameWatch(self.deadline)
            encoder = used.coarser(files[VIDEO].stat().st_size, plan.rate.seconds(plan.frames))
            if encoder is not None:
                log.info("coarser", extra={"event": "coarser", "crf": encoder.crf, "limit": encoder.max_bit_rate})
        sheet.save(files[CONTACT_SHEET])
        return StageOutput(SegmentResult(frames=plan.frames), files)


def _log(number: int, key: StageKey, result: StageResult) -> None:
    extra = {
        "event": "segment", "segment": number, "fingerprint": key.fingerprint, "status": result.status,
        "seconds": round(result.seconds, 4),
    }  # fmt: skip
    log.info("segment", extra=extra)
