"""What clients are asked to agree to: the words on the form are the words that are stored."""

WORDING = {
    "service": "I agree that Probio7 may use what I have entered here to hold this consultation "
    "and to write to me about it.",
    "marketing": "Send me new articles by email, about once a month. I can stop at any time.",
}
