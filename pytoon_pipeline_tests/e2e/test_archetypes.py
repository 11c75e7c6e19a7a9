"""Each archetype from request to finished file, checked in the pixels and samples of that file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage import data
from skimage.metrics import structural_similarity

from pytoon_pipeline.config.folder import presets_folder
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.spec.evaluate import crop_at, transform_at
from pytoon_pipeline.contracts.spec.layers import ImageLayer, Layer, TextLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.defs.running import Outcome
from pytoon_pipeline.media.colour import contrast, luminance, rgb
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness import media

pytestmark = pytest.mark.usefixtures("quick_encoder")
Compile = Callable[..., Outcome]
Made = Callable[..., tuple[Path, RenderSpec]]
BRIGHTNESS = np.array([0.2126, 0.7152, 0.0722])
QUICK = {"stills": {"seconds": 1.6, "min_seconds": 1}}


def folder(path: Path, **request: Any) -> Path:
    path.mkdir(exist_ok=True)
    (path / "request.yaml").write_text(json.dumps(request))
    return path


def photo(path: Path, name: str, width: int, height: int) -> np.ndarray:
    """A well-known photo, cropped to a size. Returns its pixels."""
    picture = Image.fromarray(getattr(data, name)())
    scale = max(width / picture.width, height / picture.height)
    picture = picture.resize((round(picture.width * scale) + 1, round(picture.height * scale) + 1))
    picture.crop((0, 0, width, height)).save(path)
    return np.asarray(picture.crop((0, 0, width, height)))


def cut_out(path: Path) -> np.ndarray:
    """A rounded bottle with a label, transparent around it."""
    from PIL import ImageDraw

    picture = Image.new("RGBA", (500, 1000), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((100, 100, 399, 949), 60, fill=(40, 130, 90, 255))
    pen.rectangle((100, 400, 399, 700), fill=(250, 246, 230, 255))
    for row in range(420, 690, 30):
        pen.line((130, row, 370, row), fill=(20, 40, 30, 255), width=6)
    picture.save(path)
    return np.asarray(picture)


@pytest.fixture
def made(compile_file: Compile, store: Store) -> Made:
    """Compiles an upload, asserts that it passes, and returns the video and its plan."""

    def run(path: Path, *sets: str) -> tuple[Path, RenderSpec]:
        outcome = compile_file(path, *sets)
        assert outcome.error is None, outcome.error
        assert outcome.assets["qc_score"]["verdict"] == "pass", outcome.assets["qc_score"]
        video = Path(outcome.assets["delivered_video"]["video"])
        return video, store.latest("render_spec", outcome.key).read(RenderSpec)

    return run


class Pictures:
    """The pictures of a video as RGB by BT.709, shape (frames, 1920, 1080, 3), as players show them.

    They are converted when they are read: most tests look at few.
    """

    def __init__(self, video: Path) -> None:
        import av

        with av.open(str(video)) as container:
            self._frames = list(container.decode(video=0))

    def __len__(self) -> int:
        return len(self._frames)

    def __getitem__(self, index: int | slice) -> np.ndarray:
        frames = self._frames[index]
        return np.stack([_rgb(frame) for frame in frames]) if isinstance(frames, list) else _rgb(frames)


def _rgb(frame: Any) -> np.ndarray:
    from av.video.reformatter import ColorRange, Colorspace

    return frame.reformat(
        format="rgb24", src_colorspace=Colorspace.ITU709, src_color_range=ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
    ).to_ndarray()  # fmt: skip


def place(layer: Layer, frame: int) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of a layer at a frame of its scene."""
    state = transform_at(layer.transform, frame)
    width, height = layer.width * state.scale, layer.height * state.scale
    return (round(state.x - width / 2), round(state.y - height / 2),
            round(state.x + width / 2), round(state.y + height / 2))  # fmt: skip


