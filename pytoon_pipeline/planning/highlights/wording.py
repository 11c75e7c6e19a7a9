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
    absolutely actually afraid alive alone always amazing angry ashamed attack awful baby bankrupt beautiful because
    begged best better blood body bones born borrowed brain brave broke broken burned burnt can't cancer cannot
    change changed changes cheap cheated child completely courage crash crashed crazy cried cry crying danger
    dangerous dead death debt destroyed die died dies disappeared disease divorce divorced doctor dream dreamed
    dreams enemy entire escape escaped ever everybody everything exactly expensive explode exploded fail failed
    failure fall fear fell fight finally fire fired first fool forgave forgive fought found free furious genius
    genuinely god guilty hate hated heart hid hidden honestly hope horrible hospital however hurt idiot illegal
    illness impossible incredible insane instead jail jump jumped kill killed kills last laugh laughed laughing law
    least lie lied lies life lives lonely lose lost love loved luck lucky magic married miracle mistake mistakes
    money most must never nightmare nobody nothing nurse only paid pain perfect pointless poison police poor
    possible pregnant pride prison promise promised proud quit rage really rescue rescued rich ruined rule rules run
    salary saved scared scream screamed secret secrets shame shocking sick smiled sorry stole stolen stop stopped
    stupid suddenly surgery surprised tears terrible terrified therefore truth ugly useless vanished war weapon
    wedding whole win won won't worse worst worthless wound wrong
""")
# Words that end like superlatives and are none.
NO_SUPERLATIVES = words_in("""
    forest interest request honest harvest invest protest suggest digest contest arrest breast chest guest quest latest
    northwest southwest modest august
""")
MIN_SUPERLATIVE_LETTERS = 6
YOU = words_in("you your yours yourself you're you've you'll you'd")
# Words with which people contradict, exclude and insist.
CONTRAST = words_in("""
    not no never nothing nobody none neither nor without but yet only even instead except though until exactly every all
    always still enough because cannot can't won't don't didn't doesn't isn't wasn't aren't couldn't wouldn't
""")
# The past tense of common verbs that do not end in -ed.
PAST = words_in("""
    was were had did said came went told took sold bought got gave found saw thought knew felt made lost began left
    stood sat ran kept met died wrote spoke grew fell threw brought heard paid taught spent woke drove rode broke chose
    slept built became understood held sent hit quit
""")
MIN_PAST_LETTERS = 5
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


def is_past(word: str) -> bool:
    """Whether a word is a verb in the past tense, by its ending or as one of the common ones."""
    return word in PAST or (len(word) >= MIN_PAST_LETTERS and word.endswith("ed"))


def is_strong(word: str) -> bool:
    """Whether a word moves people: a strong one, a number, or a superlative."""
    superlative = len(word) >= MIN_SUPERLATIVE_LETTERS and word.endswith("est") and word not in NO_SUPERLATIVES
    return superlative or word in STRONG or is_number(word)
