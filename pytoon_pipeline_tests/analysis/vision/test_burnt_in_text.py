"""Text that is part of the picture."""

import numpy as np
import pytest

from pytoon_pipeline.analysis.vision.burnt_in_text import TextDetector, text_lines
from pytoon_pipeline.analysis.vision.small_frames import Image

TITLE = (60, 200)


def landscape(seed: int = 0) -> Image:
    """Soft texture and hard edges, without text."""
    import cv2

    random = np.random.default_rng(seed)
    noise = cv2.resize(random.integers(0, 255, (27, 48, 3), np.uint8), (480, 270), interpolation=cv2.INTER_CUBIC)
    cv2.rectangle(noise, (30, 30), (120, 140), (30, 40, 50), -1)
    return np.asarray(noise // 2 + 40, np.uint8)


def titled(image: Image, text: str = "BIG NEWS TODAY") -> Image:
    import cv2

    image = image.copy()
    cv2.putText(image, text, TITLE, cv2.FONT_HERSHEY_SIMPLEX, 0.9, (255, 255, 255), 2, cv2.LINE_AA)
    return image


def observed(images: list[Image], still: bool = False) -> TextDetector:
    detector = TextDetector(still)
    for number, image in enumerate(images):
        detector.observe(0.2 * number, image)
    return detector


def test_a_title_is_found_where_it_stands() -> None:
    boxes = text_lines(titled(np.full((270, 480, 3), 90, np.uint8)))
    left, right = min(box.x for box in boxes) * 480, max(box.x + box.width for box in boxes) * 480
    assert left == pytest.approx(60, abs=6)
    assert right == pytest.approx(310, abs=25)
    assert all(150 < box.y * 270 < 200 for box in boxes)


def test_texture_is_no_text() -> None:
    assert [text_lines(landscape(seed)) for seed in range(5)] == [[]] * 5


def test_a_title_counts_while_it_stays() -> None:
    images = [landscape(0)] * 10 + [titled(landscape(0))] * 15 + [landscape(0)] * 10
    texts = observed(images).texts()
    assert texts
    assert all(1.9 <= text.start <= 2.8 and 4.0 <= text.end <= 5.0 for text in texts)


def test_what_appears_once_is_no_text_but_for_a_picture() -> None:
    images = [landscape(0)] * 4 + [titled(landscape(0))] + [landscape(0)] * 10
    assert observed(images).texts() == ()
    assert observed([titled(landscape(0))], still=True).texts()
