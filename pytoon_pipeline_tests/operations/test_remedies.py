"""Remedies after a failed check: always another one, and a limited number."""

from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.request import MediaRequest, Request
from pytoon_pipeline.operations.remedies import (
    FALLBACK,
    MAX_ATTEMPTS,
    REMEDIES,
    REMEDIES_BY_CODE,
    Step,
    apply_remedies,
    next_step,
)

codes = st.lists(
    st.sampled_from([*REMEDIES_BY_CODE, "undecodable", "blur", "silent"]), min_size=1, max_size=3, unique=True
)
requests = st.builds(
    Request,
    platform=st.sampled_from(["tiktok", "any"]),
    transition=st.sampled_from([None, "slide"]),
    media=st.lists(st.builds(MediaRequest, file=st.just("a.png"), end=st.none() | st.floats(0.1, 5)), max_size=3).map(
        tuple
    ),
)


def attempt(step: Step, found: list[str]) -> Attempt:
    return Attempt(
        number=step.number,
        plan=f"{step}",
        remedies=step.remedies,
        fallback=step.fallback,
        verdict="fail" if found else "pass",
        score=50,
        codes=tuple(found),
    )


@given(requests, st.lists(codes, min_size=MAX_ATTEMPTS + 1, max_size=MAX_ATTEMPTS + 1))
def test_remedies_end_with_the_fallback_and_none_is_tried_twice(request: Request, failures: list[list[str]]) -> None:
    history: list[Attempt] = []
    for found in failures:
        step = next_step(request, history)
        if step.done:
            break
        history.append(attempt(step, found))
    assert history[-1].fallback
    assert next_step(request, history).done
    assert 2 <= len(history) <= MAX_ATTEMPTS + 1
    assert [one.number for one in history] == list(range(1, len(history) + 1))
    tried = [apply_remedies(request, one.remedies) for one in history if not one.fallback]
    assert all(a != b for n, a in enumerate(tried) for b in tried[:n])


@given(requests, st.lists(st.sampled_from([*REMEDIES]), max_size=4))
def test_a_request_with_remedies_is_valid(request: Request, names: list[str]) -> None:
    changed = apply_remedies(request, names)
    assert Request.model_validate(changed.model_dump(mode="json")) == changed
    assert apply_remedies(changed, names) == changed, "nothing changes twice"


def test_a_passed_video_stays_as_it_is() -> None:
    request = Request()
    first = attempt(next_step(request, []), ["true_peak"])
    second = next_step(request, [first])
    assert second == Step(2, ("lower_peaks",))
    assert next_step(request, [first, attempt(second, [])]) == Step(2, ("lower_peaks",), done=True)


@given(requests, st.lists(st.sampled_from([*REMEDIES]), max_size=4))
def test_no_remedy_removes_words(request: Request, names: list[str]) -> None:
    for remedies in (names, FALLBACK):
        changed = apply_remedies(request, remedies)
        assert changed.missing_glyphs == "refuse"
        assert changed.adjust.get("captions", {}).get("show", True)
        assert changed.text == request.text


def test_the_remedy_for_the_finding_comes_first() -> None:
    request = Request(media=(MediaRequest(file="a.png", end=0.2),))
    for code, remedy in (
        ("flash", "slower_pictures"),
        ("true_peak", "lower_peaks"),
        ("camera_jitter", "steady_camera"),
    ):
        assert next_step(request, [attempt(Step(1), [code])]).remedies == (remedy,)


def test_every_remedy_has_a_name() -> None:
    assert {name for names in REMEDIES_BY_CODE.values() for name in names} | set(FALLBACK) <= set(REMEDIES)
