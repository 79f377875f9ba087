"""What lies outside of the program: files, databases, servers, other programs."""
