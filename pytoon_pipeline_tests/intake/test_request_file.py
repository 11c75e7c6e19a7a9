"""Errors about a request name its file and its lines, but not for what the command line sets."""

from pathlib import Path

import pytest

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.intake.uploads import NEW, read_upload
from pytoon_pipeline_tests.harness.inbox import picture

REQUEST = """\
text:
  hook: Hello
adjust:
  captions: {sise: 90}
  headline: {color: gold}
"""


@pytest.mark.parametrize(
    ("text", "sets", "start"),
    [
        (REQUEST, [], "request.yaml, line 4: there is no setting “sise” under captions."),
        (REQUEST, ["headline.size=90"], "request.yaml, line 4: there"),
        (
            REQUEST.replace("sise", "size").replace("gold", "gild"),
            [],
            "request.yaml, line 5: headline.colour is “gild”",
        ),
        (REQUEST.replace("sise", "size"), ["headline.colour=gild"], "headline.colour is “gild”"),
        ("max_seconds: 900", [], "request.yaml, line 1: max_seconds is 900"),
        ("max_seconds: 20", ["max_seconds=900"], "max_seconds is 900"),
        ("text: Hello", ["max_seconds=900"], "max_seconds is 900"),
        ("media:\n- photo.png\n- text: Hello", [], "request.yaml, line 3: the 2nd entry of media names no"),
        ("max_seconds: 900\nfit: 3\n", [], "request.yaml, lines 1 and 2: fit is 3; it"),
        ("adjust:\n  sparkle: {a: 1}\n", [], "request.yaml, line 2: there is no setting “sparkle” under adjust"),
        ("archetype: meme\nmedia: []\n", [], "request.yaml, line 2: media: a meme needs"),
        ("brand: acme\ntransition: push", [], "request.yaml, line 2: transition: the brand “acme” does not"),
        ("brand: acme", ["transition=push"], "transition: the brand “acme” does not"),
    ],
)
def test_an_error_names_the_file_and_the_lines_of_what_stands_there(
    tmp_path: Path, text: str, sets: list[str], start: str
) -> None:
    picture(tmp_path / "photo.png")
    (tmp_path / "request.yaml").write_text(text)
    with pytest.raises(InvalidInput) as raised:
        read_upload(tmp_path, sets=sets)
    assert raised.value.message.startswith(start)


def test_other_files_are_named_too_and_one_that_nobody_wrote_is_not(tmp_path: Path) -> None:
    photo, other = picture(tmp_path / "photo.png"), tmp_path / "other.json"
    other.write_text('{"text": "Hello",\n\t"max_seconds": 900}')
    with pytest.raises(InvalidInput, match=r"^other\.json(, line 2)?: max_seconds is 900"):
        read_upload(photo, other)
    with pytest.raises(InvalidInput, match=r"^max_seconds is 900"):
        read_upload(photo, other, command=NEW)
