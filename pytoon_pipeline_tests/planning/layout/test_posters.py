"""Texts as posters: lines of contrasting sizes that fill the frame."""

from pytoon_pipeline.contracts.spec.layers import ShapeLayer, TextLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Scene
from pytoon_pipeline_tests.harness.layout import apart, area_of
from pytoon_pipeline_tests.harness.plans import planned

BEAT = "Bees can count to four."


def lines_of(scene: Scene) -> list[TextLayer]:
    return [layer for layer in scene.layers if isinstance(layer, TextLayer)]


def scenes_with(spec: RenderSpec, text: str) -> list[Scene]:
    return [one for one in spec.scenes if " ".join(line.text for line in lines_of(one)) == text]


def test_the_first_frame_has_all_of_the_hook() -> None:
    spec = planned([], text="The fastest laptop we have ever made")
    assert {line.start for line in lines_of(spec.scenes[0])} == {0}


def test_lines_differ_in_size_and_do_not_touch() -> None:
    (scene, *_) = planned([], text="The fastest laptop we have ever made").scenes
    lines = lines_of(scene)
    sizes = [line.style.size for line in lines]
    assert max(sizes) >= 1.2 * min(sizes)
    areas = [area_of(line) for line in lines]
    assert all(apart(a, b) for n, a in enumerate(areas) for b in areas[n + 1 :])


def test_later_lines_come_in_one_after_the_other_and_stay_together() -> None:
    (scene, *_) = scenes_with(planned([], text={"hook": "Did you know?", "beats": [BEAT]}), BEAT)
    lines = lines_of(scene)
    starts = [line.start for line in lines]
    assert starts == sorted(set(starts))
    assert len({line.start + (line.frames or 0) for line in lines}) == 1


def test_a_text_that_stays_is_composed_in_two_ways() -> None:
    spec = planned([], text={"hook": "Did you know?", "beats": [BEAT]})
    beside, centred, *_ = scenes_with(spec, BEAT)
    bars = [[one for one in scene.layers if isinstance(one, ShapeLayer) and one.name == "bar"] for scene in
            (beside, centred)]  # fmt: skip
    assert [len(found) for found in bars] == [1, 0]
    assert {line.style.align for line in lines_of(beside)} == {"left"}
    assert all(area_of(bars[0][0]).right < area_of(line).left for line in lines_of(beside))


def test_no_line_has_only_words_that_lead_to_others() -> None:
    spec = planned([], preset="fresh-cards", text={"hook": "Hello there", "beats": ["Roasted on Monday"]})
    for scene in scenes_with(spec, "Roasted on Monday"):
        assert "on" not in [line.text for line in lines_of(scene)]


def test_the_largest_line_is_marked_where_no_word_stands_out() -> None:
    lines = lines_of(scenes_with(planned([], text={"hook": "Did you know?", "beats": [BEAT]}), BEAT)[-1])
    largest = max(lines, key=lambda line: line.style.size)
    assert largest.emphasised == tuple(range(len(largest.text.split())))
    assert not any(line.emphasised for line in lines if line is not largest)
