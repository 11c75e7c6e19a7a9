"""The formats of one upload: each is a version of it with its own key. They share the media, hence all analyses."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pytoon_pipeline.contracts.output_format import DEFAULT_ASPECT, Aspect
from pytoon_pipeline.intake.uploads import Upload


def by_output(upload: Upload) -> Iterator[Upload]:
    """The upload once per aspect ratio, each with a request for that one alone."""
    for aspect in upload.request.outputs:
        set_fields = upload.request.model_fields_set - {"outputs"}
        values: dict[str, Any] = {name: getattr(upload.request, name) for name in set_fields}
        # The default stays unwritten: the same request without outputs is the same version.
        yield replace(upload, request=type(upload.request)(**values, **_written(aspect)))


def format_suffix(request: Mapping[str, Any]) -> str:
    """What the key of a request has at its end: “1x1”; nothing for the default format."""
    aspect = next(iter(request.get("outputs", ())), DEFAULT_ASPECT)
    return "" if aspect == DEFAULT_ASPECT else str(aspect).replace(":", "x")


def _written(aspect: Aspect) -> dict[str, Any]:
    return {} if aspect == DEFAULT_ASPECT else {"outputs": (aspect,)}
