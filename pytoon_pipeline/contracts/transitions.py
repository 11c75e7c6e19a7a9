"""The transitions between scenes. A new one joins here and in ``rendering.transitions``."""

from typing import Literal

# How a scene comes in over the one before.
TransitionKind = Literal["crossfade", "fade", "slide", "push", "zoom"]
# What people choose from: a transition, or a plain cut.
TransitionChoice = Literal["cut", TransitionKind]
