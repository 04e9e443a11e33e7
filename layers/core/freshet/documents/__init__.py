"""Documents: the library of an owner and how a file becomes searchable chunks."""