def shown_as(source: np.ndarray, layer: ImageLayer, frame: int) -> np.ndarray:
    """A picture in its layer's place, cut and scaled by Pillow as the plan says, less what the frame cuts off."""
    window = crop_at(layer.crop_path, frame, frame)
    height, width = source.shape[:2]
    box = (window.x * width, window.y * height, (window.x + window.width) * width, (window.y + window.height) * height)
    left, top, right, bottom = place(layer, frame)
    picture = Image.fromarray(source[..., :3]).resize((right - left, bottom - top), Image.Resampling.LANCZOS, box)
    return np.asarray(picture)[max(0, -top) :, max(0, -left) :][: 1920 - max(0, top), : 1080 - max(0, left)]


def likeness(shown: np.ndarray, source: np.ndarray, layer: ImageLayer, frame: int) -> float:
    """SSIM in brightness of a picture in the video, or in its upper rows, with its source as ``shown_as``."""
    reference = shown_as(source, layer, frame)
    left, top, _, _ = place(layer, frame)
    cut = shown[max(0, top) :, max(0, left) :][: reference.shape[0], : reference.shape[1]]
    reference = reference[: cut.shape[0]]
    return float(structural_similarity(cut @ BRIGHTNESS, reference @ BRIGHTNESS, data_range=255))


