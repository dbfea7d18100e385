"""What the contract says of the platform, asked of the embedded one over real sockets."""
