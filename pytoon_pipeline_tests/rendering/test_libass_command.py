"""The command that draws ASS events."""

from pytoon_pipeline.media.ffmpeg import program
from pytoon_pipeline.rendering.libass_command import libass_command


def test_the_source_has_alpha_and_the_size_and_number_of_frames_and_only_one_thread_filters() -> None:
    command = libass_command(1080, 400, 3)
    assert command[0] == program()
    assert command[command.index("-i") + 1] == "color=black@0:s=1080x400:r=1:d=3,format=yuva444p"
    assert command[command.index("-pix_fmt") + 1] == "yuva444p"
    assert command[command.index("-filter_complex_threads") + 1] == "1"
    (graph,) = (part for part in command if "ass=" in part)
    assert "f=text.ass:fontsdir=fonts" in graph
    assert "colorspace=bt709:range=tv" in graph
