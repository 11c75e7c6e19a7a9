"""Reads the file that names the provider with which people sign in."""

from pathlib import Path

from pytoon_pipeline.config.documents import read_document
from pytoon_pipeline.config.validation import validate
from pytoon_pipeline.contracts.sign_in import SignInSettings
from pytoon_pipeline.runtime.files import printable_name


def load_sign_in(path: Path) -> SignInSettings:
    """The provider of the file ``PYTOON_OIDC``. Raises ``InvalidInput`` for wrong settings."""
    return validate(
        SignInSettings, read_document(path), f"PYTOON_OIDC ({printable_name(path.name)})", "invalid_sign_in"
    )
