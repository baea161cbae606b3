"""Data sets in WebDataset shards: tar files with an index beside them, read at random."""
