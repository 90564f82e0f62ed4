"""What pages show, worked out from what is held."""
