"""Pages of the catalogue, district entry, records and evidence."""
