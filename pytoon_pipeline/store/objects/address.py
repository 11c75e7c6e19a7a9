"""Which object store the settings name, if any."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.settings import Settings


@dataclass(frozen=True)
class S3Address:
    """A prefix of a bucket. ``endpoint`` is the URL of an S3-compatible server; without one, it is AWS.

    With ``path_style``, URLs name the bucket in their path; most servers of one's own need that.
    """

    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    path_style: bool = False

    @classmethod
    def configured(cls, settings: Settings) -> "S3Address | None":
        """The address of ``PYTOON_STORE``. Raises ``InvalidInput`` where only variables that belong to it are set."""
        if settings.store is None:
            for field in ("store_endpoint", "store_path_style", "store_cache_bytes"):
                if field in settings.model_fields_set:
                    raise InvalidInput(
                        "invalid_setting",
                        f"The environment variable PYTOON_{field.upper()} is set, but PYTOON_STORE is not.",
                        f"Type: export PYTOON_STORE=s3://BUCKET/PREFIX — Or, to keep everything in the home: "
                        f"unset PYTOON_{field.upper()}",
                    )
            return None
        parts = urlsplit(settings.store)
        return cls(parts.netloc, parts.path.strip("/"), settings.store_endpoint, settings.store_path_style)

    def key(self, name: str) -> str:
        """The key of the object ``name``."""
        return f"{self.prefix}/{name}" if self.prefix else name

    def __str__(self) -> str:
        where = f" at {self.endpoint}" if self.endpoint else ""
        return f"s3://{self.bucket}{f'/{self.prefix}' if self.prefix else ''}{where}"
