"""Every change with a rule. One verb per function; each owns its transaction."""
