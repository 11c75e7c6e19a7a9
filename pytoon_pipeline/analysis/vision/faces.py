"""Faces, by mediapipe's full-range detector (BlazeFace), whose model is in the wheel.

mediapipe runs it on the CPU, ``gpu_faces`` on a GPU. Of both, boxes that hold the same face share more than 99.9 % of
their union.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pytoon_pipeline.analysis.vision import gpu_faces
from pytoon_pipeline.analysis.vision.native_log import silenced_stderr
from pytoon_pipeline.analysis.vision.sampling import Samples
from pytoon_pipeline.analysis.vision.small_frames import Image
from pytoon_pipeline.contracts.analysis import Face, FaceSummary
from pytoon_pipeline.contracts.geometry import Box

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

# That of mediapipe's graph of this model, which does not go below it.
MIN_SCORE = 0.6


def find(samples: Samples) -> tuple[list[Face], FaceSummary]:
    """All faces in samples: by the GPU where they are in its memory, else by the CPU."""

    def by_gpu(pictures: "Tensor") -> list[Face]:
        times = (time for time, _ in samples)
        found = zip(times, gpu_faces.faces(pictures, MIN_SCORE), strict=True)
        return [
            _face(time, one.place[:4], one.score, one.place[4:].reshape(-1, 2))
            for time, faces in found
            for one in faces
        ]

    found, reason = samples.on_gpu(by_gpu)
    if found is None:
        faces, summary = detect(samples)
        return faces, summary.model_copy(update={"device_fallback": reason})
    with_face = len({face.time for face in found})
    return found, FaceSummary(
        samples=samples.record.samples, with_face=with_face, faces=len(found), device=samples.record.device
    )


def detect(samples: Iterable[tuple[float, Image]]) -> tuple[list[Face], FaceSummary]:
    """All faces in ``(seconds, BGR image)`` samples, by the CPU."""
    faces: list[Face] = []
    count = with_face = 0
    with _detector() as detector:
        for time, image in samples:
            found = detector.process(np.ascontiguousarray(image[:, :, ::-1])).detections or []
            count += 1
            with_face += bool(found)
            for detection in found:
                location = detection.location_data
                box = location.relative_bounding_box
                points = [(point.x, point.y) for point in location.relative_keypoints]
                faces.append(_face(time, (box.xmin, box.ymin, box.width, box.height), detection.score[0], points))
    return faces, FaceSummary(samples=count, with_face=with_face, faces=len(faces))


def _face(
    time: float,
    place: "Sequence[float] | NDArray[np.float64]",
    score: float,
    landmarks: "Iterable[Sequence[float]] | NDArray[np.float64]",
) -> Face:
    x, y, width, height = (round(float(value), 5) for value in place)
    points = tuple((round(float(across), 5), round(float(down), 5)) for across, down in landmarks)
    return Face(time=time, box=Box(x, y, width, height), score=round(float(score), 4), landmarks=points)


@contextmanager
def _detector() -> Iterator[Any]:
    """A detector that has run once."""
    import mediapipe

    with silenced_stderr():
        detector = mediapipe.solutions.face_detection.FaceDetection(
            model_selection=1, min_detection_confidence=MIN_SCORE
        )
        detector.process(np.zeros((192, 192, 3), np.uint8))
    with detector:
        yield detector


def write(faces: list[Face], path: Path) -> None:
    """One Parquet row per face: time, x, y, width, height, score, landmarks (flat x, y pairs)."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {
        "time": [face.time for face in faces],
        "x": [face.box.x for face in faces],
        "y": [face.box.y for face in faces],
        "width": [face.box.width for face in faces],
        "height": [face.box.height for face in faces],
        "score": [face.score for face in faces],
        "landmarks": [[c for point in face.landmarks for c in point] for face in faces],
    }
    schema = pa.schema(
        [(name, pa.float64()) for name in columns if name != "landmarks"] + [("landmarks", pa.list_(pa.float64()))]
    )
    pq.write_table(pa.table(columns, schema=schema), path)


def read(path: Path) -> list[Face]:
    """The faces that ``write`` stored."""
    import pyarrow.parquet as pq

    return [
        Face(
            time=row["time"],
            box=Box(x=row["x"], y=row["y"], width=row["width"], height=row["height"]),
            score=row["score"],
            landmarks=tuple(zip(row["landmarks"][::2], row["landmarks"][1::2], strict=True)),
        )
        for row in pq.read_table(path).to_pylist()
    ]
