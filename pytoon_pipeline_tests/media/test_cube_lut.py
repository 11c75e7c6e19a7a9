"""Colour look-up tables in ``.cube`` files."""

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytoon_pipeline.contracts.colour import Lut
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.media.cube_lut import MAX_BYTES, applied, interpolated, lut_values, parse_lut, read_lut

COLOURS = np.random.default_rng(1).random((200, 3))


def _cube(size: int, change: str = "", dimensions: int = 3) -> bytes:
    """A table that gives each colour its negative, with ``change`` before the values."""
    axis = 1 - np.linspace(0, 1, size)
    if dimensions == 1:
        rows = np.stack([axis] * 3, axis=-1)
    else:
        blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
        rows = np.stack([red, green, blue], axis=-1).reshape(-1, 3)
    text = "\n".join(" ".join(f"{value:.6f}" for value in row) for row in rows)
    return f'# made here\nTITLE "negative"\nLUT_{dimensions}D_SIZE {size}\n{change}\n{text}\n'.encode()


@pytest.mark.parametrize(("size", "dimensions"), [(2, 1), (64, 1), (4096, 1), (2, 3), (17, 3), (33, 3), (40, 3)])
def test_tables_of_every_size_give_the_same_colours(size: int, dimensions: int) -> None:
    lut = parse_lut(_cube(size, dimensions=dimensions))
    assert lut.dimensions == dimensions
    assert applied(COLOURS, lut) == pytest.approx(1 - COLOURS, abs=1e-4)
    assert Lut.model_validate_json(lut.model_dump_json()) == lut


def test_the_first_axis_is_red() -> None:
    rows = [f"{r} {g} {b}" for b in (0, 0) for g in (0, 0.5) for r in (0, 1)]
    lut = parse_lut("\n".join(["LUT_3D_SIZE 2", *rows]).encode())
    assert applied(np.array([0.3, 0.6, 0.9]), lut) == pytest.approx([0.3, 0.3, 0.0], abs=1e-6)


@pytest.mark.parametrize("domain", ["DOMAIN_MIN -1 -1 -1\nDOMAIN_MAX 1 1 1", "LUT_3D_INPUT_RANGE -1 1"])
def test_a_table_over_another_domain_is_sampled_anew(domain: str) -> None:
    # Over -1..1, the negative of x is (1 - x) / 2.
    lut = parse_lut(_cube(9, domain))
    assert applied(COLOURS, lut) == pytest.approx((1 - COLOURS) / 2, abs=1e-5)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 6), st.randoms(use_true_random=False))
def test_interpolation_stays_between_its_values_and_meets_them(size: int, random: object) -> None:
    rows = [[random.random() for _ in range(3)] for _ in range(size**3)]  # type: ignore[attr-defined]
    text = "\n".join(" ".join(f"{value:.9f}" for value in row) for row in rows)
    values = lut_values(parse_lut(f"LUT_3D_SIZE {size}\n{text}".encode()))
    found = interpolated(values, COLOURS)
    assert found.min() >= values.min() - 1e-9
    assert found.max() <= values.max() + 1e-9
    corner = tuple(random.randrange(size) for _ in range(3))  # type: ignore[attr-defined]
    at = np.array(corner) / (size - 1)
    assert interpolated(values, at) == pytest.approx(values[corner], abs=1e-6)


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda data: data.decode("latin-1")))
def test_any_text_is_a_table_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert isinstance(parse_lut(text.encode()), Lut)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no LUT_1D_SIZE or LUT_3D_SIZE"),
        (b"0 0 0\n", "no LUT_1D_SIZE or LUT_3D_SIZE"),
        (_cube(2)[:-54], "after 6 of 8 values"),
        (_cube(2) + b"0 0 0\n", "line 13 is one value too many"),
        (_cube(2).replace(b"SIZE 2", b"SIZE 300"), "line 3: LUT_3D_SIZE is 300, and must be 2 to 65"),
        (_cube(2).replace(b"SIZE 2", b"SIZE 2.5"), "line 3: LUT_3D_SIZE is 2.5"),
        (_cube(2, "LUT_1D_SIZE 4"), "line 4 begins a second table"),
        (_cube(2, "SHAPER 4"), "line 4 has “SHAPER”"),
        (_cube(2, "DOMAIN_MAX 1 1"), "line 4 has 2 numbers, and must have 3"),
        (_cube(2, "DOMAIN_MIN 1 1 1"), "lower end of its domain"),
        (_cube(2).replace(b"0.000000", b"nan", 1), "line 6 has a number that is infinite"),
        (_cube(2).replace(b"0.000000", b"0..0", 1), "line 6 has something that is no number"),
        (b"LUT_3D_SIZE 2\n0 0 \xff\n", "not text in UTF-8"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "a.cube"
    path.write_bytes(data or b"\n")
    with pytest.raises(InvalidInput) as error:
        read_lut(path)
    assert error.value.code == "lut_invalid"
    assert reason in error.value.message
    assert error.value.hint


def test_binary_and_huge_files_are_refused_unread(tmp_path: Path) -> None:
    binary, huge = tmp_path / "a.cube", tmp_path / "b.cube"
    binary.write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(InvalidInput, match="not text"):
        read_lut(binary)
    with huge.open("wb") as file:
        file.truncate(4 << 30)
    with pytest.raises(InvalidInput) as error:
        read_lut(huge)
    assert error.value.code == "lut_too_large"
    assert huge.stat().st_size > MAX_BYTES


@pytest.mark.parametrize("changes", [{"size": 3}, {"size": 40}, {"values": "AAAA"}, {"values": "no base64!"}])
def test_a_table_in_a_manifest_is_checked(changes: dict[str, object]) -> None:
    whole = parse_lut(_cube(2)).model_dump()
    with pytest.raises(ValueError, match=r"LUT|values|base64|base 64|padding|data"):
        Lut.model_validate(whole | changes)
