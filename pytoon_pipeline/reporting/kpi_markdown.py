"""KPIs as Markdown, for the Dagster UI."""

from pytoon_pipeline.reporting.kpi_tables import Table, tables
from pytoon_pipeline.reporting.kpis import Kpis
from pytoon_pipeline.reporting.markdown import cell

MAX_CELL = 80


def as_markdown(metrics: Kpis) -> str:
    """KPIs as short Markdown tables. Text from logs is escaped."""
    return "\n\n".join(map(_table, tables(metrics)))


def _table(table: Table) -> str:
    lines = ["| " + " | ".join(cell(value, MAX_CELL) for value in row) + " |" for row in table.rows]
    return "\n".join(["| " + " | ".join(table.head) + " |", "|" + "---|" * len(table.head), *lines])
