"""The tones of a source: extremes by place, and the colours of its edges."""

import numpy as np

from pytoon_pipeline.analysis.vision.tones import ToneMeter


def test_the_edges_have_their_own_colours_and_a_line_of_type_is_seen() -> None:
    picture = np.full((400, 600, 3), (40, 60, 200), np.uint8)
    picture[:40] = (250, 10, 10)
    picture[:40, 300:] = (10, 250, 10)
    picture[200:208, 100:140] = 255
    meter = ToneMeter()
    meter.add(picture)
    tones = meter.tones
    assert len(tones.top) == len(tones.bottom) == tones.columns
    assert (tones.top[0], tones.top[-1]) == ("#0A0AFA", "#0AFA0A")
    assert set(tones.bottom) == {"#C83C28"}
    assert len(tones.darkest) == len(tones.lightest) == tones.columns * tones.rows
    row, column = tones.rows * 204 // 400, tones.columns * 120 // 600
    assert tones.lightest[row * tones.columns + column] > 0.9
    assert tones.lightest[(row + 4) * tones.columns + column] < 0.3
