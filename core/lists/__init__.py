"""Lists: sorting and paging as the page's address asks."""
