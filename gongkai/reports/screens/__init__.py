"""The staff screens of annual reports, one module each kind of work."""
