"""Objects of the program: classes, attributes, and what is put into containers."""
