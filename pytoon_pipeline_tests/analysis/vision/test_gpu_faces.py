"""Faces with torch: those that mediapipe finds, box by box."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from pytoon_pipeline.analysis.vision import faces, gpu_faces
from pytoon_pipeline.analysis.vision.sampling import Samples
from pytoon_pipeline.analysis.vision.small_frames import Image
from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.geometry import Box

# Of the union of two boxes of one face; fractions of the picture; and scores.
MIN_SHARED, MAX_LANDMARK, MAX_SCORE = 0.999, 2e-5, 2e-4


def found_by_torch(pictures: list[Image]) -> list[list[gpu_faces.Proposal]]:
    return list(gpu_faces.faces(torch.from_numpy(np.stack(pictures)), faces.MIN_SCORE))


def shared(one: Box, other: Box) -> float:
    inside = one.share_inside(other) * one.area
    return inside / (one.area + other.area - inside)


def check_equal(found: gpu_faces.Proposal, wanted: Face) -> None:
    assert shared(Box(*map(float, found.place[:4])), wanted.box) > MIN_SHARED
    assert found.place[4:] == pytest.approx(np.ravel(wanted.landmarks), abs=MAX_LANDMARK)
    assert found.score == pytest.approx(wanted.score, abs=MAX_SCORE)


def test_boxes_are_those_of_mediapipe(talk: Samples) -> None:
    """Also in a turned picture and in a narrow one, whose squares reach beyond it."""
    frames = [image for _, image in talk][:6:2]
    for pictures in (frames, [np.ascontiguousarray(frames[0][:, 60:321])], [np.ascontiguousarray(frames[0][20:151])]):
        here, _ = faces.detect(list(enumerate(pictures)))
        there = found_by_torch(pictures)
        assert [len(one) for one in there] == [sum(face.time == n for face in here) for n in range(len(pictures))]
        for face in here:
            check_equal(there[int(face.time)][0], face)


def test_several_faces_are_found_and_told_apart(talk: Samples) -> None:
    _, frame = next(iter(talk))
    face = faces.detect([(0.0, frame)])[0][0].box
    width = frame.shape[1]
    left, right = (round(width * (face.centre[0] + side * 0.9 * face.width)) for side in (-1, 1))
    head = frame[:, max(0, left) : right]
    picture = np.ascontiguousarray(np.hstack([head, head[:, ::-1]]))
    here, _ = faces.detect([(0.0, picture)])
    there = found_by_torch([picture])[0]
    assert len(here) == len(there) == 2
    assert all(one.score >= other.score for one, other in pairwise(there))
    for one, other in zip(there, here, strict=True):
        check_equal(one, other)


def test_a_picture_without_faces_has_none() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (90, 160, 3), np.uint8)
    assert found_by_torch([noise, np.zeros_like(noise)]) == [[], []]
