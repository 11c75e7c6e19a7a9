"""The API's description (OpenAPI 3.1) as a file. ``python -m`` writes it."""

import json
import sys
import tempfile
from pathlib import Path

from pytoon_pipeline.api.app import application
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.runtime.home import Home


def text() -> str:
    """The description of the API of this version. It says nothing about a home."""
    with tempfile.TemporaryDirectory() as folder:
        service = ApiService.open(Home(Path(folder)))
        try:
            described = application(service).openapi()
        finally:
            service.accounts.close()
    return json.dumps(described, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(), "utf-8")
