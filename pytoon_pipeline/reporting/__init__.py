"""KPIs and pictures for operators."""
