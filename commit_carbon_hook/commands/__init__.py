"""The commands of `commit-carbon`, a module each: `add_arguments(parser)` and `run(arguments)`."""
