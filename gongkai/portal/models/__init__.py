"""What the portal itself keeps; what it shows belongs to the rooms below."""
