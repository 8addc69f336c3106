"""How a public page reaches its reader: cached, purged to the point, asked for conditionally."""
