"""What the platform says about its own HTTP interface, as OpenAPI documents."""
