"""Comity: organisations share sensitive information under agreements that enforce themselves."""

__version__ = "0.1.0.dev0"
