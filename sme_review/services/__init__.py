"""Every write to panels and what comes of them."""
