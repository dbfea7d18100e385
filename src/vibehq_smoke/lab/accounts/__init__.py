"""Who may call: users, sessions, CSRF, the credential between services."""
