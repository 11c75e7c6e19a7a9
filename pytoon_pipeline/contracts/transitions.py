"""The transitions between scenes. A new one joins here and in ``rendering.transitions``."""

from typing import Literal

# How a scene comes in over the one before.
TransitionKind = Literal[
    "crossfade", "fade", "dip", "slide", "push", "push_up", "whip", "wipe", "circle", "zoom", "zoom_through",
]  # fmt: skip
# What people choose from: a transition, or a plain cut.
TransitionChoice = Literal["cut", TransitionKind]
# Transitions in which contents take each other's place: texts of both scenes would be seen over each other.
OVERLAYING: frozenset[TransitionKind] = frozenset({"crossfade", "fade", "dip", "zoom", "zoom_through"})
