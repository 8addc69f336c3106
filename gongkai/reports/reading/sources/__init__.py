"""Bytes → the neutral document, one module for each kind of file."""
