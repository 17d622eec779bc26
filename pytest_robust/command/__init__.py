"""The command `pytest-robust`, which judges saved runs; one file a subcommand."""
