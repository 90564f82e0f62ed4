"""Pages of the contact, of the state's staff, and the dates for everybody."""
