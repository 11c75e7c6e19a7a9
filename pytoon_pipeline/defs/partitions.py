"""One partition an upload, named by its key."""

import dagster as dg

UPLOADS = "uploads"

uploads = dg.DynamicPartitionsDefinition(name=UPLOADS)
