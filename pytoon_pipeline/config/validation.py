"""Checks documents against their records. Errors are in the words of the product, see ``config/problems.py``."""

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from pytoon_pipeline.config.expectations import Path, expectation, expected_at
from pytoon_pipeline.config.problem import Problem
from pytoon_pipeline.config.problems import EXPLANATIONS, WRONG_TYPE
from pytoon_pipeline.config.spelling import british
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import InvalidInput, after_colon
from pytoon_pipeline.contracts.suggestions import nearest, one_hint

R = TypeVar("R", bound=Record)
# The most problems that one error names.
MAX_PROBLEMS = 5


def validate(record: type[R], value: dict[str, Any], what: str, code: str, prefix: str = "") -> R:
    """``value`` as ``record``. Raises ``InvalidInput`` that names each wrong field, with ``what`` in front.

    Without ``what``, the record is a request or a part of it, and ``prefix`` is where its fields stand there.
    """
    document = british(value)
    try:
        return record.model_validate(document)
    except ValidationError as error:
        problems = _problems(record, document, error)
    explanations = list(dict.fromkeys(EXPLANATIONS[one.kind](one) for one in problems))
    sentences = [sentence for sentence, _ in explanations[:MAX_PROBLEMS]]
    if more := len(explanations) - len(sentences):
        sentences.append("There is one more problem." if more == 1 else f"There are {more} more problems.")
    message = " ".join(sentences)
    hints = dict.fromkeys(hint for _, hint in explanations[:MAX_PROBLEMS])
    invalid = InvalidInput(code, f"{what}: {after_colon(message)}" if what else message, one_hint(*hints))
    if not what:
        invalid.fields = tuple(prefix + ".".join(map(str, one.path)) for one in problems[:MAX_PROBLEMS])
    raise invalid


def _problems(record: type[Record], document: Any, error: ValidationError) -> list[Problem]:
    """The problems of a document, each once: where a value may be of several kinds, those of the kind that it is."""
    found: dict[tuple[Path, str], Problem] = {}
    for one in error.errors(include_url=False):
        path = _path(one["loc"], document, record, one["type"] == "missing")
        kind = one["type"] if one["type"] in EXPLANATIONS else "other"
        kind = "name" if one["loc"][-1:] == ("[key]",) else kind
        reason, hint = map(str, [*one["ctx"]["error"].args, "", ""][:2]) if kind == "value_error" else ("", "")
        expected, around = (expected_at(record, place, document) for place in (path, path[:-1]))
        # What is missing has no value; the group that lacks it has.
        value = _value(document, path[:-1] if kind == "missing" else path)
        problem = Problem(kind, path, value, expected, around, record, reason, hint)
        found.setdefault((path, "type" if kind in WRONG_TYPE else kind), problem)
    return [one for place, one in found.items() if not _repeated(place, found)]


def _repeated(place: tuple[Path, str], found: dict[tuple[Path, str], Problem]) -> bool:
    """Whether another problem says it better: what is wrong inside a value, or that a name is misspelt."""
    path, kind = place
    if kind == "missing":
        unknown = [
            other.name for (at, sort), other in found.items() if sort == "extra_forbidden" and at[:-1] == path[:-1]
        ]
        return any(nearest(name, [str(path[-1])]) for name in unknown)
    deeper = any(at[: len(path)] == path and len(at) > len(path) for at, _ in found)
    if kind == "type":
        return deeper or any(at == path and sort != "type" for at, sort in found)
    # A list of which no entry is right is not empty.
    return kind == "too_short" and (deeper or any(at == path and sort != kind for at, sort in found))


def _path(location: Sequence[str | int], document: Any, record: type[Record], missing: bool) -> Path:
    """The place in the document. Pydantic's location also names the kinds that it tried, which nobody wrote."""
    path: list[str | int] = []
    value, after_kind = document, False
    for number, part in enumerate(location):
        exists = (isinstance(value, dict) and part in value) or (
            isinstance(value, list) and isinstance(part, int) and part < len(value)
        )
        if not after_kind and _is_kind(part, value, record, path):
            after_kind = True
        elif exists:
            path.append(part)
            value, after_kind = value[part], False
        elif missing and number == len(location) - 1:
            path.append(part)
    return tuple(path)


def _is_kind(part: str | int, value: Any, record: type[Record], path: Sequence[str | int]) -> bool:
    """Whether ``part`` of a location names the kind of record that ``value`` is, not a field of it."""
    if not isinstance(value, dict) or value.get("kind") != part:
        return False
    return sum("kind" in one.get("properties", {}) for one in expectation(record, tuple(path), None).options) > 1


def _value(document: Any, path: Path) -> Any:
    for part in path:
        if not (isinstance(document, dict) and part in document) and not isinstance(document, list):
            return None
        document = document[part]  # type: ignore[index]
    return document
