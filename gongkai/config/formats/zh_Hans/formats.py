"""Chinese: figures in threes, as GB/T 15835 writes them; Django groups them by ten thousands."""

NUMBER_GROUPING = 3
THOUSAND_SEPARATOR = ","