def ink(pictures: np.ndarray, plain: np.ndarray) -> tuple[int, int, int, int]:
    """Bounding box of where two pictures differ clearly."""
    different = np.abs(pictures.astype(int) - plain).max(axis=2) > 60
    rows, columns = np.flatnonzero(different.any(axis=1)), np.flatnonzero(different.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def measured_contrast(shown: np.ndarray, layer: TextLayer, frame: int) -> float:
    """Contrast of the letters with what lies right around them (nearest percentile), in the encoded picture."""
    import cv2

    left, top, right, bottom = place(layer, frame)
    light = luminance(shown[max(0, top) : bottom, max(0, left) : right])
    own = float(luminance(np.array(rgb(layer.style.colour), float)))
    fill = np.abs(light - own) < 0.08
    core = cv2.erode(fill.astype(np.uint8), np.ones((5, 5))) > 0
    grown = cv2.dilate(core.astype(np.uint8), np.ones((5, 5)))
    reach = max(9, int(2 * layer.style.outline) - 3)
    ring = (cv2.dilate(grown, np.ones((reach, reach))) > 0) & ~(cv2.dilate(grown, np.ones((7, 7))) > 0)
    around = light[ring]
    # The nearest tenth of the surrounding pixels: lighter where letters are light, darker where they are dark.
    worst = np.percentile(around, 10 if own < 0.5 else 90)
    return contrast(float(np.median(light[core])), float(worst))


def test_one_picture_as_a_hero_of_a_brand(made: Made, tmp_path: Path) -> None:
    source = photo_upload(tmp_path, "astronaut", 900, 1600)
    video, spec = made(
        folder(
            tmp_path / "u",
            media=["p.png"],
            text="Introducing our new product!",
            fit="cover",
            brand="acme",
            adjust=QUICK,
        )
    )
    shown = Pictures(video)
    assert len(shown) == spec.frames
    picture = spec.scenes[0].layers[0]
    assert isinstance(picture, ImageLayer)
    at = 4
    scrim = next(layer for layer in spec.scenes[0].layers if layer.name == "scrim")
    mark = next(layer for layer in spec.overlays if layer.name == "watermark")
    top = min(place(scrim, at)[1], place(mark, at)[1])
    assert likeness(shown[at][:top], source, picture, at) >= 0.97
    eyes = [part[300:440, 600:] @ BRIGHTNESS for part in (shown[at], shown_as(source, picture, at))]
    assert eyes[0].mean() >= 0.9 * eyes[1].mean(), "the scrim leaves the face as it is"
    # Below the text, the scrim darkens the picture row by row, less towards the edge, and hides nothing of it.
    below = [part[1500:] @ BRIGHTNESS for part in (shown[at], shown_as(source, picture, at))]
    assert np.median([np.corrcoef(*rows)[0, 1] for rows in zip(*below, strict=True)]) >= 0.97
    assert below[0].mean() < 0.9 * below[1].mean()
    text = spec.texts()[0][2]
    middle = 24
    assert measured_contrast(shown[middle], text, middle) >= 4.5
    safe = spec.constraints.safe_area
    left, top, right, bottom = place(text, middle)
    assert safe.left <= left
    assert right <= safe.right
    assert safe.top <= top
    assert bottom <= safe.bottom
    # The brand: its colours on the end card, its logo there and as a watermark.
    end = shown[-5].astype(int)
    low, high = np.sort([rgb("#12355B"), rgb("#1F5A92")], axis=0)
    assert ((end[60, 60] >= low - 3) & (end[60, 60] <= high + 3)).all(), "a gradient between its colours"
    assert end[1300:1850, 100:980].std() > 30, "the picture stays"
    logo = Image.open(presets_folder() / "brands" / "acme.png")
    card = spec.scenes[-1]
    mark = next(layer for layer in card.layers if layer.name == "logo")
    own = spec.frames - 5 - card.start
    for layer, frame, picture_of in ((mark, own, end), (spec.overlays[-1], middle, shown[middle])):
        x0, y0, x1, y1 = place(layer, frame)
        wanted = np.asarray(logo.resize((x1 - x0, y1 - y0)).convert("RGB")).astype(float)
        part = picture_of[y0:y1, x0:x1].astype(float)
        inner = np.s_[8:-8, 8:-8]
        alike = np.corrcoef(part[inner].ravel(), wanted[inner].ravel())[0, 1]
        assert alike > 0.9, layer.name


def photo_upload(tmp_path: Path, name: str, width: int, height: int) -> np.ndarray:
    (tmp_path / "u").mkdir(exist_ok=True)
    return photo(tmp_path / "u" / "p.png", name, width, height)


def test_three_pictures_of_mixed_orientation(made: Made, tmp_path: Path) -> None:
    upload = folder(
        tmp_path / "u", media=["land.png", "port.jpg", "square.webp"], brand_safe=False, transition="push", adjust=QUICK
    )
    sources = [
        photo(upload / "land.png", "coffee", 1600, 900), photo(upload / "port.jpg", "astronaut", 900, 1600),
        photo(upload / "square.webp", "chelsea", 1000, 1000),
    ]  # fmt: skip
    video, spec = made(upload)
    shown = Pictures(video)
    assert len(shown) == spec.frames == sum(s.frames for s in spec.scenes) - 2 * spec.scenes[1].transition.frames  # type: ignore[union-attr]
    for scene, source in zip(spec.scenes, sources, strict=True):
        layer = scene.layers[-1]
        assert isinstance(layer, ImageLayer)
        own = scene.frames // 2
        assert likeness(shown[scene.start + own], source, layer, own) >= 0.9
        assert shown[scene.start + own][[5, -5]].mean() > 8, "no black bars"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Only above", ["ONLY ABOVE"]),
        ({"hook": "Above it", "cta": "The punchline"}, ["ABOVE IT", "THE PUNCHLINE"]),
    ],
)
def test_a_meme_on_a_picture(made: Made, tmp_path: Path, text: object, lines: list[str]) -> None:
    upload = folder(tmp_path / "u", archetype="meme", media=["p.png"], text=text, adjust={"meme": {"seconds": 1.2}})
    source = photo_upload(tmp_path, "coffee", 1200, 800)
    video, spec = made(upload)
    shown = Pictures(video)
    layer = next(layer for layer in spec.scenes[0].layers if layer.name == "picture")
    assert isinstance(layer, ImageLayer)
    assert likeness(shown[20], source, layer, 20) >= 0.97, "the bar and its texts cover nothing"
    top = place(layer, 20)[1]
    assert [words.text for _, _, words in spec.texts()] == lines
    for first, last, words in spec.texts():
        middle = (first + last) // 2
        assert measured_contrast(shown[middle], words, middle) >= 4.5
        assert place(words, middle)[3] <= top, "each text stands above the picture"
    assert spec.texts()[-1][0] > 0 or len(lines) == 1, "the punchline comes later"
    assert shown[20][5, 540].max() <= 3
    assert (shown[20][: top - 2].max(axis=2) > 200).sum() > 2000, "letters above"


