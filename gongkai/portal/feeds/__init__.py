"""For machines: Atom feeds, the site map, structured data, addresses that moved."""
