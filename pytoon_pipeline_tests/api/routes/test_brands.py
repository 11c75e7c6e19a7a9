"""Brands over the API: made of uploads, validated like files, seen by their tenant only, and used by its videos."""

import io
from typing import Any

import dagster as dg
import pytest
from PIL import Image

from pytoon_pipeline.accounts.keys import Keys
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.contracts.access import Role
from pytoon_pipeline.contracts.manifest import Manifest
from pytoon_pipeline.definitions import defs
from pytoon_pipeline.defs.jobs import COMPILE
from pytoon_pipeline.defs.running import compile_upload
from pytoon_pipeline.media.fonts import load
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.api.conftest import Answer, Client

COLOURS = {"primary": "#1E3D2F", "secondary": "#3F7D58", "accent": "#FFB703", "text": "#FFFFFF"}
GARDEN: dict[str, Any] = {
    "title": "Garden & Co", "logo": "logo.png", "colours": COLOURS,
    "fonts": {"headline": "Manrope ExtraBold", "body": "garden.ttf"},
}  # fmt: skip


def key(service: ApiService, tenant: str, role: Role = "brand-manager") -> str:
    return Keys(service.accounts).create(role, tenant, role)[1]


def logo() -> bytes:
    file = io.BytesIO()
    Image.new("RGBA", (200, 80), (30, 61, 47, 255)).save(file, "png")
    return file.getvalue()


def put(api: Client, secret: str, name: str = "garden", changes: dict[str, object] | None = None) -> Answer:
    font = load("Manrope SemiBold").file.read_bytes()
    files = {"logo.png": api.upload(logo(), secret), "garden.ttf": api.upload(font, secret)}
    return api.call("PUT", f"/v1/brands/{name}", {"brand": {**GARDEN, **(changes or {})}, "files": files}, secret)


@pytest.mark.usefixtures("quick_encoder")
def test_a_video_has_the_brand_of_its_tenant(
    api: Client, service: ApiService, home: Home, instance: dg.DagsterInstance
) -> None:
    acme = key(service, "acme")
    made = put(api, acme)
    assert made.status == 200, made.body
    assert (made.json["name"], made.json["title"]) == ("garden", "Garden & Co")
    wanted = {"request": {"text": "Hello", "brand": "garden", "max_seconds": 4}}
    render = api.call("POST", "/v1/renders", wanted, acme).json["id"]
    assert compile_upload(defs().resolve_job_def(COMPILE), instance, home, render).error is None
    links = api.call("GET", f"/v1/renders/{render}", token=acme).json["links"]["files"]
    manifest = Manifest.model_validate_json(api.call("GET", links["manifest.json"], token=acme).body)
    assert manifest.brand is not None
    assert manifest.brand.title == "Garden & Co"
    assert api.call("POST", "/v1/renders", wanted, acme).status == 200, "the same again is the same render"


def test_brands_are_of_one_tenant(api: Client, service: ApiService) -> None:
    acme, other = key(service, "acme"), key(service, "other")
    assert put(api, acme).status == 200
    assert put(api, acme, "verde", {"title": "Our own Verde"}).status == 200
    assert api.call("GET", "/v1/brands", token=acme).json == ["acme", "garden", "verde"]
    assert api.call("GET", "/v1/brands", token=other).json == ["acme", "verde"]
    assert api.call("GET", "/v1/brands/verde", token=acme).json["title"] == "Our own Verde"
    assert api.call("GET", "/v1/brands/verde", token=other).json["title"] == "Verde"
    for name in ("garden", "acme/garden"):
        refused = api.call("POST", "/v1/renders", {"request": {"text": "Hi", "brand": name}}, other)
        assert (refused.status, refused.json["code"]) == (422, "unknown_brand"), refused.body
    assert api.call("GET", "/v1/brands/garden", token=other).status == 422
    assert api.call("DELETE", "/v1/brands/garden", token=other).status == 422
    assert api.call("DELETE", "/v1/brands/acme", token=acme).status == 422, "one of everybody stays"
    assert put(api, key(service, "acme", "editor")).status == 403


def test_a_brand_is_replaced_and_deleted(api: Client, service: ApiService, home: Home) -> None:
    acme = key(service, "acme")
    put(api, acme)
    picture = next(iter((home.brands / "acme" / "garden").glob("*.png")))
    plain = {**GARDEN, "logo": None, "fonts": {"headline": "Roboto Black", "body": "Roboto Bold"}}
    assert api.call("DELETE", f"/v1/uploads/{api.upload(logo(), acme)}", token=acme).json["code"] == "file_in_brand"
    assert api.call("PUT", "/v1/brands/garden", {"brand": plain}, acme).json["logo"] is None
    assert not picture.exists()
    assert api.call("DELETE", f"/v1/uploads/{api.upload(logo(), acme)}", token=acme).status == 200
    assert api.call("DELETE", "/v1/brands/garden", token=acme).status == 204
    assert list((home.brands / "acme").iterdir()) == []
    actions = [one["action"] for one in api.call("GET", "/v1/audit", token=key(service, "acme", "admin")).json["lines"]]
    assert [one for one in actions if one.startswith("brand.")] == ["brand.put", "brand.put", "brand.deleted"]


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({"colours": {**COLOURS, "accent": "nocolour"}}, "invalid_brand", "accent"),
        ({"colour": "red"}, "invalid_brand", "colour"),
        ({"lut": "x.cube"}, "invalid_brand", "lut"),
        ({"name": "other"}, "invalid_brand", "name"),
        ({"logo": "../../etc/passwd"}, "brand_file", "is not in “files”"),
        ({"logo": "garden.ttf"}, "brand_file", "is not in “files”"),
        ({"fonts": {"headline": "Comic Nothing", "body": "Roboto Bold"}}, "unknown_font", "Comic Nothing"),
        ({"fonts": {"headline": "mine.ttf", "body": "Roboto Bold"}}, "brand_file", "is not in “files”"),
    ],
)  # fmt: skip
def test_a_wrong_brand_is_refused_and_leaves_nothing(
    api: Client, home: Home, service: ApiService, changes: dict[str, object], code: str, said: str
) -> None:
    answer = put(api, key(service, "acme"), changes=changes)
    assert (answer.status, answer.json["code"]) == (422, code), answer.body
    assert said in answer.json["detail"]
    assert not (home.brands / "acme").exists()


def test_wrong_files_and_names_are_refused(api: Client, home: Home, service: ApiService) -> None:
    acme = key(service, "acme")
    text = api.upload(b"%PDF-1.7 " * 9, acme)
    for file, sha256, code in (
        ("logo.png", text, "brand_file"), ("garden.ttf", text, "brand_file"), ("a.svg", text, "file_name"),
        ("../x.png", text, "file_name"), ("logo.png", "0" * 64, "unknown_file"),
    ):  # fmt: skip
        answer = api.call("PUT", "/v1/brands/garden", {"brand": GARDEN, "files": {file: sha256}}, acme)
        assert answer.json["code"] == code, answer.body
    for name in ("Garden", "..", "a b", "x" * 41):
        assert put(api, acme, name.replace(" ", "%20")).status in (404, 405, 422), name
    assert not home.brands.exists()
