"""The screens of search in the staff shell."""
