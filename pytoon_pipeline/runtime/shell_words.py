"""Words of a command line as a person types them into a shell."""

import re
import shlex

# Letters of any alphabet and what else a shell takes as it is.
PLAIN = re.compile(r"[\w@%+=:,./…-]+")
# What a shell replaces inside double quotes.
REPLACED = re.compile(r'["$`\\!]')


def shell_word(text: str) -> str:
    """``text`` as one word: in quotes only where the shell needs them, in double ones around an apostrophe."""
    if PLAIN.fullmatch(text):
        return text
    return f'"{text}"' if "'" in text and not REPLACED.search(text) else shlex.quote(text)


def shell_pair(name: str, value: str) -> str:
    """``NAME=VALUE`` as one word, with quotes around the value where those are enough."""
    return f"{name}={shell_word(value)}" if PLAIN.fullmatch(name) and value else shell_word(f"{name}={value}")
