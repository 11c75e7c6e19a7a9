"""Faces, by mediapipe's full-range detector (BlazeFace), whose model is in the wheel."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from pytoon_pipeline.analysis.vision.native_log import silenced_stderr
from pytoon_pipeline.analysis.vision.small_frames import Image
from pytoon_pipeline.contracts.analysis import Face, FaceSummary
from pytoon_pipeline.contracts.geometry import Box

MIN_SCORE = 0.5


def detect(samples: Iterable[tuple[float, Image]]) -> tuple[list[Face], FaceSummary]:
    """All faces in ``(seconds, BGR image)`` samples."""
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
                faces.append(
                    Face(
                        time=time,
                        box=Box(
                            x=round(box.xmin, 5),
                            y=round(box.ymin, 5),
                            width=round(box.width, 5),
                            height=round(box.height, 5),
                        ),
                        score=round(detection.score[0], 4),
                        landmarks=tuple((round(p.x, 5), round(p.y, 5)) for p in location.relative_keypoints),
                    )
                )
    return faces, FaceSummary(samples=count, with_face=with_face, faces=len(faces))


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