def test_a_meme_on_a_clip(made: Made, tmp_path: Path) -> None:
    upload = folder(tmp_path / "u", archetype="meme", media=[{"file": "c.mp4", "end": 2}], text="Top line\nBottom line")
    media.video(upload / "c.mp4", 3, "640x360", "25")
    video, spec = made(upload)
    shown = Pictures(video)
    assert len(shown) == 50
    assert [layer.text for _, _, layer in spec.texts()] == ["TOP LINE", "BOTTOM LINE"]
    layer = next(layer for layer in spec.scenes[0].layers if layer.name == "picture")
    left, top, right, bottom = place(layer, 10)
    inside = shown[:10][:, top + 8 : bottom - 8, left + 8 : right - 8]
    assert np.mean([cv2.absdiff(inside[n], inside[n + 1]) for n in range(9)]) > 0.5, "the clip moves"
    assert spec.audio.tracks[0].role == "original"


def test_an_overlay_with_a_cut_out(made: Made, tmp_path: Path) -> None:
    upload = folder(
        tmp_path / "u", archetype="overlay", media=["bottle.png"], text="50% OFF!", background="#336699", adjust=QUICK
    )
    source = cut_out(upload / "bottle.png")
    video, spec = made(upload)
    shown = Pictures(video)
    # The product turns with time: at first it stands upright.
    at = 4
    product = next(layer for layer in spec.scenes[0].layers if layer.name == "product")
    assert isinstance(product, ImageLayer)
    label = source[405:696, 105:395]
    left, top, _, bottom = place(product, at)
    # The plan trims transparent margins: the bottle alone fills the layer's box.
    scale = (bottom - top) / 850
    box = [left + 5 * scale, top + 305 * scale, left + 295 * scale, top + 596 * scale]
    x0, y0, x1, y1 = (round(value) for value in box)
    wanted = np.asarray(Image.fromarray(label[..., :3]).resize((x1 - x0, y1 - y0), Image.Resampling.LANCZOS))
    assert structural_similarity(shown[at][y0:y1, x0:x1], wanted, channel_axis=2) >= 0.9
    corner = shown[at][top + 4, left + 4].astype(int)
    assert np.abs(corner - rgb("#336699")).max() < 60, "the background shows beside the round shoulder"
    text, at = spec.texts()[0][2], 30
    assert measured_contrast(shown[at], text, at) >= 4.5
    assert np.abs(shown[at][20, 20].astype(int) - rgb("#336699")).max() <= 3


def test_six_pictures_with_texts_and_music_towards_the_maximum_length(made: Made, tmp_path: Path) -> None:
    names = ["astronaut", "coffee", "chelsea", "rocket", "astronaut", "coffee"]
    wishes = [{"file": f"{n}.jpg", "text": f"Number {n + 1}", "end": 1.6} for n in range(6)]
    texts = {"hook": "Six", "beats": ["One by one"], "cta": "Now"}
    upload = folder(tmp_path / "u", media=wishes, music="bed.wav", text=texts, max_seconds=6, adjust=QUICK)
    for n, name in enumerate(names):
        photo(upload / f"{n}.jpg", name, 640 + 40 * n, 480)
    tone = 0.2 * np.sin(2 * np.pi * 330 * np.arange(2 * media.RATE) / media.RATE)
    media.write_wav(upload / "bed.wav", tone)
    video, spec = made(upload)
    assert 5 < spec.frames / 30 <= 6
    assert "shortened_evenly" in {note.code for note in spec.notes}
    heard = media.heard(video)
    assert len(heard) / media.RATE == pytest.approx(spec.frames / 30, abs=0.05)
    level = np.sqrt(np.convolve(heard**2, np.ones(4800) / 4800, mode="valid")[::2400])
    assert level[5:-40].min() > 0.6 * np.median(level), "music goes on over each loop"
    assert level[-1] < 0.1 * np.median(level), "and fades at the end"
    assert np.abs(np.diff(heard)).max() < 0.1, "no click"
    captions = video.with_suffix(".srt").read_text()
    assert "Number 6" in captions
    assert "One by one" in captions


