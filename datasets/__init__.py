"""The data that ship with the product: reference files and the demo, and the commands that load them."""
