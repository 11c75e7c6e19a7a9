"""The outputs of one upload: each is a version of it with its own key. They share the media, hence all analyses."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pytoon_pipeline.contracts.output_format import DEFAULT_ASPECT, DEFAULT_CODEC, DEFAULT_RESOLUTION, Output
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.intake.uploads import Upload

USUAL = Output(aspect=DEFAULT_ASPECT, resolution=DEFAULT_RESOLUTION, codec=DEFAULT_CODEC)
FORMAT_FIELDS = {"outputs", "resolution", "codec"}


def by_output(upload: Upload) -> Iterator[Upload]:
    """The upload once per output, each with a request for that one alone."""
    set_fields = upload.request.model_fields_set - FORMAT_FIELDS
    shared: dict[str, Any] = {name: getattr(upload.request, name) for name in set_fields}
    for one in upload.request.formats:
        # What is usual stays unwritten: the same request without it is the same version.
        own: dict[str, Any] = _unusual(one)
        if aspect := own.pop("aspect", None):
            own["outputs"] = (Output(aspect=aspect),)
        yield replace(upload, request=type(upload.request)(**shared, **own))


def format_suffix(request: Mapping[str, Any]) -> str:
    """What the key of a request has at its end: “1x1-4k-hevc”; nothing for the usual format."""
    one = Request.model_validate({name: request[name] for name in FORMAT_FIELDS & request.keys()}).formats[0]
    return "-".join(_unusual(one).values()).replace(":", "x")


def _unusual(one: Output) -> dict[str, Any]:
    return {name: value for name, value in one if value != getattr(USUAL, name)}
