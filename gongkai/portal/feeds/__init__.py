"""For machines: Atom feeds, the site map, structured data, the description for browsers' search."""
