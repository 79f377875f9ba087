"""The validation lab: how often gillint is right, on programs that are measured on this machine."""
