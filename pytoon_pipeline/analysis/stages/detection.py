"""The analyses that look at sampled frames: faces, where the detail is, and shots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytoon_pipeline.analysis.results import FACES, Frames, MetadataByItem
from pytoon_pipeline.analysis.roles import SUBJECT_ROLES
from pytoon_pipeline.analysis.stages.analysis import Analysis, Column, listed
from pytoon_pipeline.contracts.analysis import FaceSummary, FocalPoints, Shots
from pytoon_pipeline.contracts.media import SourceItem
from pytoon_pipeline.runtime.versions import version
from pytoon_pipeline.store.items import ItemWork
from pytoon_pipeline.store.stages import Stage, StageOutput


@dataclass(frozen=True)
class FaceDetection(Analysis[FaceSummary]):
    """Detects faces with mediapipe's full-range model."""

    stage = Stage("face_detections", 2)
    libraries = ("mediapipe",)
    columns = (
        Column("time", "double", "Time of the sampled frame in seconds."),
        Column("x", "double", "Left edge of the face, as a fraction of the picture's width."),
        Column("y", "double", "Top edge, as a fraction of the height."),
        Column("width", "double", "Width of the face, as a fraction of the picture's width."),
        Column("height", "double", "Height of the face, as a fraction of the picture's height."),
        Column("score", "double", "The detector's confidence, 0 to 1."),
        Column("landmarks", "list<double>", "x and y of eyes, nose, mouth and ears, as fractions."),
    )
    record = FaceSummary

    frames: Frames

    def covers(self, item: SourceItem) -> bool:
        return item.role in SUBJECT_ROLES

    def work(self, item: SourceItem) -> ItemWork:
        return ItemWork(
            lambda scratch: self._compute(item, scratch),
            {"frames": self.frames.items[item.sha256].fingerprint},
            tools={"mediapipe": version("mediapipe")},
        )

    def _compute(self, item: SourceItem, scratch: Path) -> StageOutput:
        from pytoon_pipeline.analysis.vision import faces

        found, summary = faces.find(self.frames.samples(item.sha256))
        faces.write(found, scratch / "faces.parquet")
        return StageOutput(summary, {FACES: scratch / "faces.parquet"}, device=summary.device)

    def summary(self, values: Sequence[FaceSummary]) -> Mapping[str, int | float | str]:
        with_face, samples = sum(one.with_face for one in values), sum(one.samples for one in values)
        return {
            "faces": sum(one.faces for one in values),
            "samples_with_face": f"{with_face} of {samples}",
            "fallback": listed(one.device_fallback for one in values),
        }

    def rows(self, values: Sequence[FaceSummary]) -> int:
        return sum(one.faces for one in values)


@dataclass(frozen=True)
class SaliencyDetection(Analysis[FocalPoints]):
    """Finds where the detail of a picture is, people, and burnt-in text."""

    stage = Stage("focal_points", 4)
    libraries = ("mediapipe", "opencv")
    record = FocalPoints

    frames: Frames

    def covers(self, item: SourceItem) -> bool:
        return item.role in SUBJECT_ROLES

    def work(self, item: SourceItem) -> ItemWork:
        return ItemWork(
            lambda scratch: self._compute(item),
            {"frames": self.frames.items[item.sha256].fingerprint},
            tools={"mediapipe": version("mediapipe"), "opencv": version("opencv-contrib-python")},
        )

    def _compute(self, item: SourceItem) -> StageOutput:
        from pytoon_pipeline.analysis.vision.focus import find

        found = find(self.frames.samples(item.sha256))
        return StageOutput(found, device=found.device)

    def summary(self, values: Sequence[FocalPoints]) -> Mapping[str, int | float | str]:
        return {
            "points": sum(len(one.points) for one in values),
            "people": sum(len(one.people) for one in values),
            "burnt_in_texts": sum(len(one.texts) for one in values),
            "fallback": listed(one.device_fallback for one in values),
        }


@dataclass(frozen=True)
class ShotDetection(Analysis[Shots]):
    """Finds cuts in clips, and where the clip itself is static or black."""

    stage = Stage("shots", 3)
    libraries = ("scenedetect", "opencv")
    record = Shots

    metadata: MetadataByItem
    frames: Frames

    def covers(self, item: SourceItem) -> bool:
        return item.role in SUBJECT_ROLES and self.metadata.items[item.sha256].value.info.video is not None

    def work(self, item: SourceItem) -> ItemWork:
        return ItemWork(
            lambda scratch: self._compute(item),
            {"frames": self.frames.items[item.sha256].fingerprint},
            tools={"scenedetect": version("scenedetect")},
        )

    def _compute(self, item: SourceItem) -> StageOutput:
        from pytoon_pipeline.analysis.vision.shots import find

        record = self.frames.items[item.sha256].value
        return StageOutput(find(self.frames.samples(item.sha256).every_frame(), record.frames / record.seconds))

    def summary(self, values: Sequence[Shots]) -> Mapping[str, int | float | str]:
        return {"cuts": sum(len(one.cuts) for one in values)}
