"""The site as files: the static copy that follows each publication, and the yearly archive."""
