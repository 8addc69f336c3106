"""Addresses that never change: what moved is redirected, what an old site had is led over."""
