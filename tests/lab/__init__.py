"""Tests of the lab, over sockets and from the contract's words."""
