"""Sensors: they request runs and report status. What is due is decided in ``operations`` and ``defs/reconcile.py``.

Each module holds one evaluation; ``defs/automation.py`` makes sensors of them.
"""
