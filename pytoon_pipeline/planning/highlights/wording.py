"""Wordings that make people listen, and those that need what was said before. English; other languages are scored by
their structure: questions, numbers, pauses.
"""

import re

from pytoon_pipeline.planning.phrases import words_in


def _any_of(*phrases: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(phrases) + r")\b")


# Phrases with which a story, a claim or a piece of advice begins.
HOOKS = _any_of(
    "the (?:biggest|best|worst|first|only|real|main|single|most \\w+) (?:\\w+ )?(?:thing|mistake|reason|problem|lesson|"
    "question|secret|advice|way|trick|part)",
    "here(?:'s| is) (?:what|why|how|the)", "let me (?:tell|show|give) you", "(?:nobody|no one|few people) \\w+",
    "the (?:truth|secret|point|trick|key|problem|reason) (?:is|was|about)", "what (?:if|happened|nobody|most)",
    "did you (?:know|ever)", "have you ever", "imagine", "i (?:will )?never", "the day", "i remember", "i learned",
    "i was wrong", "you (?:need|have|should|must|can't|won't)", "stop \\w+ing", "how (?:to|do|did|can|i|we)",
    "why (?:do|does|did|is|are|you|we|i|most)", "most people", "everyone (?:thinks|says|knows|is)",
    "if you (?:want|are)", "it turns out", "believe it or not", "the one thing",
    "what i (?:learned|found|realised|realized)", "one day",
)  # fmt: skip
QUESTION = _any_of("who", "what", "why", "how", "when", "where", "which", "do you", "did you", "can you", "have you")
NUMBERS = words_in("""
    percent million billion thousand hundred dollars euros pounds dollar twice triple double half zero dozen
""")
STRONG = words_in("""
    never always ever nobody everybody everything nothing only actually really secret truth wrong mistake failed failure
    lost won died afraid scared love hate amazing incredible crazy impossible shocking surprised terrible beautiful free
    money rich poor rule law dangerous kill war change changed changes life death best worst biggest greatest first last
    instead however suddenly finally because therefore must cannot can't won't
""")
# Words that only join a sentence to the one before: it is whole without them.
JOINING = words_in("and but or so because then also though however anyway plus therefore")
# Words with which a sentence refers to the one before.
DEPENDENT = JOINING | words_in("""
    although which that this these those he she it they him her them its their his there too either neither
""")
# Words of people who tell what happened to them.
PERSONAL = words_in("""
    i i'm i've i'd i'll me my mine myself we we're we've us our she he her his him mother father wife husband friend
    son daughter grandmother grandfather customer boss teacher stranger said told asked felt thought knew cried laughed
    walked called wanted remember dream
""")
# With these, a sentence that has no full stop is not over.
UNFINISHED = words_in("""
    and but or so because if when while that which who the a an of to in on at by for from with as is are was were am
    not my your his her its our their very i we you he she they
""")


def plain(word: str) -> str:
    """A word in small letters without punctuation around it."""
    return re.sub(r"^\W+|\W+$", "", word.lower()).replace("’", "'")


def is_number(word: str) -> bool:
    return word in NUMBERS or any(letter.isdigit() for letter in word)
