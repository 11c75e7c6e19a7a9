"""Topic borders: where the words of a talk change."""

from pytoon_pipeline.planning.highlights.topics import stems, topic_borders

COFFEE = ["coffee beans roast", "coffee farmers harvest beans", "roast aroma coffee"] * 4
TRAINS = ["railway trains station", "trains passengers railway", "station platform trains"] * 4


def test_a_border_lies_where_the_words_change() -> None:
    assert topic_borders(COFFEE + TRAINS) == {len(COFFEE)}
    assert topic_borders(COFFEE[:5]) == frozenset()


def test_stems_carry_the_meaning() -> None:
    assert stems("The prices of what we are paying") == ["pric", "pay"]
    assert stems("pricing") == stems("price") == stems("prices")
