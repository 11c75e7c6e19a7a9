"""The interactive description of the API needs nothing of another host."""

import re

from pytoon_pipeline.api.routes.docs_page import ASSETS, PAGE
from pytoon_pipeline_tests.api.conftest import Client


def test_the_page_and_its_scripts_come_from_this_server(api: Client) -> None:
    page = api.call("GET", PAGE)
    assert page.status == 200
    text = page.body.decode()
    assert "/v1/openapi.json" in text
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", text), "nothing is loaded from elsewhere"
    files = re.findall(rf"{ASSETS}/[\w.-]+", text)
    assert len(files) == 3
    for file in files:
        answer = api.call("GET", file)
        assert answer.status == 200
        assert len(answer.body) > 1000
        assert api.call("GET", file, token=None).status == 401
