"""The project: settings, addresses, access control, health and the wiring of the apps."""
