"""How likely words follow each other."""

from pytoon_pipeline.analysis.transcript.language_model import UNKNOWN, is_known, log_probability


def test_what_people_say_is_likelier_than_what_they_do_not_say() -> None:
    assert log_probability("to", ("we", "want")) > -2 > log_probability("tune", ("in", "pie"))
    assert log_probability("xqzy") < UNKNOWN
    assert is_known("table")
    assert not is_known("xqzy")
    assert log_probability("to", ("xqzy", "want")) > -3, "words that it does not know are left out"
