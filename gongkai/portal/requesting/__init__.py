"""The citizen's side of disclosure on request: the form, the receipt, following, the calculator.

Pages that show something about a person are drawn for one reader alone: they are neither kept nor
indexed, and nothing of what was typed stands in an address, a title or a log. Everything works
without a script; scripts only show earlier what the next page would say.
"""
