"""What needs a person is listed with its reason and with links that can be followed."""

from dataclasses import replace

from pytoon_pipeline.contracts.status import FailureRecord
from pytoon_pipeline.defs.action_list import MAX_ENTRIES, MAX_ROWS, action_list, entries
from pytoon_pipeline.defs.links import render_again
from pytoon_pipeline.operations.status import Line, StatusReport

KEY, OTHER = "1" * 32, "2" * 32
FAILED = Line(key=KEY, name="My-talk-2", title="My talk", code="qc_failed", message="It flashes. Slow it down.")
HELD = Line(key=OTHER, name="Club-night", title="My talk", code="flash", message="It can harm viewers.")
REJECTED = Line(key="–", name="–", title="a|b*.mp4", code="not_media", message="It is a text file.")
FAILURE = FailureRecord(code="qc_failed", message="m", hint="h", category="quality", run="3b5c6f1e")


def no_presets(key: str) -> list[str]:
    return []


def test_each_upload_has_its_reason_and_links_under_its_title() -> None:
    report = StatusReport(failed=(FAILED,), held=(HELD,), rejected=(REJECTED,))
    found = entries(report, {KEY: FAILURE}, no_presets)
    assert list(found) == ["My talk", "My talk (Club-night)", "a|b*.mp4"], "the most urgent first, titles told apart"
    first = found["My talk"]
    assert first.startswith("**Failed, not retried.** It flashes. Slow it down. (qc_failed)")
    assert "[run and log](/runs/3b5c6f1e)" in first
    assert "[picture](/assets/qc_score?view=partitions&partition=My-talk-2)" in first
    assert f"[render again]({render_again('My-talk-2')})" in first
    assert (
        "[video and files](/assets/delivered_video?view=partitions&partition=Club-night)"
        in found["My talk (Club-night)"]
    )
    assert "](" not in found["a|b*.mp4"], "what never became an upload has no pages"
    listed = action_list(report, {KEY: FAILURE})
    assert "**Held until a person releases it: 1**" in listed
    assert "| a\\|b\\*.mp4 |" in listed


def test_an_upload_without_a_recorded_run_links_to_all_of_its_runs() -> None:
    (entry,) = entries(StatusReport(stopped=(FAILED,)), {}, no_presets).values()
    assert "[run and log](/runs?q%5B0%5D=tag%3Adagster%2Fpartition%3DMy-talk-2)" in entry
    assert "picture" not in entry


def test_an_entry_is_short_enough_to_show_at_once() -> None:
    long = replace(FAILED, message="word " * 500)
    (entry,) = entries(StatusReport(failed=(long,)), {KEY: FAILURE}, no_presets).values()
    assert len(entry) < 1000
    assert "… (qc_failed)" in entry, "what is left out is marked"


def test_each_other_preset_is_a_link_of_its_own() -> None:
    report = StatusReport(failed=(FAILED,), retried=(HELD,))
    found = entries(report, {}, {KEY: ["bold-offer", "night-neon"], OTHER: ["bold-offer"]}.__getitem__)
    assert list(found) == ["My talk", "My talk: other presets", "My talk (Club-night)"], "not while it is retried"
    links = f"[bold-offer]({render_again('My-talk-2', 'bold-offer')}) · [night-neon]("
    assert found["My talk: other presets"].startswith(links)


def test_links_to_many_presets_are_as_many_as_the_ui_shows_at_once() -> None:
    presets = [f"preset-{number}" for number in range(20)]
    entry = entries(StatusReport(failed=(FAILED,)), {}, lambda key: presets)["My talk: other presets"]
    assert len(entry) < 1000
    assert entry.count("](") >= 4


def test_many_uploads_are_counted() -> None:
    many = tuple(Line(f"{n:032x}", f"talk-{n}", f"Talk {n}", "stuck", "It waits.") for n in range(MAX_ROWS + 5))
    assert len(entries(StatusReport(stuck=many), {}, no_presets)) == MAX_ENTRIES
    assert "… and 5 more" in action_list(StatusReport(stuck=many), {})
    assert action_list(StatusReport(), {}) == "Nothing needs a person."


def test_the_name_of_an_upload_is_quoted_in_a_link() -> None:
    assert render_again("Größe & mehr").startswith("/guess/compile_video/playground/setup?config=")
    assert "Gr%C3%B6%C3%9Fe+%26+mehr" in render_again("Größe & mehr")
    assert "preset:+bold-offer%0A&tags" in render_again("Größe & mehr", "bold-offer")
