"""The views of the citizen's side."""
