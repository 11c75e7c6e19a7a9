"""Checks a finished file against a platform, and corrects what can be corrected without encoding the picture again."""

from pathlib import Path

from pytoon_pipeline.config.presets import load_platform
from pytoon_pipeline.contracts.conformance import ConformanceResult, ViolationCode
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.media.signatures import INSTEAD, named_error, other_kind
from pytoon_pipeline.quality.conformance import conforms, violations
from pytoon_pipeline.runtime.atomic import atomic_path
from pytoon_pipeline.runtime.files import check_file, printable_name


def check_platform(
    path: Path, platform_name: str, out: Path | None = None, language: str | None = None
) -> ConformanceResult:
    """What ``path`` violates. With ``out``, a corrected copy is written there and checked in its place.

    Raises ``InvalidInput`` for an unknown platform, a file that is not a video, and an ``out`` that is the file itself.
    """
    from pytoon_pipeline.quality.corrections import correct
    from pytoon_pipeline.quality.file_facts import file_facts

    platform = load_platform(platform_name)
    check_file(path, INSTEAD["a video"])
    if error := other_kind(path, path.name, "a video"):
        raise error
    if out is not None and out.resolve() == path.resolve():
        raise InvalidInput(
            "same_file", f"{printable_name(out.name)} is the file itself.", "Give another name to --fix."
        )
    try:
        facts = file_facts(path.resolve())
        found = violations(facts, platform)
        corrected: tuple[ViolationCode, ...] = ()
        if out is not None:
            before = {one.code for one in found}
            with atomic_path(out) as temporary:
                correct(path.resolve(), temporary, facts, platform, before, language)
            facts = file_facts(out)
            found = violations(facts, platform)
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
