"""Which file and lines of a request an error is about."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pytoon_pipeline.config.spelling import british, british_name
from pytoon_pipeline.contracts.errors import InvalidInput, after_colon
from pytoon_pipeline.contracts.suggestions import listed
from pytoon_pipeline.runtime.files import printable_name

# The parser in C is ten times as fast.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class RequestFile:
    """The file that a request comes from, and the document in it, which options may have changed since."""

    path: Path
    document: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path, document: Mapping[str, Any]) -> "RequestFile":
        """``path`` with a copy of the ``document`` that was read from it."""
        return cls(path, british(document))

    @contextmanager
    def named(self, changed: Mapping[str, Any]) -> Iterator[None]:
        """Names the file and the lines in errors about fields that stand there; not in those about options.

        ``changed`` is the document with what the options set.
        """
        try:
            yield
        except InvalidInput as error:
            fields = [field.split(".") for field in error.fields]
            if fields and all(_unchanged(field, self.document, british(changed)) for field in fields):
                error.message = f"{self._place(fields)}: {after_colon(error.message)}"
            raise

    def _place(self, fields: Sequence[Sequence[str]]) -> str:
        """“request.yaml, line 3”."""
        lines: set[int] = set()
        # JSON is not always valid YAML; then the name of the file has to do.
        with suppress(yaml.YAMLError):
            root = yaml.compose(self.path.read_text("utf-8-sig"), _Loader)
            lines = {line for field in fields if (line := _line(root, field))}
        noun = "line" if len(lines) == 1 else "lines"
        where = f", {noun} {listed([*map(str, sorted(lines))], 'and')}" if lines else ""
        return f"{printable_name(self.path.name)}{where}"


def _unchanged(field: Sequence[str], written: Any, changed: Any) -> bool:
    """Whether a field, or the group that lacks it, stands in the file as it does in the request."""
    steps = 0
    for part in field:
        key = _key(written, part)
        if key is None or _key(changed, part) is None:
            break
        written, changed, steps = written[key], changed[key], steps + 1
    return steps > 0 and bool(written == changed)


def _key(value: Any, part: str) -> Any:
    """``part`` as the key or the index that ``value`` has; none without it."""
    if isinstance(value, Mapping):
        return part if part in value else None
    is_index = isinstance(value, list) and part.isdecimal() and int(part) < len(value)
    return int(part) if is_index else None


def _line(node: yaml.Node | None, field: Sequence[str]) -> int | None:
    """The line of the deepest part of a field that the document has."""
    line = None
    for part in field:
        found: tuple[yaml.Node, yaml.Node] | None = None
        if isinstance(node, yaml.MappingNode):
            found = next((pair for pair in node.value if british_name(str(pair[0].value)) == part), None)
        elif isinstance(node, yaml.SequenceNode) and part.isdecimal() and int(part) < len(node.value):
            found = (node.value[int(part)],) * 2
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line
