"""The staff's screens of disclosed items."""
