"""What keyframes and crop paths mean at a frame."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.contracts.spec.evaluate import crop_at, zoom_at
from pytoon_pipeline.contracts.spec.layers import CropKeyframe, CropPath, ZoomPulse


def test_a_zoom_pulse_is_a_sine_of_its_period() -> None:
    breathing = ZoomPulse(amount=1.1, period=180)
    assert [zoom_at(breathing, frame) for frame in (0, 45, 90, 180)] == pytest.approx([1, 1.05, 1.1, 1])


@given(
    st.lists(st.tuples(st.integers(1, 30), st.floats(0.3, 0.7)), min_size=1, max_size=10),
    st.integers(0, 400),
    st.floats(1, 1.5),
)
def test_the_crop_stays_between_its_keyframes(steps: list[tuple[int, float]], frame: int, zoom: float) -> None:
    keys, at = [], 0
    for step, x in steps:
        keys.append(CropKeyframe(frame=at, x=x, y=0.5, focus_x=x, focus_y=0.5))
        at += step
    camera = CropPath(width=0.3, height=1.0, keyframes=tuple(keys), zoom_pulse=ZoomPulse(amount=zoom, period=180))
    window = crop_at(camera, frame, frame)
    centre = window.x + window.width / 2
    assert min(key.x for key in keys) - 1e-9 <= centre <= max(key.x for key in keys) + 1e-9
    assert window.width == pytest.approx(0.3 / zoom_at(camera.zoom_pulse, frame))
