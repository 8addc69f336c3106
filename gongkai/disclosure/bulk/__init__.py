"""Work upon many items at once: import, migration, reclassification, validity reviews.

labels        what fields are called in tables and on pages, as data
profiles      page shapes of known site systems, as data
resolve       labels → records (columns, topics, entries, bodies), read once
importing     a table with its files → items, all or nothing
writing       many items into the database by sets
fetching      pages of old sites, politely and from allowed hosts alone
extracting    lists and pages → what was understood
migration     sources and runs; `tasks` runs them in the background
reclassify    one change for many items, with its undoing
rounds        the yearly validity review (清理)
interpretation  policy ↔ interpretation
"""
