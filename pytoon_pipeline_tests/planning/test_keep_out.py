"""Areas that texts should not cover, and when."""

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.planning.keep_out import FACE, KeepOutArea, during


def test_an_area_counts_by_its_share_of_the_time() -> None:
    area = Rect(0, 0, 100, 100)
    early, late, always = (KeepOutArea(*span, area, FACE) for span in ((0, 30), (60, 90), (0, 90)))
    assert [one.weight for one in during([early, late, always], 0, 60)] == [FACE / 2, FACE]
