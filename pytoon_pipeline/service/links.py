"""Links to files of finished videos that need no key: signed, for one file, until they expire."""

import time
from urllib.parse import quote

from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.links import LinkSignatures
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.renders import SignedLink
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.renders import Download, Workplace, delivered_file
from pytoon_pipeline.store.store import Store


def signed_link(at: Workplace, name: str, file: str, seconds: int) -> SignedLink:
    """A link to a file of the video that ``name`` means. Raises as ``delivered_file``."""
    delivered_file(at, name, file)
    key, expires = at.key(name), int(time.time()) + seconds
    signature = LinkSignatures(at.accounts, at.tenant).of(key, file, expires)
    return SignedLink(
        url=f"/v1/links/{key}/{quote(file, safe='')}?expires={expires}&signature={signature}", expires=expires
    )


def linked_file(
    home: Home, store: Store, accounts: Accounts, key: str, file: str, expires: int, signature: str
) -> Download:
    """The file that a link names. Raises ``InvalidInput`` for a link that is forged or has expired."""
    upload = Uploads(home).find(key)
    if upload is None or not LinkSignatures(accounts, upload.tenant).valid(signature, key, file, expires):
        raise InvalidInput("link_refused", "This link is not valid.", "Copy it again, to its last character.")
    if expires <= time.time():
        raise InvalidInput("link_refused", "This link has expired.", "Ask whoever sent it for a new one.")
    return delivered_file(Workplace(home, store, accounts, upload.tenant, "link"), key, file)
