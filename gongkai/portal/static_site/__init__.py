"""The public site as files: a static copy that any web server can show, and the yearly archive."""
