"""The bottom: what every app uses and what knows of none of them."""
