"""The protocol between client and render server."""

from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.engines.protocol import ErrorMessage, Event


@given(st.text())
def test_any_text_is_sent_in_one_line(text: str) -> None:
    event = Event(n=1, error=ErrorMessage(code="x", message=text, hint="", category="bug"))
    (line,) = event.json_line.decode().splitlines()
    assert Event.model_validate_json(line) == event
