"""A prefix in S3 as an inbox."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.intake.inbox import open_inbox
from pytoon_pipeline.intake.inbox_s3 import S3Inbox
from pytoon_pipeline.intake.listing import NOTE
from pytoon_pipeline.intake.submit import submit
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.inbox import Desk, picture


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    yield f"http://127.0.0.1:{server.get_host_and_port()[1]}"
    server.stop()


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in (("ACCESS_KEY_ID", "x"), ("SECRET_ACCESS_KEY", "x"), ("DEFAULT_REGION", "us-east-1"),
                        ("ENDPOINT_URL", s3), ("MAX_ATTEMPTS", "1")):  # fmt: skip
        monkeypatch.setenv(f"AWS_{name}", value)
    client = boto3.client("s3")
    client.create_bucket(Bucket="drops")
    yield client
    for one in client.list_objects_v2(Bucket="drops").get("Contents", ()):
        client.delete_object(Bucket="drops", Key=one["Key"])


def test_an_s3_prefix_can_be_the_inbox(
    home: Home, tmp_path: Path, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTOON_INBOX", "s3://drops/in")
    inbox = open_inbox(home)
    assert isinstance(inbox, S3Inbox)
    desk = Desk(home, inbox)
    bucket.upload_file(str(picture(tmp_path / "a.png")), "drops", "in/a.png")
    bucket.upload_file(str(picture(tmp_path / "b.png", "#aa3300")), "drops", "elsewhere/b.png")
    bucket.put_object(Bucket="drops", Key="in/set/request.yaml", Body=b"media: [c.png]")
    assert len(desk.settle().keys) == 1
    bucket.upload_file(str(picture(tmp_path / "c.png", "#00aa33")), "drops", "in/set/c.png")
    bucket.put_object(Bucket="drops", Key="in/bad/request.yaml", Body=b"colour: red")
    received = desk.settle()
    assert (len(received.keys), received.rejected) == (1, ("bad",))
    note = bucket.get_object(Bucket="drops", Key=f"in/bad{NOTE}")["Body"].read().decode()
    assert "colour" in note
    submit(inbox, tmp_path / "b.png", read_upload(tmp_path / "b.png", sets=["text=Hello"]))
    assert len(desk.settle().keys) == 1
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    nowhere = S3Inbox("s3://drops/in")
    with pytest.raises(TransientError, match="inbox_unreadable"):
        Desk(home, nowhere).look()
    with pytest.raises(TransientError, match="inbox_unreadable"):
        nowhere.put(tmp_path / "b.png", "b.png")
