"""A suite file: methods x seeds x protocols, trained, scored and reported in the right order."""
