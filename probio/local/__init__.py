"""The embedded stack of `make run` and `make test`: PostgreSQL, Valkey and a mail sink. Never in production."""
