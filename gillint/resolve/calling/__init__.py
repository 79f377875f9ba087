"""Calls: which function is reached, what it is given, and what it gives back."""
