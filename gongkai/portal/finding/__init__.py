"""Finding: the search page, suggestions, the policy library."""
