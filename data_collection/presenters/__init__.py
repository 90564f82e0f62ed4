"""What pages show, worked out from models and selectors."""
