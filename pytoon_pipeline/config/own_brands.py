"""The brands that tenants make over the API: ``TENANT/NAME``, each a folder below the home with its files."""

import re
from pathlib import Path
from typing import Any

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.runtime.files import printable_name
from pytoon_pipeline.runtime.home import Home

OWN = re.compile(r"(?P<tenant>[a-z0-9][a-z0-9-]{0,31})/(?P<name>[a-z0-9][a-z0-9-]{0,39})")
DOCUMENT = "brand.json"
# Digits of its SHA-256 in front of the name of each file.
DIGITS = 16


def own_brand_folder(name: str) -> Path | None:
    """The folder of the brand ``TENANT/NAME``, which may not exist; none for a brand of the presets folder."""
    found = OWN.fullmatch(name)
    return Home.locate().brands / found["tenant"] / found["name"] if found else None


def own_brand_names(home: Home, tenant: str) -> list[str]:
    """The names of a tenant's brands, without the tenant."""
    return sorted(path.parent.name for path in (home.brands / tenant).glob(f"*/{DOCUMENT}"))


def named_brand(home: Home, tenant: str, request: dict[str, Any]) -> dict[str, Any]:
    """A request with a tenant's own brand by its full name. Raises ``InvalidInput`` for that of another tenant."""
    brand = request.get("brand")
    if isinstance(brand, str) and "/" in brand:
        message = f"brand: there is no brand “{printable_name(brand)[:80]}”."
        raise InvalidInput("unknown_brand", message, "Write only the name of a brand, such as: brand: acme")
    own = isinstance(brand, str) and brand in own_brand_names(home, tenant)
    return {**request, "brand": f"{tenant}/{brand}"} if own else request


def brand_with_file(home: Home, tenant: str, sha256: str) -> str | None:
    """The name of a brand of a tenant that has a copy of this file, if any."""
    copies = (home.brands / tenant).glob(f"*/{sha256[:DIGITS]}-*")
    return next((path.parent.name for path in copies), None)
