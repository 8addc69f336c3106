"""The screens of the word lists."""
