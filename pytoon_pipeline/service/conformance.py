"""Checks a finished file against a platform, and corrects what can be corrected without encoding the picture again."""

from pathlib import Path

from pytoon_pipeline.config.documents import read_document
from pytoon_pipeline.config.presets import load_platform
from pytoon_pipeline.config.validation import validate
from pytoon_pipeline.contracts.conformance import ConformanceResult, PostTexts, ViolationCode
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.platforms import Platform
from pytoon_pipeline.contracts.post import Post
from pytoon_pipeline.media.signatures import INSTEAD, named_error, other_kind
from pytoon_pipeline.quality.conformance import conforms, violations
from pytoon_pipeline.runtime.atomic import atomic_path
from pytoon_pipeline.runtime.files import check_file, printable_name


def check_platform(
    path: Path, platform_name: str, out: Path | None = None, language: str | None = None, post: Path | None = None
) -> ConformanceResult:
    """What ``path``, and the texts in the publishing kit ``post``, violate. With ``out``, a corrected copy is written
    there and checked in its place.

    Raises ``InvalidInput`` for an unknown platform, a file that is not a video, a ``post`` that is no publishing kit,
    and an ``out`` that is the file itself.
    """
    from pytoon_pipeline.quality.corrections import correct
    from pytoon_pipeline.quality.file_facts import file_facts

    platform = load_platform(platform_name)
    texts = _texts(post, platform) if post is not None else None
    check_file(path, INSTEAD["a video"])
    if error := other_kind(path, path.name, "a video"):
        raise error
    if out is not None and out.resolve() == path.resolve():
        raise InvalidInput(
            "same_file", f"{printable_name(out.name)} is the file itself.", "Give another name to --fix."
        )
    try:
        facts = file_facts(path.resolve())
        found = violations(facts, platform, texts)
        corrected: tuple[ViolationCode, ...] = ()
        if out is not None:
            before = {one.code for one in found}
            with atomic_path(out) as temporary:
                correct(path.resolve(), temporary, facts, platform, before, language)
            facts = file_facts(out)
            found = violations(facts, platform, texts)
            corrected = tuple(sorted(before - {one.code for one in found}))
    except InvalidInput as error:
        raise named_error(error, path.name) from error.__cause__
    return ConformanceResult(
        platform=platform.name,
        file=str(path if out is None else out),
        conforms=conforms(found),
        violations=found,
        facts=facts,
        corrected=corrected,
    )


def _texts(path: Path, platform: Platform) -> PostTexts | None:
    """What a publishing kit has for ``platform``; none where it has nothing."""
    document = read_document(path, wanted=("a post.json", "Give the post.json next to a finished video."))
    post = validate(Post, document, printable_name(path.name), "invalid_post")
    return next((one.texts for one in post.platforms if one.platform == platform.name), None)
