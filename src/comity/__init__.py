"""Comity: organisations share sensitive information under agreements that enforce themselves."""
