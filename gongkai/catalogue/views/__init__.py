"""The screens of this room in the staff shell."""
