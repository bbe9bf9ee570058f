"""`python -m comity`: the command, where the folder of scripts is not on the path."""

from comity.cli.main import main

if __name__ == "__main__":
    main()
