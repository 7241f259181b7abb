"""The client's path: what a consultation is, which time, which details, booked."""
