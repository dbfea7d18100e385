"""WebSockets: hubs and what they broadcast."""
