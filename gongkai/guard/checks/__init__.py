"""The checks, one module a subject.

Each takes a `View` (a normalised text with its word hits, the lexicon and the day of the text)
and yields `Hit`s with offsets into the text's `plain` view. Numbers are told apart in one order:
what is an identity number is no bank card, what is a bank card holds no mobile number.
"""
