"""`python -m tryonbench`, the same as the `tryonbench` command."""

from tryonbench.cli import main

if __name__ == "__main__":
    main()
