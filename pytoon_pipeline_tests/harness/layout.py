"""Where the layers of a plan are."""

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.spec.layers import ImageLayer, ShapeLayer, TextLayer, VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline_tests.harness.plans import still


def area_of(layer: TextLayer | ImageLayer | VideoLayer | ShapeLayer) -> Rect[int]:
    """The area of the frame that a layer covers after its entrance."""
    x, y = layer.transform.x[-1].value, layer.transform.y[-1].value
    return Rect(
        left=round(x - layer.width / 2), top=round(y - layer.height / 2),
        right=round(x + layer.width / 2), bottom=round(y + layer.height / 2),
    )  # fmt: skip


def texts(spec: RenderSpec) -> list[TextLayer]:
    """The texts of a video without the title of its end card."""
    return [layer for _, _, layer in spec.texts() if layer.name != "end card"]


def apart(a: Rect[int], b: Rect[int]) -> bool:
    return a.right <= b.left or b.right <= a.left or a.bottom <= b.top or b.bottom <= a.top


def items(count: int, **shape: int) -> list:
    return [still(item=f"{n:064x}", **shape) for n in range(count)]
