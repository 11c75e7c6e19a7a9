"""The ffmpeg command that draws ASS events with libass."""

from pytoon_pipeline.media.ffmpeg import program

SCRIPT, FONTS = "text.ass", "fonts"


def libass_command(width: int, height: int, frames: int) -> list[str]:
    """The command that draws ``frames`` frames of ``width`` × ``height`` pixels at one frame per second.

    It reads ``text.ass`` and the folder ``fonts`` in its working directory, and writes planar YUV with alpha
    (yuva444p) to standard output. Raises ``DependencyMissing`` without ffmpeg.
    """
    import ffmpeg

    drawn = (
        # The source itself has to say its format: ffmpeg would choose one without alpha.
        ffmpeg.input(f"color=black@0:s={width}x{height}:r=1:d={frames},format=yuva444p", f="lavfi")
        .filter("setparams", range="tv", colorspace="bt709")
        .filter("ass", f=SCRIPT, fontsdir=FONTS, alpha=1)
        .output("pipe:", f="rawvideo", pix_fmt="yuva444p")
        .global_args("-v", "error", "-nostdin", "-filter_complex_threads", "1")
    )
    return list(drawn.compile(program()))
