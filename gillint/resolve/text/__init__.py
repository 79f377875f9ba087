"""Texts: their constant parts, how long they are, and what formats and patterns make of them."""
