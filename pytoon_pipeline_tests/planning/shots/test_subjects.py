"""What a shot or a picture is about."""

from dataclasses import replace

import pytest

from pytoon_pipeline.contracts.analysis import BurntInText, FocalPoint, FocalPoints, Person
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.planning.shots.subjects import heads, main_tracks, subject_box
from pytoon_pipeline_tests.harness.plans import face, still


def person(time: float, x: float, size: float = 0.05) -> Person:
    return Person(
        time=time,
        head=Box(x - size / 2, 0.3, size, size),
        body=Box(x - 2 * size, 0.2, 4 * size, 6 * size),
        score=0.7,
    )


def test_a_single_detection_is_no_subject() -> None:
    assert main_tracks([face(3.0, 0.9)], 0, 10) == []


def test_the_larger_of_two_faces_comes_first() -> None:
    faces = [face(0.2 * n, 0.3, size=0.05) for n in range(30)] + [face(0.2 * n, 0.7, size=0.15) for n in range(30)]
    (main,) = main_tracks(faces, 0, 6)
    assert main.detections[0].box.centre[0] > 0.6


def test_two_heads_of_similar_size_both_count() -> None:
    faces = [face(0.2 * n, x, size=0.1) for n in range(30) for x in (0.2, 0.8)]
    assert len(main_tracks(faces, 0, 6)) == 2
    brief = [one for one in faces if one.box.x < 0.5 or one.time < 2]
    assert len(main_tracks(brief, 0, 6)) == 1


def test_a_person_seen_from_behind_is_a_subject() -> None:
    found = heads((), [person(0.8 * n, 0.2) for n in range(6)])
    (track,) = main_tracks(found, 0, 5)
    assert abs(track.detections[0].box.centre[0] - 0.2) < 0.01


def test_a_person_with_a_face_is_counted_once() -> None:
    faces = [face(0.2 * n, 0.2, size=0.06) for n in range(25)]
    assert len(heads(faces, [person(0.2 * n, 0.21) for n in range(25)])) == 25


def test_a_picture_keeps_people_and_text_in_view() -> None:
    photo = still()
    detail = FocalPoints(
        points=(FocalPoint(time=0, box=Box(0.4, 0.4, 0.1, 0.1), weight=1),),
        people=(person(0, 0.2),),
        texts=(BurntInText(start=0, end=0, box=Box(0.3, 0.8, 0.4, 0.1)),),
    )
    box = subject_box(replace(photo, focus=detail))
    assert box.x <= 0.1
    assert box.x + box.width >= 0.7
    assert box.y <= 0.2
    assert box.y + box.height >= 0.9 - 1e-9
    alone = subject_box(replace(photo, focus=detail.model_copy(update={"people": (), "texts": ()})))
    assert tuple(alone) == pytest.approx((0.4, 0.4, 0.1, 0.1))
