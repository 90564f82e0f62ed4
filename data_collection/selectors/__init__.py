"""Every read: routes (what districts are told), requests and their answers, decisions, windows."""
