"""The GPUs of the machine that runs the tests, which need not have any."""

from pytoon_pipeline.runtime import gpus


def test_what_is_measured_is_possible() -> None:
    found = gpus.measure()
    assert len(found) == len(gpus.installed())
    for one in found:
        assert one.name
        assert 0 <= one.used_bytes <= one.memory_bytes
        assert one.busy is None or 0 <= one.busy <= 1


def test_why_there_is_none_is_said() -> None:
    if not gpus.measure():
        assert any(word in gpus.why_none() for word in ("no NVIDIA driver", "does not work", "lists no GPU"))
