"""How good the answers of the search are: judged questions over the sample city.

`queries.toml` holds the questions and, by rules over titles, texts and numbers, what answers them.
Three ways of searching are measured in one run: ours, `LIKE`, and the framework's stock backend.
See README.md in this folder.
"""