def test_text_only(made: Made, tmp_path: Path) -> None:
    video, spec = made(folder(tmp_path / "u", text={"hook": "Did you know?", "cta": "Follow us"}))
    shown = Pictures(video)
    assert min(cv2.meanStdDev(picture)[1].min() for picture in shown[::30]) > 1, "a designed background"
    for first, last, layer in spec.texts():
        at = (first + last) // 2
        assert measured_contrast(shown[at], layer, at) >= 4.5
    WEBVTT = video.with_suffix(".vtt").read_text()
    assert WEBVTT.index("Did you know?") < WEBVTT.index("Follow us")


def test_a_clip_without_sound_among_pictures(made: Made, tmp_path: Path) -> None:
    upload = folder(tmp_path / "u", archetype="hero", media=["c.mp4", "p.png"], transition="cut", adjust=QUICK)
    media.video(upload / "c.mp4", 2, "360x640", "25", sound=False)
    photo(upload / "p.png", "coffee", 600, 400)
    video, spec = made(upload)
    assert spec.audio.tracks == ()
    assert str(spec.rate) == "25/1"
    assert [scene.frames for scene in spec.scenes] == [50, 40]
    shown = Pictures(video)
    assert np.abs(np.diff(shown[:50:5][:, ::8, ::8].astype(int), axis=0)).mean() > 0.3
    assert np.abs(np.diff(shown[55:][:, ::8, ::8].astype(int), axis=0)).mean() < 3


def test_an_edit_plan_with_nested_layers_and_eased_motion(made: Made) -> None:
    video, spec = made(presets_folder() / "edit_plans" / "price-reveal")
    shown = Pictures(video)
    assert len(shown) == spec.frames == 165
    assert [segment.kind for segment in spec.segments].count("seam") == 1
    areas = np.array([cv2.countNonZero(cv2.inRange(one, (231, 141, 0), (255, 255, 109))) for one in shown])
    start = spec.scenes[1].start
    assert areas[start + 10] < 2000
    assert areas[start + 50] > 0.6 * np.pi * 250**2, "the price tag has come in"
    assert areas.max() > 1.02 * areas[start + 60], "and went past its size on the way"


def test_voice_lowers_music_in_the_encoded_file(made: Made, tmp_path: Path) -> None:
    from pytoon_pipeline.media import loudness

    upload = folder(
        tmp_path / "u", media=["p.png"], music="bed.wav", voice="voice.wav", adjust={"stills": {"seconds": 8}}
    )
    photo(upload / "p.png", "coffee", 640, 480)
    time = np.arange(8 * media.RATE) / media.RATE
    media.write_wav(upload / "bed.wav", 0.2 * np.sin(2 * np.pi * 3000 * time))
    # Like speech, the voice has hardly any energy above 8 kHz.
    media.write_wav(upload / "voice.wav", 2 * np.convolve(media.babble(6.0, [(2.0, 4.2)]), np.ones(8) / 8, "same"))
    video, _ = made(upload)
    heard = media.heard(video)
    tone = np.exp(-2j * np.pi * 3000 * np.arange(len(heard)) / media.RATE)

    def split(start: float, end: float) -> tuple[float, ...]:
        """The loudness of the music, which is a tone, and of all else, in LUFS."""
        part = slice(round(start * media.RATE), round(end * media.RATE))
        music = 2 * np.real((heard[part] * tone[part]).mean() * tone[part].conj())
        stereo = [np.float32(np.stack((one, one), axis=1)) for one in (music, heard[part] - music)]
        return tuple(loudness.integrated_of_samples([one], media.RATE) for one in stereo)

    before, (under, voice), after = split(0.3, 1.4)[0], split(2.5, 4.0), split(5.6, 6.6)[0]
    assert 8.5 <= voice - under <= 12, "music is well below speech"
    assert before - under == pytest.approx(6, abs=0.5)
    assert after - under == pytest.approx(6, abs=0.5), "and comes up again"
    assert loudness.of_file(video).integrated == pytest.approx(-14, abs=0.5)


