"""How staff sign in: password and second factor, by django-allauth."""
