"""Generated pictures; the same prompt and seed give the same picture. A new generator joins ``GENERATORS``."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.output_format import HEIGHT, WIDTH
from pytoon_pipeline.contracts.provenance import Generation
from pytoon_pipeline.contracts.suggestions import listed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rgb = NDArray[np.uint8]

# The text chunk of a PNG that says how it was generated.
CHUNK = "pytoon:generation"
MAX_PROMPT = 500
# Words that name or suggest a colour, and its hue as OpenCV counts it, 0..180.
HUES = {
    "red": 178, "rose": 172, "warm": 12, "sun": 14, "autumn": 10, "fire": 6, "orange": 12, "gold": 22, "sand": 18,
    "yellow": 27, "spring": 40, "green": 60, "forest": 65, "leaf": 55, "mint": 75, "sea": 98, "ocean": 102,
    "cold": 105, "winter": 104, "sky": 104, "blue": 110, "night": 122, "violet": 135, "purple": 140, "pink": 165,
}  # fmt: skip


@dataclass(frozen=True)
class Generator:
    """``draw`` returns a picture for a prompt and a seed; ``model`` identifies its implementation and version."""

    name: str
    model: str
    draw: "Callable[[str, int], Rgb]"


def backdrop(prompt: str, seed: int) -> "Rgb":
    """A soft background, shape (1920, 1080, 3): the prompt decides the colours, the seed the shapes."""
    import cv2
    import numpy as np

    words = np.random.default_rng(int.from_bytes(hashlib.sha256(prompt.encode()).digest()[:8], "big"))
    shapes = np.random.default_rng([seed, int(words.integers(2**31))])
    named = [hue for word, hue in HUES.items() if word in prompt.lower()]
    hue = float(np.mean(named)) if named else words.uniform(0, 180)
    hues = (hue + np.array([0, *words.uniform(-14, 14, 2), words.uniform(18, 30)])) % 180
    tones = [(hues[n], words.uniform(100, 190), words.uniform(130, 245)) for n in range(4)]
    colours = cv2.cvtColor(np.array([tones], np.uint8), cv2.COLOR_HSV2RGB)[0].astype(np.float32)
    rows, columns = np.mgrid[0:HEIGHT:8, 0:WIDTH:8].astype(np.float32)
    picture = np.tile(colours[0], (*rows.shape, 1))
    for colour in colours[[1, 2, 3, 1, 2]]:
        x, y, size = shapes.uniform(0, WIDTH), shapes.uniform(0, HEIGHT), shapes.uniform(350, 800)
        share = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * size**2))[..., None]
        picture = picture * (1 - share) + colour * share
    whole = cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    # Grain keeps wide gradients from showing steps.
    grain = shapes.normal(0, 1.2, (HEIGHT, WIDTH, 1))
    return np.asarray(np.clip(whole + grain, 0, 255), np.uint8)


GENERATORS = {"backdrop": Generator("backdrop", "backdrop 1", backdrop)}


def generate(request: Generation, out: Path) -> None:
    """Writes the picture as PNG, with its origin inside. Raises ``InvalidInput`` for an unknown generator."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    picture = _known(request.generator).draw(request.prompt, request.seed)
    origin = PngInfo()
    origin.add_text(CHUNK, request.model_dump_json())
    Image.fromarray(picture).save(out, "PNG", pnginfo=origin)


def generation_request(generator: str, prompt: str, seed: int) -> Generation:
    """The request for a generator. Raises ``InvalidInput`` for an unknown generator or an invalid prompt."""
    known = _known(generator)
    if not prompt.strip() or len(prompt) > MAX_PROMPT:
        fault = f"has {len(prompt)} characters" if prompt.strip() else "is empty"
        hint = f"Describe the picture in at most {MAX_PROMPT} characters, such as “a calm blue sea”."
        raise InvalidInput("bad_prompt", f"The prompt {fault}.", hint)
    return Generation(generator=generator, model=known.model, prompt=prompt, seed=seed)


def _known(generator: str) -> Generator:
    if generator not in GENERATORS:
        only, *others = GENERATORS
        there = f"The generators are {listed([only, *others], 'and')}" if others else f"The only generator is {only}"
        hint = f"{there}. Write: --generator {only}"
        raise InvalidInput("unknown_generator", f"There is no generator “{generator[:60]}”.", hint)
    return GENERATORS[generator]


def generation_of(path: Path) -> Generation | None:
    """How a file was generated, if it contains that information."""
    with path.open("rb") as file:
        if file.read(8) != b"\x89PNG\r\n\x1a\n":
            return None
    from PIL import Image

    try:
        with Image.open(path, formats=["PNG"]) as image:
            text = image.info.get(CHUNK)
            return Generation.model_validate(json.loads(text)) if isinstance(text, str) else None
    except (OSError, ValueError, SyntaxError, RecursionError, Image.DecompressionBombError):
        return None
