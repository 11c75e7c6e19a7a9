"""How alike words sound."""

from pytoon_pipeline.analysis.speech.pronunciation import phones_of
from pytoon_pipeline.analysis.transcript.likeness import distances, encode


def distance(first: str, second: str) -> float:
    return float(distances(encode([phones_of(first)]), encode([phones_of(second)]))[0])


def test_words_that_sound_the_same_have_no_distance() -> None:
    assert distance("their", "there") == 0
    assert distance("terra form", "Terraform") == 0


def test_likely_mistakes_are_nearer_than_other_words() -> None:
    assert distance("pie tune", "Pytoon") < 0.1 < distance("my train", "Pytoon")
    assert distance("cooper netties", "Kubernetes") < 0.3 < distance("companies", "Kubernetes")


def test_it_does_not_matter_which_word_comes_first_or_how_many_are_compared() -> None:
    pairs = [("rumba", "Roomba"), ("snow", "Snowflake"), ("a sauna", "Asana")]
    first, second = ([phones_of(pair[side]) for pair in pairs] for side in (0, 1))
    found = distances(encode(first), encode(second))
    assert found.tolist() == distances(encode(second), encode(first)).tolist()
    assert [round(float(one), 5) for one in found] == [round(distance(*pair), 5) for pair in pairs]
