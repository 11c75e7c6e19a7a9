"""The timelines of ``benchmarks.peers`` as a person would write them: one ffmpeg command each.

Both crop at whole pixels, so slow moves jitter. They neither normalise the loudness of the sound nor measure frames.
"""

import json
from pathlib import Path

from pytoon_pipeline.media import ffmpeg
from pytoon_pipeline.media.encoder import PICTURE, SOUND

EACH, OVER, RATE = 4.0, 0.5, 30
SIZE = "1080x1920"
X264 = f"mbtree=1:rc-lookahead={PICTURE.lookahead}:weightp=0:chroma-qp-offset={PICTURE.chroma_offset}"


def stills(folder: Path, out: Path) -> None:
    """Each picture is cropped to 9:16 and zoomed by ``zoompan``; ``xfade`` mixes one into the next."""
    inputs = [text for number in range(3) for text in ("-i", str(folder / f"still-{number}.png"))]
    frames = round(EACH * RATE)
    zooms = [f"1+0.1*on/{frames}", f"1.1-0.1*on/{frames}"]
    chains = [
        f"[{n}]crop=1125:2000,zoompan=z='{zooms[n % 2]}':x='(iw-iw/zoom)/2':y='(ih-ih/zoom)/2':d={frames}:s={SIZE}"
        f":fps={RATE},scale=out_color_matrix=bt709:out_range=tv,format=yuv420p[still{n}]"
        for n in range(3)
    ]
    step = EACH - OVER
    fades = (
        f"[still0][still1]xfade=duration={OVER}:offset={step}[two];"
        f"[two][still2]xfade=duration={OVER}:offset={2 * step},format=yuv420p"
    )
    _run([*inputs, "-filter_complex", ";".join([*chains, fades]), *_encoder(RATE), "-y", str(out)])


def footage(folder: Path, out: Path) -> None:
    """A crop that moves, scaled to the frame in BT.709."""
    plan = json.loads((folder / "pan.json").read_text())
    seconds = plan["frames"] / plan["rate"]
    centre = f"{plan['first']}+{plan['last'] - plan['first']}*n/{plan['frames'] - 1}"
    chain = (
        f"fps={plan['rate']},crop=iw*{plan['width']}:ih:round(iw*({centre})-ow/2):0:exact=1,"
        f"scale={SIZE}:out_color_matrix=bt709:out_range=tv,setsar=1,format=yuv420p"
    )
    sound = ["-c:a", SOUND.codec, "-b:a", str(SOUND.bit_rate), "-ar", str(SOUND.sample_rate)]
    _run(["-i", plan["clip"], "-t", str(seconds), "-vf", chain, *_encoder(plan["rate"]), *sound, "-y", str(out)])


def _encoder(rate: float) -> list[str]:
    """Pytoon's settings of the picture, with as many threads as x264 likes."""
    group = round(PICTURE.group_seconds * rate)
    return ["-c:v", PICTURE.codec, "-preset", PICTURE.preset, "-crf", str(PICTURE.crf), "-profile:v", PICTURE.profile,
            "-g", str(group), "-x264-params", X264, "-color_primaries", "bt709",
            "-color_trc", "bt709", "-colorspace", "bt709", "-movflags", "+faststart"]  # fmt: skip


def _run(arguments: list[str]) -> None:
    ffmpeg.run(["-v", "error", *arguments], timeout=600)
