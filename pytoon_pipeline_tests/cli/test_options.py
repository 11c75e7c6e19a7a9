"""Options that several commands share."""

from pytoon_pipeline.cli.options import request_options
from pytoon_pipeline.cli.parser import build_parser


def test_output_can_be_given_more_than_once() -> None:
    given = ["render", "a.jpg", "--output", "9:16,4:5", "--output", "1:1", "--set", "text=Hi"]
    assert request_options(build_parser().read(given)).assignments == ("text=Hi", "outputs=9:16,4:5,1:1")
