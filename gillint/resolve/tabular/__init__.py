"""Frames of rows and columns: what pandas and its like make of them."""
