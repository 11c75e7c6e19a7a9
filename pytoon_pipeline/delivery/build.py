"""Which Pytoon this process is: its code and the tools that decide pictures. Hosts that share work need the same."""

from dataclasses import dataclass
from functools import cache

from pytoon_pipeline.config.folder import PACKAGE
from pytoon_pipeline.delivery.environment import code_digest, dependencies
from pytoon_pipeline.media import ffmpeg, fonts
from pytoon_pipeline.store.fingerprint import hash_value

# Of the code of a process whose source files have changed since it started.
CHANGED = "changed"
DIGITS = 12


@dataclass(frozen=True)
class Build:
    """Digests of the code and of the versions of the tools."""

    code: str
    tools: str

    @classmethod
    @cache
    def of_this_process(cls) -> "Build":
        """Builds of a package for other processors or GPUs, such as ``2.13.0+cu128``, count as the same version."""
        code = code_digest(PACKAGE)
        versions = {name: (number or "").partition("+")[0] for name, number in dependencies().items()}
        tools = hash_value([versions, ffmpeg.identity(), fonts.identity()])
        return cls(CHANGED if code is None else code[:DIGITS], tools[:DIGITS])

    @classmethod
    def parse(cls, text: str) -> "Build":
        """The build that ``str`` has written."""
        code, _, tools = text.partition(" ")
        return cls(code, tools)

    def __str__(self) -> str:
        return f"{self.code} {self.tools}"

    def differences(self, other: "Build") -> list[str]:
        """What differs, in words. Code that has changed since its process started is like no other."""
        code = self.code != other.code or self.code == CHANGED
        return ["code"] * code + ["versions of packages"] * (self.tools != other.tools)
