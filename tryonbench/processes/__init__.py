"""Several processes that share the work of one command, with the result of one."""
