"""Work upon many items at once: import, migration, reclassification, validity reviews.

labels, columns  what fields are called in tables and on pages, as data; how cells are read
resolve          labels → records (columns, topics, entries, bodies), read once
incoming         one item on its way in, judged
importing        a table with its `files` → items, all or nothing
writing, rows    many items into the database by sets
profiles         page shapes of known site systems, as data
fetching         pages of old sites, politely and from allowed hosts alone
decoding, lists, pages, reading   bytes → text → links and records → incoming items
sources          an old site as a source, and a preview of what would be understood
migration        runs, as people start and stop them; `worker` and `bringing` carry them out
reclassify       one change for many items, with its undoing
rounds, round_results             the yearly validity review (清理)
interpretation   policy ↔ interpretation
versions         a change past the review is in the newest version too
"""
