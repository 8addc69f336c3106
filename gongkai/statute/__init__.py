"""`statute`: the law as code (floor 0).

Pure functions over dates, numbers and immutable values, with the legal numbers kept as dated
data files beside them. Nothing here imports Django, reads a setting, a database or the clock
of the machine: dates and readings that a city may choose come in as arguments.
"""
