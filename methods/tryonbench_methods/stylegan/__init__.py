"""A style-based generator, co-modulated by person and garment."""
