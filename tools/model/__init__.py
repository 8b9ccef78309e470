"""Reads model/*.toml, the kinds of record, and writes what is derived from them (tools/mkmodel.py)."""
