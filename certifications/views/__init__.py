"""Pages of the catalog, district entry, records and evidence."""