@pytest.mark.parametrize(
    ("request_", "code", "field"),
    [
        ({"media": ["missing.png"]}, "file_missing", "missing.png"),
        ({"media": ["p.png"], "text": "x" * 10_000}, "invalid_request", "text"),
        ({"media": ["p.png"], "brand": "acme", "transition": "zoom"}, "brand_refused", "transition"),
        ({"media": ["p.png"], "brand": "nobody"}, "unknown_brand", "brand"),
        ({"media": ["p.png"], "music": "p.png"}, "no_sound", "music"),
        ({"media": ["p.png"], "preset": "none-such"}, "unknown_preset", "preset"),
    ],
)
def test_impossible_requests_are_rejected_by_field(
    compile_file: Compile, tmp_path: Path, request_: dict, code: str, field: str
) -> None:
    from pytoon_pipeline.contracts.errors import PytoonError

    upload = folder(tmp_path / "u", **request_)
    photo(upload / "p.png", "coffee", 300, 200)
    error: PytoonError | None
    try:
        error = compile_file(upload).error
    except PytoonError as raised:
        error = raised
    assert error is not None
    assert (error.code, error.category) == (code, "invalid_input")
    assert field in error.message


def test_markup_in_texts_is_drawn_literally(made: Made, tmp_path: Path) -> None:
    """Quality control finds missing texts."""
    texts = {"hook": r"{\fs200}{\pos(0,0)}", "beats": ["it's 100%: [in] 'x'; %{pts}"], "cta": "\x1b[31m\x00\x07red"}
    upload = folder(tmp_path / "u", media=["p.png"], text=texts, adjust=QUICK)
    photo(upload / "p.png", "coffee", 640, 480)
    _, spec = made(upload)
    shown = " ".join(layer.text for _, _, layer in spec.texts()).lower()
    assert all(part in shown for part in (r"{\fs200}", "%{pts}", "red")), shown


def test_a_brand_with_a_font_of_its_own(
    compile_file: Compile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    import shutil

    from pytoon_pipeline.media import fonts

    own = tmp_path / "presets"
    shutil.copytree(presets_folder(), own)
    monkeypatch.setenv("PYTOON_PRESETS", str(own))
    acme = own / "brands" / "acme.yaml"
    acme.write_text(acme.read_text().replace("headline: Manrope ExtraBold", "headline: house.ttf"))
    shutil.copyfile(fonts.load("Fredoka One").file, own / "brands" / "house.ttf")
    upload = folder(tmp_path / "u", media=["p.png"], text="In our own letters", brand="acme", adjust=QUICK)
    photo(upload / "p.png", "coffee", 640, 480)
    outcome = compile_file(upload)
    assert outcome.error is None
    spec = store.latest("render_spec", outcome.key).read(RenderSpec)
    assert len(spec.texts()[0][2].style.font) == 64
    (own / "brands" / "house.ttf").write_bytes(b"not a font at all")
    with pytest.raises(InvalidInput) as broken:
        compile_file(upload)
    assert broken.value.code == "not_a_font"
