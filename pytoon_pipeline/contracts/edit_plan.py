"""Edit plans: exactly what an editor, human or machine, wants to see, in seconds and pixels of a 1080×1920 picture.

A new kind of layer joins here, with its class and its name in ``AnyLayer``, and in ``planning.archetypes.edit_layers``.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator
from typing_extensions import TypeAliasType

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.output_format import HEIGHT, WIDTH
from pytoon_pipeline.contracts.spec.easing import Easing, Linear
from pytoon_pipeline.contracts.spec.effects import Effect
from pytoon_pipeline.contracts.style import Fill, TextStyle
from pytoon_pipeline.contracts.transitions import TransitionKind
from pytoon_pipeline.contracts.unions import ByKind

Animated = Literal["x", "y", "scale", "rotation", "opacity"]
Seconds = Annotated[float, Field(ge=0, le=7200)]
Pixels = Annotated[float, Field(ge=-8000, le=8000)]


class EditKeyframe(Record):
    """A value at ``time`` seconds after the layer's start; ``easing`` shapes the way from the keyframe before."""

    time: Seconds
    value: float = Field(ge=-8000, le=8000)
    easing: Easing = Linear()


class EditLayer(Record):
    """What all layers have. ``x`` and ``y`` are the centre; ``start`` and ``end`` are seconds of the scene.

    ``keyframes`` replace a value with one that changes over time.
    """

    kind: str
    name: str = ""
    start: Seconds = 0
    end: Seconds | None = None
    x: Pixels = WIDTH // 2
    y: Pixels = HEIGHT // 2
    scale: float = Field(default=1, gt=0, le=10)
    rotation: float = Field(default=0, ge=-3600, le=3600)
    opacity: float = Field(default=1, ge=0, le=1)
    keyframes: dict[Animated, Annotated[tuple[EditKeyframe, ...], Field(min_length=1, max_length=100)]] = Field(
        default_factory=dict
    )
    effects: Annotated[tuple[Effect, ...], Field(max_length=8)] = ()

    @model_validator(mode="after")
    def _ordered(self) -> "EditLayer":
        if self.end is not None and self.end <= self.start:
            reason = f"the layer starts at {self.start:g} s but ends at {self.end:g} s"
            raise ValueError(reason, f"Set end to more than {self.start:g}, or remove it.")
        for name, keys in self.keyframes.items():
            times = [key.time for key in keys]
            if times != sorted(set(times)):
                hint = "Write the earliest time first, and each time only once."
                raise ValueError(f"the times in keyframes.{name} are not in order", hint)
        return self


Size = Annotated[float, Field(gt=0, le=8000)]
MAX_LAYERS = 40


class EditPicture(EditLayer):
    """A layer that shows a file: it fills the box ``width`` × ``height`` (*cover*) or fits into it (*contain*)."""

    file: str = Field(min_length=1, description="the name of a file", examples=["photo.jpg"])
    width: Size = WIDTH
    height: Size = HEIGHT
    fit: Literal["cover", "contain"] = "cover"


class EditImage(EditPicture):
    kind: Literal["image"] = "image"


class EditVideo(EditPicture):
    """``source`` is the second of the file at which it begins. ``volume`` is its gain in dB; none mutes it."""

    kind: Literal["video"] = "video"
    source: Seconds = 0
    volume: Annotated[float, Field(ge=-60, le=12)] | None = None


class EditText(EditLayer):
    """Text that wraps at ``width`` and shrinks to fit ``height``. Line breaks are kept."""

    kind: Literal["text"] = "text"
    text: str = Field(min_length=1, max_length=600)
    width: Size = 900
    height: Size = 800
    style: TextStyle = TextStyle()


class EditShape(EditLayer):
    kind: Literal["shape"] = "shape"
    shape: Literal["rectangle", "ellipse"] = "rectangle"
    width: Size
    height: Size
    fill: Fill


class EditGroup(EditLayer):
    """Layers that move as one, placed from the upper left corner of a canvas of ``width`` × ``height``."""

    kind: Literal["group"] = "group"
    width: Size = WIDTH
    height: Size = HEIGHT
    layers: Annotated[tuple["AnyLayer", ...], Field(max_length=MAX_LAYERS)]


class EditBanner(EditLayer):
    """A plate with a line of text, such as a price or a name."""

    kind: Literal["banner"] = "banner"
    text: str = Field(min_length=1, max_length=120)
    width: Size = 800
    height: Size = 160
    radius: float = Field(default=40, ge=0, le=400)
    fill: Fill = Fill(colours=("#111111",))
    style: TextStyle = TextStyle(size=90)


AnyLayer = TypeAliasType(
    "AnyLayer",
    Annotated[
        EditImage | EditVideo | EditText | EditShape | EditGroup | EditBanner,
        Field(discriminator="kind"),
        ByKind("layer"),
    ],
)
Layers = Annotated[tuple[AnyLayer, ...], Field(max_length=MAX_LAYERS)]


class EditTransition(Record):
    kind: TransitionKind = "crossfade"
    seconds: float = Field(default=0.5, gt=0, le=3)


def _transition(value: Any) -> Any:
    return {"kind": value} if isinstance(value, str) else value


class EditScene(Record):
    """``transition`` is how the scene comes in over the one before; it is part of the scene's own ``seconds``."""

    seconds: float = Field(gt=0, le=600)
    background: Colour = "#000000"
    layers: Layers = ()
    transition: Annotated[
        EditTransition | None,
        BeforeValidator(_transition, json_schema_input_type=EditTransition | TransitionKind | None),
    ] = None


class EditPlan(Record):
    """``edit_plan.json``: scenes one after the other, and overlays above all of them (in seconds of the video)."""

    version: Literal[1] = 1
    rate: Literal[24, 25, 30] = 30
    scenes: tuple[EditScene, ...] = Field(min_length=1, max_length=60)
    overlays: Layers = ()

    def files(self) -> tuple[str, ...]:
        """The files that the plan names, in order, each once."""
        layers = [layer for scene in self.scenes for layer in scene.layers] + list(self.overlays)
        return tuple(dict.fromkeys(name for layer in layers for name in _files(layer)))


def _files(layer: EditLayer) -> list[str]:
    if isinstance(layer, EditGroup):
        return [name for inner in layer.layers for name in _files(inner)]
    return [layer.file] if isinstance(layer, EditPicture) else []
