"""“Did you mean”: the name that is nearest to a name that does not exist."""

import re
from collections.abc import Iterable, Mapping, Sequence

# Between two pieces of advice in a hint.
ADVICE = " — "
# How alike two names must be, 0..1, and the characters of a name that are compared.
CLOSE, MAX_LENGTH = 0.65, 80
# Words that people try, and what Pytoon calls it. The first that exists where they tried it is meant.
SYNONYMS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("instagram", "insta", "ig", "reel", "instagram reels"), ("reels",)),
    **dict.fromkeys(("facebook", "meta", "fb"), ("facebook",)),
    **dict.fromkeys(("youtube", "yt", "short", "youtube shorts", "youtube short"), ("shorts",)),
    **dict.fromkeys(("tik tok", "tt", "douyin"), ("tiktok",)),
    **dict.fromkeys(("all", "every", "default", "none"), ("any", "cut", "auto")),
    **dict.fromkeys(("duration", "length", "max_length", "max_duration"), ("max_seconds", "seconds", "end")),
    **dict.fromkeys(
        ("photo", "photos", "image", "images", "picture", "pictures"), ("media", "stills", "image", "file")
    ),
    **dict.fromkeys(("video", "videos", "clip", "clips", "files", "items"), ("media", "video", "file")),
    **dict.fromkeys(("title", "heading", "headlines", "message"), ("text", "headline", "hook")),
    **dict.fromkeys(("caption", "subtitle", "subtitles", "subs"), ("captions", "text")),
    **dict.fromkeys(("song", "soundtrack", "bgm", "track"), ("music",)),
    **dict.fromkeys(("sound", "volume"), ("audio", "original_audio")),
    **dict.fromkeys(("voiceover", "voice_over", "narration", "speech"), ("voice",)),
    **dict.fromkeys(("template", "style", "theme", "look"), ("preset",)),
    **dict.fromkeys(("company", "client"), ("brand",)),
    **dict.fromkeys(("watermark", "icon"), ("logo",)),
    **dict.fromkeys(("license", "copyright"), ("licence",)),
    **dict.fromkeys(("call_to_action", "outro", "button"), ("cta",)),
    **dict.fromkeys(("intro", "opening"), ("hook",)),
    **dict.fromkeys(("lines", "bullets", "points"), ("beats",)),
    **dict.fromkeys(("bg", "backdrop"), ("background",)),
    **dict.fromkeys(("center", "middle"), ("centre",)),
    **dict.fromkeys(("dissolve", "xfade", "cross-fade"), ("crossfade",)),
    **dict.fromkeys(("wipe", "swipe"), ("slide",)),
    **dict.fromkeys(("fill", "crop", "stretch"), ("cover",)),
    **dict.fromkeys(("letterbox", "black", "bar"), ("bars",)),
    **dict.fromkeys(("fit", "whole"), ("contain",)),
    **dict.fromkeys(("silent", "off"), ("mute",)),
    **dict.fromkeys(("product", "slideshow", "photo-slideshow"), ("hero",)),
    **dict.fromkeys(("talk", "talking", "interview", "vlog"), ("footage",)),
    **dict.fromkeys(("make", "create", "build", "run", "start"), ("render", "serve")),
    **dict.fromkeys(("list", "ls", "show", "info"), ("status",)),
    **dict.fromkeys(("queue", "add", "upload", "send"), ("submit",)),
    **dict.fromkeys(("check", "verify", "validate", "test"), ("qc", "doctor")),
    **dict.fromkeys(("init", "install", "configure"), ("setup",)),
    **dict.fromkeys(("size",), ("scale",)),
    **dict.fromkeys(("output", "dest", "destination", "folder"), ("out",)),
}


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that a person most likely meant by ``name``; none when all are far away."""
    from difflib import get_close_matches

    plain = {_plain(one): one for one in known}
    wanted = _plain(name)[:MAX_LENGTH]
    synonyms = {word: found for word, meant in SYNONYMS.items() if (found := _first(meant, plain))}
    words = {**{_plain(word): found for word, found in synonyms.items()}, **plain}
    if wanted in words:
        return words[wanted]
    begun = [one for one in plain if len(wanted) > 2 and one.startswith(wanted)]
    if len(begun) == 1:
        return plain[begun[0]]
    close = get_close_matches(wanted, plain, n=1, cutoff=CLOSE) or get_close_matches(wanted, words, n=1, cutoff=CLOSE)
    return words[close[0]] if close else None


def _first(meant: Sequence[str], plain: Mapping[str, str]) -> str | None:
    return next((plain[_plain(one)] for one in meant if _plain(one) in plain), None)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """“Did you mean …?” with a space after it; empty when nothing is near."""
    found = nearest(name, known)
    return f"Did you mean “{found}”? " if found is not None else ""


def listed(names: Sequence[str], last: str = "or") -> str:
    """Names as a part of a sentence: “a, b or c”."""
    return f" {last} ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def one_hint(*hints: str) -> str:
    """Several pieces of advice as one. Many end with what a person pastes, where a full stop would count as a part."""
    joined = hints[0]
    for hint in hints[1:]:
        joined += f" {hint}" if joined.endswith((".", "?")) else f"{ADVICE}{hint}"
    return joined


def ordinal(number: int) -> str:
    """A place in a list: “1st”, “2nd”, “11th”."""
    ending = "th" if number // 10 % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _plain(name: str) -> str:
    """A name without what people spell in different ways: case, hyphens, and American spelling."""
    return name.strip().lower().replace("-", "_").replace(" ", "_").replace("color", "colour")


def hyphenated(text: str) -> str:
    """``text`` in lower-case letters, digits and hyphens, such as “summer-sale” for “Summer Sale”."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
