"""Results that travel: one file of them, made, read, merged and checked."""
