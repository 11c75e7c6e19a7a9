"""What is tried after a failure: always something else, and never for ever."""

from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.request import MediaRequest, Request
from pytoon_pipeline.operations.remedies import CURES, MOST, REMEDIES, SAFE, Step, decide, treated

codes = st.lists(st.sampled_from([*CURES, "undecodable", "blur", "silent"]), min_size=1, max_size=3, unique=True)
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
        number=step.number, plan=f"{step}", remedies=step.remedies, safe=step.safe, verdict="fail" if found else "pass",
        score=50, codes=tuple(found),
    )  # fmt: skip


@given(requests, st.lists(codes, min_size=MOST + 1, max_size=MOST + 1))
def test_it_ends_with_the_safe_video_and_tries_nothing_twice(request: Request, failures: list[list[str]]) -> None:
    history: list[Attempt] = []
    for found in failures:
        step = decide(request, history)
        if step.done:
            break
        history.append(attempt(step, found))
    assert history[-1].safe
    assert decide(request, history).done
    assert 2 <= len(history) <= MOST + 1
    assert [one.number for one in history] == list(range(1, len(history) + 1))
    tried = [treated(request, one.remedies) for one in history if not one.safe]
    assert all(a != b for n, a in enumerate(tried) for b in tried[:n])


@given(requests, st.lists(st.sampled_from([*REMEDIES]), max_size=4))
def test_a_treated_request_is_a_valid_request(request: Request, names: list[str]) -> None:
    changed = treated(request, names)
    assert Request.model_validate(changed.model_dump(mode="json")) == changed
    assert treated(changed, names) == changed, "nothing changes twice"


def test_a_passed_video_stays_as_it_is() -> None:
    request = Request()
    first = attempt(decide(request, []), ["true_peak"])
    second = decide(request, [first])
    assert second == Step(2, ("lower_peaks",))
    assert decide(request, [first, attempt(second, [])]) == Step(2, ("lower_peaks",), done=True)


@given(requests, st.lists(st.sampled_from([*REMEDIES]), max_size=4))
def test_no_remedy_takes_away_words(request: Request, names: list[str]) -> None:
    for remedies in (names, SAFE):
        changed = treated(request, remedies)
        assert changed.missing_glyphs == "refuse"
        assert changed.adjust.get("captions", {}).get("show", True)
        assert changed.text == request.text


def test_what_the_finding_calls_for_comes_first() -> None:
    request = Request(media=(MediaRequest(file="a.png", end=0.2),))
    for code, remedy in (("flash", "slower_pictures"), ("true_peak", "lower_peaks"), ("shiver", "steady_camera")):
        assert decide(request, [attempt(Step(1), [code])]).remedies == (remedy,)


def test_all_names_are_known() -> None:
    assert {name for names in CURES.values() for name in names} | set(SAFE) <= set(REMEDIES)
