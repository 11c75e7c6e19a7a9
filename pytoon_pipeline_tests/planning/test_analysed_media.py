"""The files of a video by what they are for."""

from pytoon_pipeline.contracts.media import Metadata, Role, SourceItem, SourceMedia
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.planning.analysed_media import Analyses, plan_media
from pytoon_pipeline_tests.harness.plans import heard

ROLES: tuple[tuple[str, Role], ...] = (("a", "media"), ("b", "media"), ("c", "voice"), ("d", "media"), ("e", "voice"))


def test_voices_belong_to_their_items_or_to_the_video() -> None:
    items = tuple(SourceItem(name=name, sha256=name, bytes=1, role=role) for name, role in ROLES)
    metadata = {item.sha256: Metadata(info=heard(3.0).info, audio_seconds=3.0) for item in items}
    analyses = Analyses(metadata, {}, {}, {}, {}, {}, {})
    upload = SourceMedia(key="k", title="t", items=items, request={})
    voiced = [{"file": "b", "voice": "c"}, {"file": "d", "voice": "e"}]
    media = plan_media(upload, Request.model_validate({"media": ["a", *voiced]}), analyses)
    assert ({n: one.item for n, one in media.item_voices.items()}, media.voice) == ({1: "c", 2: "e"}, None)
    assert {one.item for one in media.all()} == set("abcde")
    one = plan_media(upload, Request.model_validate({"media": ["a", "b", "d"], "voice": "c"}), analyses)
    assert (one.voice.item if one.voice else None, one.item_voices) == ("c", {})
