"""What a client types, turned into clean values or a clear reason why not."""
