"""What the tests of this folder share: the program as a process, a PostgreSQL of their own, made-up calls."""
