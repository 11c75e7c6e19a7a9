"""S3 is an extra: its packages are needed only where a setting names a bucket."""

from importlib.util import find_spec

from pytoon_pipeline.contracts.errors import DependencyMissing


def require_s3(variable: str) -> None:
    """Raises ``DependencyMissing`` without boto3, for the setting ``variable``. Imports nothing: that takes a while."""
    if find_spec("boto3") is None:
        raise DependencyMissing(
            "s3_missing",
            f"{variable} names a bucket, but boto3, which speaks S3, is not installed.",
            "To install it, type: pip install 'pytoon-pipeline[s3]'",
        )
