"""What stops the embedded stack, said in one line."""


class LocalError(Exception):
    """A problem a newcomer can act on; the message is the whole of what is printed."""
