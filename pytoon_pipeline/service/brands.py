"""Brands that a tenant makes over the API: validated as files are, and seen by that tenant only."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

from pytoon_pipeline.accounts import audit
from pytoon_pipeline.config.own_brands import DIGITS, DOCUMENT, own_brand_folder, own_brand_names
from pytoon_pipeline.config.presets import brand_names, load_brand, load_limits
from pytoon_pipeline.config.validation import validate
from pytoon_pipeline.contracts.audit import Action
from pytoon_pipeline.contracts.brand import Brand, BrandRequest
from pytoon_pipeline.contracts.errors import InvalidInput, PytoonError
from pytoon_pipeline.media import fonts, images
from pytoon_pipeline.runtime.atomic import copy_file, write_bytes
from pytoon_pipeline.runtime.files import printable_name
from pytoon_pipeline.service.renders import Workplace

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
FILE = re.compile(r"[\w][\w .-]{0,79}\.(png|jpe?g|webp|ttf|otf)", re.IGNORECASE)
FONTS = (".ttf", ".otf")
MAX_BRANDS = 50


def brands(at: Workplace) -> list[str]:
    """The brands that the tenant can name: those of everybody, and its own."""
    return sorted({*brand_names(), *own_brand_names(at.home, at.tenant)})


def show_brand(at: Workplace, name: str) -> Brand:
    """A brand as the tenant names it; its own stands in place of one of everybody. Raises ``InvalidInput``."""
    own = NAME.fullmatch(name) and name in own_brand_names(at.home, at.tenant)
    return load_brand(f"{at.tenant}/{name}" if own else name).model_copy(update={"name": name})


def put_brand(at: Workplace, name: str, wanted: BrandRequest) -> Brand:
    """Makes or replaces a brand of the tenant. Raises ``InvalidInput`` for what a brand may not have."""
    if not NAME.fullmatch(name):
        hint = "Use up to 40 small letters, digits and hyphens, such as: garden"
        raise InvalidInput("brand_name", f"“{printable_name(name)[:40]}” cannot be the name of a brand.", hint)
    known = own_brand_names(at.home, at.tenant)
    if name not in known and len(known) >= MAX_BRANDS:
        raise InvalidInput("too_many_brands", f"There are {MAX_BRANDS} brands already.", "Delete one first.")
    files = {file: _uploaded(at, file, sha256) for file, sha256 in wanted.files.items()}
    stored = {file: f"{wanted.files[file][:DIGITS]}-{file}" for file in files}
    brand = _checked(at, name, wanted.brand, stored)
    folder = at.home.brands / at.tenant / name
    for file, path in files.items():
        copy_file(path, folder / stored[file], at.home.work)
    # The document names its files by their content, so it changes all at once.
    document = brand.model_dump(mode="json", exclude={"name"}, exclude_unset=True)
    write_bytes(folder / DOCUMENT, json.dumps(document, ensure_ascii=False).encode(), at.home.work)
    for path in folder.iterdir():
        if path.name not in (DOCUMENT, *stored.values()):
            path.unlink()
    _note(at, "brand.put")
    return show_brand(at, name)


def delete_brand(at: Workplace, name: str) -> None:
    """Deletes a brand of the tenant. Raises ``InvalidInput`` when it has none of this name."""
    folder = own_brand_folder(f"{at.tenant}/{name}")
    if folder is None or name not in own_brand_names(at.home, at.tenant):
        raise InvalidInput("unknown_brand", "You have no brand of this name.", "GET /v1/brands lists the brands.")
    (folder / DOCUMENT).unlink()
    shutil.rmtree(folder)
    _note(at, "brand.deleted")


def _uploaded(at: Workplace, name: str, sha256: str) -> Path:
    """The upload for a file of a brand. Raises ``InvalidInput`` for one that is no picture or font."""
    if not FILE.fullmatch(name):
        raise InvalidInput(
            "file_name", f"files: “{printable_name(name)[:40]}” cannot be a file of a brand.",
            "Use a plain name that ends in .png, .jpg, .webp, .ttf or .otf.",
        )  # fmt: skip
    file = at.store.find_file(sha256) if at.files.has(sha256) else None
    if file is None:
        message = f"files: there is no upload {sha256[:12]}…."
        raise InvalidInput("unknown_file", message, "Upload the file first: POST /v1/uploads")
    path = at.store.path(file)
    try:
        if name.lower().endswith(FONTS):
            fonts.register(str(path), path)
        elif images.kind(path) is None:
            raise _unusable(name, "picture")
        else:
            images.inspect(path, load_limits())
    except PytoonError as error:
        raise _unusable(name, "font" if name.lower().endswith(FONTS) else "picture") from error
    return path


def _unusable(name: str, kind: str) -> InvalidInput:
    message = f"files: “{name}” is not a {kind} that can be used."
    return InvalidInput("brand_file", message, f"Upload a {kind}, and give its id.")


def _checked(at: Workplace, name: str, document: dict[str, Any], stored: dict[str, str]) -> Brand:
    """The brand with its files by their stored names. Raises ``InvalidInput``."""
    if taken := next((one for one in ("name", "lut") if one in document), None):
        raise InvalidInput("invalid_brand", f"brand: “{taken}” cannot be set here.", f"Remove “{taken}”.")
    brand = validate(Brand, {"name": f"{at.tenant}/{name}", **document}, "brand", "invalid_brand")
    faces = {place: _font(getattr(brand.fonts, place), place, stored) for place in ("headline", "body")}
    if brand.logo is not None and (brand.logo not in stored or brand.logo.lower().endswith(FONTS)):
        raise _not_given("logo", brand.logo)
    changes: dict[str, Any] = {"fonts": brand.fonts.model_copy(update=faces)}
    if brand.logo is not None:
        changes["logo"] = stored[brand.logo]
    return brand.model_copy(update=changes)


def _font(font: str, place: str, stored: dict[str, str]) -> str:
    """A font of Pytoon, or the stored name of one of the brand's own."""
    if not font.lower().endswith(FONTS):
        if not fonts.exists(font):
            raise fonts.unknown_font(font)
        return font
    if font not in stored:
        raise _not_given(f"fonts.{place}", font)
    return stored[font]


def _not_given(place: str, name: str) -> InvalidInput:
    message = f"brand.{place}: “{printable_name(name)[:80]}” is not in “files”."
    return InvalidInput("brand_file", message, "Upload the file, and name its id in “files”.")


def _note(at: Workplace, action: Action) -> None:
    with at.accounts.write() as connection:
        audit.append(connection, at.tenant, at.by, action, at.tenant)
