"""Results: the file's schema, reading and writing, tables."""
