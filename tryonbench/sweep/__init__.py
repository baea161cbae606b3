"""Settings that change how pictures are made, swept: quality against time."""
