"""The files that a tenant has uploaded are forgotten one tenant at a time."""

from pytoon_pipeline.config.own_brands import brand_with_file
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.results import ForgetResult
from pytoon_pipeline.service.forget import forget_file
from pytoon_pipeline.service.renders import Workplace
from pytoon_pipeline.service.runner import OpenRunRecords


def erase(at: Workplace, sha256: str, open_records: OpenRunRecords) -> ForgetResult:
    """Erases a file of the tenant with every render that uses it. What others have stays theirs.

    Raises ``InvalidInput`` when the tenant has no such file, or has it in a brand.
    """
    if not at.files.has(sha256):
        raise InvalidInput("unknown_file", "There is no such upload.", "Its id is what POST /v1/uploads answered.")
    if brand := brand_with_file(at.home, at.tenant, sha256):
        hint = f"First change or delete the brand: DELETE /v1/brands/{brand}"
        raise InvalidInput("file_in_brand", f"The brand “{brand}” uses this file.", hint)
    return forget_file(at.home, at.tenant, sha256, open_records, at.by)
