"""What the routes share: the home, its store, and the accounts of the callers."""

from dataclasses import dataclass

from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.deliveries import DeliveryQueue
from pytoon_pipeline.config.presets import load_operations
from pytoon_pipeline.contracts.access import Caller
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.public_network import PublicNetwork
from pytoon_pipeline.service.renders import Workplace
from pytoon_pipeline.service.runner import OpenRunRecords, no_run_records
from pytoon_pipeline.service.webhooks import Sender
from pytoon_pipeline.store.opening import open_store
from pytoon_pipeline.store.store import Store


@dataclass(frozen=True)
class ApiService:
    """A home as the API serves it."""

    home: Home
    store: Store
    accounts: Accounts
    network: PublicNetwork
    open_records: OpenRunRecords

    @classmethod
    def open(
        cls, home: Home, network: PublicNetwork | None = None, open_records: OpenRunRecords = no_run_records
    ) -> "ApiService":
        store = open_store(home, load_operations().min_free_bytes)
        return cls(home, store, Accounts.open(home), network or PublicNetwork(), open_records)

    @property
    def sender(self) -> Sender:
        """Sends the messages to webhooks."""
        return Sender(DeliveryQueue(self.accounts), self.home, self.network)

    def of(self, caller: Caller) -> Workplace:
        """Where the caller's tenant keeps its renders."""
        return Workplace(self.home, self.store, self.accounts, caller.tenant, caller.key)
